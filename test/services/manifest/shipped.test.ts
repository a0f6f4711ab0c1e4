import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { type Tier, tierFromBytes, tiers } from "../../../src/engine/tiers.ts";
import { stackSecrets } from "../../../src/services/generated-secrets.ts";
import { sumOfLimits } from "../../../src/services/manifest/lint.ts";
import { loadStack } from "../../../src/services/manifest/load.ts";
import { shippedCompose, shippedText } from "../../../src/services/shipped.ts";
import { needs } from "../../parts.ts";
import { configIn, freePort, machineOf, temporary, until } from "./loading.ts";

const loadShipped = (tier: Tier | "auto", memoryBytes = 64e9, profiles: readonly string[] = ["llm"]) =>
  loadStack(configIn(temporary()), { tier, profiles, machine: machineOf(memoryBytes) });

async function serviceNamed(name: string) {
  const service = (await loadShipped("full")).manifest.services.find((one) => one.name === name);
  if (service === undefined) throw new Error(`there is no ${name}`);
  return service;
}

function start(words: readonly string[], text = "") {
  const [command = "", ...args] = words;
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let said = text;
  child.stdout.on("data", (part) => {
    said += part;
  });
  child.stderr.on("data", (part) => {
    said += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended, said: () => said };
}

test("our file is good Compose by the specification's own schema", () => {
  const { $schema: _, ...schema } = JSON.parse(shippedText("compose-spec.json"));
  const validate = new Ajv({ strict: false }).compile(schema);
  expect([validate(parse(readFileSync(shippedCompose, "utf8"), { merge: true })), validate.errors]).toEqual([
    true,
    null,
  ]);
});

test.each(tiers)("our file has nothing to complain about at the tier %s, with every profile", async (tier) => {
  const { findings, manifest, inactive } = await loadShipped(tier);
  expect(findings).toEqual([]);
  expect(manifest.services.length + inactive.length).toBe(10);
});

test("every service is bound: one image, loopback, no privileges, limits, and readiness where it is waited for", async () => {
  const { manifest } = await loadShipped("full");
  const awaited = new Set(manifest.services.flatMap(({ dependsOn }) => dependsOn.map(({ service }) => service)));
  for (const service of manifest.services) {
    const { name, image, ports, memoryBytes, cpus, pids, capDrop, capAdd, readOnly, securityOpt } = service;
    expect([name, image]).toEqual([name, expect.stringMatching(/^[a-z0-9.]+\/[a-z0-9./-]+:[a-z]*-?[v0-9b].*\d/)]);
    expect([name, ports.every(({ hostIp }) => hostIp === "127.0.0.1")]).toEqual([name, true]);
    expect([name, memoryBytes, cpus, pids].includes(null)).toBe(false);
    expect([name, capDrop, capAdd, readOnly]).toEqual([name, ["ALL"], [], true]);
    expect([name, securityOpt]).toEqual([name, ["no-new-privileges"]]);
    expect([name, service.healthcheck !== null || service.portReady !== null]).toEqual([name, true]);
    expect([name, service.restart.policy]).toEqual([name, "unless-stopped"]);
  }
  expect([...awaited].toSorted()).toEqual(["grafana", "jaeger", "prometheus", "qdrant"]);
  expect(manifest.secrets.toSorted()).toEqual(Object.keys(stackSecrets).toSorted());
  expect(manifest.volumes.toSorted()).toEqual(
    [
      ...new Set(
        manifest.services.flatMap(({ mounts }) =>
          mounts.filter(({ type }) => type === "volume").map(({ source }) => source),
        ),
      ),
    ].toSorted(),
  );
});

test.each([
  [4e9, "minimal", ["qdrant", "postgres", "redis", "engine", "embeddings"]],
  [tierFromBytes.standard - 1, "minimal", ["qdrant", "postgres", "redis", "engine", "embeddings"]],
  [tierFromBytes.standard, "standard", ["qdrant", "postgres", "redis", "engine", "prometheus", "embeddings"]],
  [tierFromBytes.full - 1, "standard", ["qdrant", "postgres", "redis", "engine", "prometheus", "embeddings"]],
  [
    tierFromBytes.full,
    "full",
    [
      ...["qdrant", "postgres", "redis", "engine", "prometheus", "jaeger", "grafana", "nginx"],
      ...["embeddings", "llama-cpp"],
    ],
  ],
])("with %d bytes of memory the tier is %s, and the limits of all services fit", async (memory, tier, names) => {
  const loaded = await loadShipped("auto", memory);
  expect([loaded.tier, loaded.tierChosen]).toEqual([tier, "measured"]);
  expect(loaded.manifest.services.map(({ name }) => name)).toEqual(names);
  expect(sumOfLimits(loaded.manifest.services)).toBeLessThan(memory);
  for (const { memoryBytes } of loaded.manifest.services) expect(memoryBytes).toBeGreaterThan(0);
});

test("the engine shares the home with the host, without its secrets, and is told the settings of the user", async () => {
  const home = temporary();
  const config = configIn(home, { AISTACK_LEARNING_POLL_MS: "700", AISTACK_STACK_TIER: "minimal" });
  const { manifest } = await loadStack(config, { machine: machineOf(64e9) });
  const engine = manifest.services.find(({ name }) => name === "engine");
  expect(engine?.mounts.filter(({ type }) => type === "bind")).toEqual(
    [home, join(home, "telemetry")].map((path) => ({
      type: "bind",
      source: path,
      target: path,
      readOnly: false,
      options: ["z"],
    })),
  );
  const hidden = engine?.mounts.find(({ target }) => target === join(home, "secrets"));
  expect([hidden?.type, hidden?.readOnly, hidden?.options]).toEqual([
    "tmpfs",
    true,
    ["size=1m", "mode=0555", "notmpcopyup"],
  ]);
  expect(engine?.environment).toEqual({ AISTACK_HOME: home, AISTACK_LEARNING_POLL_MS: "700" });
  expect(engine?.usernsMode).toBe("keep-id");
  expect(engine?.user).toBe(`${process.getuid?.()}:${process.getgid?.()}`);
});

test("Grafana's data sources are as its provisioning wants them, and name services of the stack", async () => {
  const { manifest } = await loadShipped("full");
  const { apiVersion, datasources } = parse(shippedText("grafana/datasources.yaml"));
  expect(apiVersion).toBe(1);
  expect(datasources.length).toBeGreaterThan(1);
  for (const { name, type, access, url } of datasources) {
    expect([name, type, access]).toEqual([expect.any(String), expect.stringMatching(/^(prometheus|jaeger)$/), "proxy"]);
    expect(manifest.services.map((one) => one.name)).toContain(new URL(url).hostname);
  }
});

test("Qdrant's health check tells ready, not ready and gone apart, with nothing but its shell", async () => {
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" ? status : 404).end("all shards are ready");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const words =
    (await serviceNamed("qdrant")).healthcheck?.test.map((one) => one.replaceAll("6333", String(port))) ?? [];
  const ask = () => start(words).ended;
  expect(await ask()).toBe(0);
  status = 503;
  expect(await ask()).not.toBe(0);
  await new Promise((resolve) => server.close(resolve));
  expect(await ask()).not.toBe(0);
});

describe.skipIf(needs("redis").missing)("Redis itself", () => {
  test("starts with our command, asks for the password, and shows it to nobody", async () => {
    const directory = temporary();
    const secret = join(directory, "password");
    const password = "planted-Redis-password_1";
    spawnSync("sh", ["-c", `printf %s "$1" >"$2"`, "sh", password, secret]);
    const port = await freePort();
    const local = (text: string) =>
      text
        .replaceAll("/run/secrets/redis_password", secret)
        .replace("dir /data", `dir ${directory}\nport ${port}`)
        .replace("redis-cli", `redis-cli -p ${port}`);
    const service = await serviceNamed("redis");
    const server = start([...(service.entrypoint ?? []), ...(service.command ?? [])].map(local));
    const health = () => start((service.healthcheck?.test ?? []).map(local)).ended;
    await until(async () => (await health()) === 0);
    const stranger = spawnSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8" });
    expect(stranger.stdout).toContain("NOAUTH");
    expect(readFileSync(`/proc/${server.child.pid}/cmdline`, "utf8")).not.toContain(password);
    expect(readFileSync(`/proc/${server.child.pid}/environ`, "utf8")).not.toContain(password);
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.said()).not.toContain(password);
  });
});

