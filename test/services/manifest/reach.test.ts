import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSecretByName } from "../../../src/engine/secrets.ts";
import { meansThisMachine, redirect } from "../../../src/services/manifest/address.ts";
import { examineStack, type LoadOptions } from "../../../src/services/manifest/load.ts";
import { readSecrets } from "../../../src/services/manifest/prepare.ts";
import { composeText } from "../../../src/services/manifest/print.ts";
import { shippedCompose } from "../../../src/services/shipped.ts";
import { configIn, load, machineOf, temporary, write } from "./loading.ts";

interface Case extends LoadOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Secrets that lie in the home. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the user wrote into aistack.yaml. */
  readonly own?: string;
}

async function engineFor({ settings = {}, secrets = {}, own, ...options }: Case) {
  const home = temporary();
  mkdirSync(join(home, "secrets"), { mode: 0o700 });
  for (const [name, text] of Object.entries(secrets)) {
    writeFileSync(join(home, "secrets", name), text, { mode: 0o600 });
  }
  if (own !== undefined) write(home, { "aistack.yaml": own });
  const config = configIn(home, settings);
  const loaded = await examineStack(config, { tier: "minimal", machine: machineOf(64e9), ...options });
  const engine = loaded.manifest.services.find(({ name }) => name === "engine");
  if (engine === undefined) throw new Error("there is no engine");
  return { ...loaded, config, home, engine, given: engine.secrets.map(({ source }) => source) };
}

const postgres = { AISTACK_STORE_KIND: "postgres" };
const waited = (service: string) => ({ service, condition: "healthy", required: true, restart: false });

