import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/engine/secrets.ts";
import {
  makeSecret,
  rotateSecret,
  secretFile,
  secretsDirectory,
  stackSecrets,
} from "../../../src/services/generated-secrets.ts";
import { placeFiles, readSecrets, removeOldFiles } from "../../../src/services/manifest/prepare.ts";
import { needs } from "../../parts.ts";
import { configIn, freePort, load, temporary, until } from "./loading.ts";

const idOf = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

const using = (secrets: string) => `
services:
  a: { image: x:1, secrets: [own] }
secrets: { own: ${secrets}, unused: { x-aistack: { generate: true } } }
`;

test("a secret that is missing is made once, for its owner alone, and can go into a URL", async () => {
  const home = temporary();
  const config = configIn(home);
  expect([await makeSecret(config, "postgres_password"), await makeSecret(config, "postgres_password")]).toEqual([
    true,
    false,
  ]);
  const file = secretFile(config, "postgres_password");
  const first = readFileSync(file, "utf8");
  expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect([mode(secretsDirectory(config)), mode(file)]).toEqual(["700", "600"]);
  await rotateSecret(config, "postgres_password");
  expect(readFileSync(file, "utf8")).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(readFileSync(file, "utf8")).not.toBe(first);
  expect([mode(file), readdirSync(secretsDirectory(config))]).toEqual(["600", ["postgres_password"]]);
});

test("processes that make the same secret at once end up with the same one", async () => {
  const home = temporary();
  const source = fileURLToPath(new URL("../../../src", import.meta.url));
  const script = `
    import { openConfig } from "${source}/engine/config.ts";
    import { readSecretByName } from "${source}/engine/secrets.ts";
    import { makeSecret } from "${source}/services/generated-secrets.ts";
    const config = openConfig({ home: process.argv[1] });
    const made = await makeSecret(config, "redis_password");
    process.stdout.write(JSON.stringify([made, readSecretByName(config, "redis_password").reveal()]));`;
  const runs = Array.from({ length: 6 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, home], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (part) => {
      text += part;
    });
    return new Promise<[boolean, string]>((resolve) => child.on("close", () => resolve(JSON.parse(text))));
  });
  const all = await Promise.all(runs);
  expect(all.filter(([made]) => made)).toHaveLength(1);
  expect(new Set(all.map(([, secret]) => secret)).size).toBe(1);
});

test("a secret or a directory that others can read is refused, with what to type", async () => {
  const config = configIn(temporary());
  await makeSecret(config, "redis_password");
  const file = secretFile(config, "redis_password");
  chmodSync(file, 0o644);
  await expect(makeSecret(config, "redis_password")).rejects.toMatchObject({
    code: "config",
    hint: `Type: chmod 600 ${file}`,
  });
  chmodSync(file, 0o600);
  chmodSync(secretsDirectory(config), 0o755);
  await expect(rotateSecret(config, "redis_password")).rejects.toMatchObject({
    code: "config",
    hint: `Type: chmod 700 ${secretsDirectory(config)}`,
  });
  for (const name of ["../x", "", "a/b", ".hidden"])
    expect(() => secretFile(config, name)).toThrow("is no name of a secret");
});

test("services get their secrets from where the file says, and only those that are used are made", async () => {
  const { manifest, directory } = await load([using("{ x-aistack: { generate: true } }")]);
  const config = configIn(directory);
  const made = await readSecrets(config, manifest);
  expect([...made.keys()]).toEqual(["own"]);
  expect(readFileSync(secretFile(config, "own"), "utf8")).toBe(made.get("own")?.reveal());
  expect(readdirSync(secretsDirectory(config))).toEqual(["own"]);
  const given = configIn(directory, { AISTACK_SECRET_OWN: "from the environment" });
  expect((await readSecrets(given, manifest)).get("own")?.reveal()).toBe("from the environment");
  expect(JSON.stringify([...made])).toBe('[["own","[secret]"]]');
});

test("a secret from a file, from a variable, and one that is in Podman already", async () => {
  const beside = { "own.txt": "in a file\n" };
  const filed = await load([using("{ file: ./own.txt }")], { beside });
  const config = configIn(filed.directory, { OWN: "in a variable" });
  const file = join(filed.directory, "own.txt");
  chmodSync(file, 0o644);
  await expect(readSecrets(config, filed.manifest)).rejects.toMatchObject({
    code: "config",
    hint: `Type: chmod 600 ${file}`,
  });
  chmodSync(file, 0o600);
  expect((await readSecrets(config, filed.manifest)).get("own")?.reveal()).toBe("in a file");
  const variable = await load([using("{ environment: OWN }")]);
  expect((await readSecrets(config, variable.manifest)).get("own")?.reveal()).toBe("in a variable");
  await expect(readSecrets(configIn(temporary()), variable.manifest)).rejects.toMatchObject({
    why: "the variable OWN is not set",
  });
  expect((await readSecrets(config, (await load([using("{ external: true }")])).manifest)).size).toBe(0);
});