describe.skipIf(needs("nginx").missing)("nginx itself", () => {
  test("starts with our command while the services behind it are gone, and says that it is well", async () => {
    const directory = temporary();
    const port = await freePort();
    const conf = join(directory, "nginx.conf");
    const text = shippedText("nginx/nginx.conf")
      .replaceAll("/tmp/", `${directory}/`)
      .replace("listen 8080", `listen 127.0.0.1:${port}`);
    spawnSync("sh", ["-c", `cat >"$1"`, "sh", conf], { input: text });
    const service = await serviceNamed("nginx");
    const words = [...(service.entrypoint ?? []), ...(service.command ?? [])].map((one) =>
      one.replaceAll("/tmp/", `${directory}/`).replace("exec nginx", `exec nginx -c ${conf}`),
    );
    const server = start(words);
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    await until(async () => (await get("/healthz"))?.status === 200);
    expect(await (await get("/healthz"))?.text()).toBe("ok\n");
    expect((await get("/"))?.status).toBeGreaterThanOrEqual(502);
    expect((await get("/healthz"))?.status).toBe(200);
    server.child.kill("SIGQUIT");
    expect(await server.ended).toBe(0);
  });
});

describe.skipIf(needs("prometheus").missing)("Prometheus itself", () => {
  test("finds our configuration good, and every target is a service of the stack", async () => {
    const file = join(shippedCompose, "..", "shipped", "prometheus", "prometheus.yml");
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "config", file], { encoding: "utf8" });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining("SUCCESS")]);
    const { scrape_configs: jobs } = parse(readFileSync(file, "utf8"));
    const names = (await loadShipped("full")).manifest.services.map(({ name }) => name);
    for (const { static_configs: groups } of jobs) {
      for (const { targets, labels } of groups) {
        expect(names).toContain(labels.service);
        expect(targets).toEqual([expect.stringMatching(new RegExp(`^(localhost|${labels.service}):\\d+$`))]);
      }
    }
  });
});