describe("the engine in its container", () => {
  test("waits for nobody and gets no secret while everything is embedded", async () => {
    const { engine, given, findings } = await engineFor({
      secrets: { qdrant_api_key: "a-key", postgres_password: "b" },
    });
    expect([engine.dependsOn, given, findings]).toEqual([[], [], []]);
    expect(Object.keys(engine.environment)).toEqual(["AISTACK_HOME"]);
  });

  test.each(["127.0.0.1", "localhost", "::1", "0.0.0.0", "127.0.0.53"])(
    "reaches the stack's PostgreSQL by name where the host says %s",
    async (host) => {
      const { engine, given, findings } = await engineFor({ settings: { ...postgres, AISTACK_POSTGRES_HOST: host } });
      expect(engine.environment).toMatchObject({
        AISTACK_STORE_KIND: "postgres",
        AISTACK_POSTGRES_HOST: "postgres",
        AISTACK_POSTGRES_PORT: "5432",
      });
      expect([engine.dependsOn, given, findings]).toEqual([[waited("postgres")], ["postgres_password"], []]);
    },
  );

  test("takes the inner port where the stack publishes another one, and its secret is for its own user", async () => {
    const { engine, findings } = await engineFor({ settings: { ...postgres, AISTACK_POSTGRES_PORT: "15432" } });
    expect(engine.environment).toMatchObject({ AISTACK_POSTGRES_HOST: "postgres", AISTACK_POSTGRES_PORT: "5432" });
    expect([engine.secrets, findings]).toEqual([
      [
        {
          source: "postgres_password",
          target: "postgres_password",
          mode: 0o400,
          uid: String(process.getuid?.()),
          gid: String(process.getgid?.()),
        },
      ],
      [],
    ]);
  });

  test("goes on to a server elsewhere by the address the user gave, with a password only if there is one", async () => {
    const settings = { ...postgres, AISTACK_POSTGRES_HOST: "db.example.org" };
    const without = await engineFor({ settings });
    expect([without.engine.environment.AISTACK_POSTGRES_HOST, without.engine.dependsOn]).toEqual([
      "db.example.org",
      [],
    ]);
    expect([without.given, without.findings]).toEqual([[], []]);
    expect((await engineFor({ settings, secrets: { postgres_password: "planted" } })).given).toEqual([
      "postgres_password",
    ]);
  });

  test.each([
    ["http://127.0.0.1:6333", "http://qdrant:6333"],
    ["http://localhost:6333/", "http://qdrant:6333/"],
    ["http://[::1]:6333/base", "http://qdrant:6333/base"],
  ])("reaches the stack's Qdrant by name where the URL is %s", async (url, inside) => {
    const { engine, given, findings } = await engineFor({ settings: { AISTACK_QDRANT_URL: url } });
    expect(engine.environment.AISTACK_QDRANT_URL).toBe(inside);
    expect([engine.dependsOn, given, findings]).toEqual([[waited("qdrant")], [], []]);
  });

  test("gets a key that exists for a server in use, from the home or the environment, and none of the others", async () => {
    const settings = { AISTACK_QDRANT_URL: "https://qdrant.example.org:6333" };
    const { given, manifest, config } = await engineFor({
      settings,
      secrets: { qdrant_api_key: "planted-key", embeddings_api_key: "other", postgres_password: "third" },
    });
    expect([given, manifest.secretSources.qdrant_api_key?.kind]).toEqual([["qdrant_api_key"], "file"]);
    expect((await readSecrets(config, manifest)).get("qdrant_api_key")?.reveal()).toBe("planted-key");
    const planted = await engineFor({ settings: { ...settings, AISTACK_SECRET_QDRANT_API_KEY: "planted-too" } });
    expect(planted.manifest.secretSources.qdrant_api_key).toEqual({
      kind: "environment",
      variable: "AISTACK_SECRET_QDRANT_API_KEY",
    });
    expect(JSON.stringify(planted.manifest)).not.toContain("planted-too");
  });

  const embeddings = {
    AISTACK_EMBEDDINGS_URL: "http://127.0.0.1:8081/v1",
    AISTACK_EMBEDDINGS_MODEL: "m",
    AISTACK_EMBEDDINGS_DIMENSIONS: "8",
  };

  test("reaches the stack's embeddings with the profile llm, and without it is told how to switch that on", async () => {
    const { engine, findings } = await engineFor({ settings: embeddings, profiles: ["llm"] });
    expect([engine.environment.AISTACK_EMBEDDINGS_URL, engine.dependsOn, findings]).toEqual([
      "http://embeddings:8081/v1",
      [waited("embeddings")],
      [],
    ]);
    const off = await engineFor({ settings: embeddings });
    expect([off.engine.environment.AISTACK_EMBEDDINGS_URL, off.engine.dependsOn]).toEqual([
      embeddings.AISTACK_EMBEDDINGS_URL,
      [],
    ]);
    expect(off.findings).toMatchObject([
      { level: "warning", rule: "reach", service: "engine", hint: "Type: aistack config set stack.profiles llm" },
    ]);
    expect(off.findings[0]?.message).toContain("profile llm is off");
  });

  test.each([
    [{ ...postgres, AISTACK_POSTGRES_HOST: "/run/postgresql" }, "postgres.host /run/postgresql"],
    [{ AISTACK_QDRANT_URL: "http://localhost:7000" }, "qdrant.url localhost:7000"],
    [{ ...embeddings, AISTACK_EMBEDDINGS_URL: "http://[::1]:9" }, "embeddings.url [::1]:9"],
  ])("is warned of where %j leads nowhere from inside, with what to type", async (settings, said) => {
    const { engine, findings } = await engineFor({ settings });
    expect(findings).toMatchObject([{ level: "warning", rule: "reach", service: "engine" }]);
    expect(findings[0]?.message).toContain(said);
    expect(findings[0]?.hint).toMatch(/^Type: aistack config set (postgres\.host|qdrant\.url|embeddings\.url) /);
    expect(findings[0]?.place?.file).toBe(shippedCompose);
    expect(engine.dependsOn).toEqual([]);
  });

  test("is pointed to the stack's own server where another port was meant", async () => {
    const own = 'services: {postgres: {ports: !override ["127.0.0.1:15432:5432"]}}\n';
    const { findings } = await engineFor({ settings: postgres, own });
    expect(findings[0]?.hint).toContain("aistack config set postgres.port 15432");
  });

  test("keeps what the user's own file says about it, and waits no weaker for that", async () => {
    const own = `services:
  engine:
    environment: {AISTACK_STORE_KIND: postgres, AISTACK_POSTGRES_HOST: db.example.org, AISTACK_QDRANT_URL: "http://127.0.0.1:6333"}
    depends_on: {qdrant: {condition: service_started, required: false, restart: true}}
`;
    const { engine } = await engineFor({ own });
    expect(engine.environment).toMatchObject({
      AISTACK_POSTGRES_HOST: "db.example.org",
      AISTACK_QDRANT_URL: "http://qdrant:6333",
    });
    expect(engine.dependsOn).toEqual([{ ...waited("qdrant"), restart: true }]);
  });

  test("does not use a service that it shares no network with", async () => {
    const own = "services: {postgres: {networks: [away]}}\nnetworks: {away: {}}\n";
    const { engine, findings } = await engineFor({ settings: postgres, own });
    expect([engine.dependsOn, findings.map(({ rule }) => rule)]).toEqual([[], ["reach"]]);
  });

  test("is refused a server that itself waits for the engine", async () => {
    const own = "services: {postgres: {depends_on: [engine]}}\n";
    const { findings } = await engineFor({ settings: postgres, own });
    expect(findings.map(({ message }) => message)).toContainEqual(expect.stringContaining("wait for each other"));
  });

  test("sees certificates that lie elsewhere, to be read only", async () => {
    const elsewhere = temporary();
    const [ca = ""] = write(elsewhere, { "ca.pem": "certificate" });
    const settings = {
      ...{ ...postgres, AISTACK_POSTGRES_HOST: "db.example.org", AISTACK_POSTGRES_CA_FILE: ca },
      AISTACK_POSTGRES_TLS: "verify",
    };
    const { engine } = await engineFor({ settings });
    expect(engine.mounts).toContainEqual({ type: "bind", source: ca, target: ca, readOnly: true, options: [] });
    expect(engine.environment.AISTACK_POSTGRES_CA_FILE).toBe(ca);
    const plain = await engineFor({ settings: { ...settings, AISTACK_POSTGRES_TLS: "off" } });
    expect(plain.engine.mounts.some(({ source }) => source === ca)).toBe(false);
  });

  test("is told of breakers, limits and the disk as the host is", async () => {
    const settings = {
      AISTACK_BREAKERS_FAILURES: "9",
      AISTACK_LIMITS_CALLS_AT_ONCE: "null",
      AISTACK_DISK_MIN_FREE_BYTES: "5",
    };
    const { engine } = await engineFor({ settings });
    expect(engine.environment).toMatchObject(settings);
  });

  test("is printed with the outcome, never a secret, and read again it means the same", async () => {
    const settings = { ...postgres, AISTACK_QDRANT_URL: "http://127.0.0.1:6333" };
    const secrets = { qdrant_api_key: "planted-key-1", postgres_password: "planted-password-1" };
    const { manifest, hidden, engine } = await engineFor({ settings, secrets });
    const text = composeText(manifest, hidden);
    expect(text).not.toMatch(/planted/);
    const again = await load([text]);
    const read = again.one("engine");
    expect([read?.environment, read?.secrets, read?.dependsOn]).toEqual([
      engine.environment,
      engine.secrets,
      engine.dependsOn,
    ]);
  });
});