test("what tells a running service its new secret keeps that out of its arguments", () => {
  const secret = new Secret("planted-secret");
  const telling = Object.values(stackSecrets).flatMap((one) => one.telling ?? []);
  expect(telling.map(({ service }) => service)).toEqual(["postgres", "grafana"]);
  for (const { argv, input } of telling) {
    expect(argv.join(" ")).not.toContain("planted-secret");
    expect(input(secret)).toContain("planted-secret");
  }
});

describe.skipIf(needs("postgres").missing)("PostgreSQL itself", () => {
  test("takes the new password while it runs, and refuses the old one", async () => {
    const programs = dirname(needs("postgres").command);
    const directory = temporary();
    // The server refuses to run as root.
    const isRoot = process.getuid?.() === 0;
    const who = isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : {};
    if (isRoot) chownSync(directory, idOf("-u"), idOf("-g"));
    const port = await freePort();
    const env = { ...process.env, PGHOST: directory, PGPORT: String(port) };
    const run = (name: string, args: readonly string[], input = "", more = {}) =>
      spawnSync(join(programs, name), args, {
        encoding: "utf8",
        cwd: directory,
        input,
        env: { ...env, ...more },
        ...who,
      });
    const auth = ["--auth-local=trust", "--auth-host=scram-sha-256", "--username=aistack", "--pwfile=first"];
    writeFileSync(join(directory, "first"), "first\n", { mode: 0o644 });
    expect(run("initdb", ["-D", "data", ...auth]).stderr).toBe("");
    const options = [
      "-c",
      `port=${port}`,
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `unix_socket_directories=${directory}`,
    ];
    const server = spawn(join(programs, "postgres"), ["-D", "data", ...options], {
      cwd: directory,
      stdio: "ignore",
      ...who,
    });
    const ended = new Promise((resolve) => server.on("exit", resolve));
    try {
      await until(() => run("pg_isready", ["-q"]).status === 0);
      expect(run("createdb", ["--username=aistack", "aistack"]).status).toBe(0);
      const { argv = [], input } = stackSecrets.postgres_password?.telling ?? {};
      const told = run("psql", argv.slice(1), input?.(new Secret("second")));
      expect([argv[0], told.status, told.stdout, told.stderr]).toEqual(["psql", 0, "", ""]);
      const enter = (password: string) =>
        run("psql", ["-U", "aistack", "-c", "select 1"], "", { PGHOST: "127.0.0.1", PGPASSWORD: password }).status;
      expect([enter("second"), enter("first")]).toEqual([0, 2]);
    } finally {
      server.kill("SIGINT");
      await ended;
    }
  });
});

test("configuration files are placed once, readable by the services, and old ones go when asked", async () => {
  const file = (text: string) => `
services:
  a:
    image: x:1
    configs: [c]
    volumes: [{ type: bind, source: ./made/deep, target: /x, bind: { create_host_path: true } }]
configs: { c: { content: "${text}" } }
`;
  const first = await load([file("one")]);
  await placeFiles(first.manifest);
  const [placed] = first.manifest.files;
  const path = placed?.path ?? "";
  expect([readFileSync(path, "utf8"), mode(path)]).toEqual(["one", "644"]);
  expect(statSync(join(first.directory, "made/deep")).isDirectory()).toBe(true);
  expect(first.one("a")?.mounts).toContainEqual({
    type: "bind",
    source: path,
    target: "/c",
    readOnly: true,
    options: ["z"],
  });
  const { mtimeMs } = statSync(path);
  await placeFiles(first.manifest);
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
  writeFileSync(path, "torn");
  await placeFiles(first.manifest);
  expect(readFileSync(path, "utf8")).toBe("one");
  const old = join(path, "..", "c.000000000000");
  writeFileSync(old, "old");
  removeOldFiles(first.manifest);
  expect(readdirSync(join(path, ".."))).toEqual([path.slice(path.lastIndexOf("/") + 1)]);
  const second = await load([file("two")]);
  expect(second.manifest.files[0]?.path.split("/").at(-1)).not.toBe(path.split("/").at(-1));
  mkdirSync(join(second.directory, "stack"));
  writeFileSync(join(second.directory, "stack/aistack"), "in the way");
  await expect(placeFiles(second.manifest)).rejects.toMatchObject({ name: "Failure" });
});