test.each([
  ["127.0.0.1", true],
  ["::ffff:127.0.0.1", true],
  ["[::1]", true],
  ["db.localhost", true],
  ["localhost.example.org", false],
  ["10.0.0.1", false],
  ["128.0.0.1", false],
  ["postgres", false],
])("%s means this machine: %s", (host, isHere) => {
  expect(meansThisMachine(host)).toBe(isHere);
});

test.each([
  ["https://user:pass@localhost/a?b=c", "https://user:pass@x:80/a?b=c"],
  ["http://localhost", "http://x:80"],
  ["nonsense", null],
])("%s leads elsewhere as %s", (url, other) => {
  expect(redirect(url, "x", 80)).toBe(other);
});

test("a secret comes from the environment, else the home, else where a container gets it", () => {
  const home = temporary();
  const given = temporary();
  write(given, { qdrant_api_key: "third\n" });
  expect(readSecretByName(configIn(home), "qdrant_api_key", given)?.reveal()).toBe("third");
  const [file = ""] = write(home, { "secrets/qdrant_api_key": "second\n" });
  chmodSync(file, 0o600);
  expect(readSecretByName(configIn(home), "qdrant_api_key", given)?.reveal()).toBe("second");
  const config = configIn(home, { AISTACK_SECRET_QDRANT_API_KEY: "first" });
  expect(readSecretByName(config, "qdrant_api_key", given)?.reveal()).toBe("first");
  expect(readSecretByName(configIn(home), "other", given)).toBeNull();
});
