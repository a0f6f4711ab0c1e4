import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { needs } from "./parts.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const oldNode = findOldNode();
if (oldNode === undefined) console.warn("skipped: there is no Node older than 22.19 in the search path");

/** A copy of the program whose built part is a few lines of the test's own. */
let root: string;
let bin: string;
let children: ChildProcess[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "aistack-bin-"));
  bin = join(root, "bin/aistack.js");
  children = [];
  mkdirSync(join(root, "bin"));
  cpSync(join(project, "bin/aistack.js"), bin);
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await until(() => children.every((child) => child.exitCode !== null || child.signalCode !== null));
  rmSync(root, { recursive: true, force: true });
});

it("is written so that Node 12 can read it", async () => {
  const text = readFileSync(bin, "utf8");
  const [old, now] = await Promise.all(
    ["node12.20", "esnext"].map((target) =>
      transform(text, { target, format: "esm", supported: { "import-meta": true } }),
    ),
  );
  expect(old?.code).toBe(now?.code);
});

describe("on a Node that is new enough", () => {
  it("runs the built program, with its arguments and its exit code", () => {
    built("console.log(process.argv.slice(2).join()); process.exitCode = 5;");
    expect(run(process.execPath, ["status", "--json", "a b"])).toEqual({
      status: 5,
      out: "status,--json,a b\n",
      err: "",
    });
  });

  it("is found through a link to it", () => {
    built("console.log('started');");
    symlinkSync(bin, join(root, "link"));
    symlinkSync(join(root, "link"), join(root, "link-to-link"));
    expect(spawnSync(process.execPath, [join(root, "link-to-link")], { encoding: "utf8" }).stdout).toBe("started\n");
  });

  it("keeps quiet about SQLite being experimental, and about nothing else", () => {
    built(`process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
      process.emitWarning("SQLite is slow today");
      process.emitWarning("Other is an experimental feature", { type: "ExperimentalWarning" });`);
    const { err } = run(process.execPath, []);
    expect(err).not.toContain("SQLite is an experimental");
    expect(err).toContain("SQLite is slow today");
    expect(err).toContain("Other is an experimental feature");
  });

  it("loads SQLite without a word on standard error", () => {
    built('await import("node:sqlite");');
    expect(run(process.execPath, [])).toEqual({ status: 0, out: "", err: "" });
  });

  it("keeps the compiled program in the user's own cache", () => {
    built("console.log(1);");
    run(process.execPath, []);
    expect(readdirSync(join(root, "cache/aistack/compiled"))).toHaveLength(1);
  });

  it("runs where no cache can be written", () => {
    built("console.log(1);");
    writeFileSync(join(root, "cache"), "a file where the directory should be");
    expect(run(process.execPath, [])).toEqual({ status: 0, out: "1\n", err: "" });
  });

  it("says in one line how to build it when it is not built", () => {
    expect(run(process.execPath, [])).toEqual({
      status: 2,
      out: "",
      err: `aistack: this copy is not built; type: cd ${root} && npm ci && npm run build\n`,
    });
  });
});

describe.skipIf(oldNode === undefined)("on a Node that is too old", () => {
  const old = oldNode ?? "";

  it.each(["node_modules/.bin/node", "node_modules/node/bin/node"])("runs on %s instead", (path) => {
    built(
      "process.stdin.pipe(process.stdout); process.exitCode = 5; console.log(process.version, process.argv.slice(2).join());",
    );
    bundled(path, process.execPath);
    expect(run(old, ["status", "a b"], "from the caller")).toEqual({
      status: 5,
      out: `${process.version} status,a b\nfrom the caller`,
      err: "",
    });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on and ends as the program ends", async (signal) => {
    built(`process.on("${signal}", () => { console.log("got ${signal}"); process.exit(7); });
      console.log("ready"); setInterval(() => {}, 1000);`);
    bundled("node_modules/.bin/node", process.execPath);
    const { child, said, ended } = start(old);
    await until(() => said().includes("ready"));
    child.kill(signal);
    expect(await ended).toEqual([7, null]);
    expect(said()).toBe(`ready\ngot ${signal}\n`);
  });

  it.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("dies of %s when the program does", async (signal) => {
    built(`process.kill(process.pid, "${signal}"); setInterval(() => {}, 1000);`);
    bundled("node_modules/.bin/node", process.execPath);
    expect(await start(old).ended).toEqual([null, signal]);
  });

  it("leaves no program behind when it is killed outright", async () => {
    const mark = join(root, "ended");
    built(`import { writeFileSync } from "node:fs";
      process.on("SIGTERM", () => { writeFileSync(${JSON.stringify(mark)}, ""); process.exit(); });
      console.log("ready" + process.env.AISTACK_STARTED_BY); setInterval(() => {}, 1000);`);
    bundled("node_modules/.bin/node", process.execPath);
    const { child, said } = start(old);
    await until(() => said().includes("readyundefined"));
    child.kill("SIGKILL");
    await until(() => existsSync(mark));
  });

  it.skipIf(needs("python3").missing)("hands on Ctrl-C of a terminal once, not twice", () => {
    built(`let count = 0;
      process.on("SIGINT", () => { count += 1; setTimeout(() => { console.log("count " + count); process.exit(3); }, 300); });
      console.log("ready"); setInterval(() => {}, 1000);`);
    bundled("node_modules/.bin/node", process.execPath);
    const terminal = `import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
said, typed = b"", False
while True:
    try: part = os.read(fd, 1024)
    except OSError: break
    if not part: break
    said += part
    if b"ready" in said and not typed:
        typed = True
        os.write(fd, b"\\x03")
print(said.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
    const { status, stdout } = spawnSync("python3", ["-c", terminal, old, bin], { encoding: "utf8", timeout: 30_000 });
    expect(stdout).toContain("count 1");
    expect(status).toBe(3);
  });

  it("says in one line what is needed and what to type when there is no other Node", () => {
    built("console.log('never');");
    expect(run(old, ["status"])).toEqual({
      status: 2,
      out: "",
      err: expect.stringMatching(
        /^aistack: needs Node 22\.19 or newer, this is \d+\.\d+\.\d+; type: npx --yes node@24 \S+\/bin\/aistack\.js status\n$/,
      ),
    });
  });

  it("asks for `npm ci` in a checkout, also when the other Node is too old as well", () => {
    built("console.log('never');");
    writeFileSync(join(root, "package-lock.json"), "{}");
    bundled("node_modules/.bin/node", old);
    const { status, err } = run(old, []);
    expect(status).toBe(2);
    expect(err).toMatch(/^[^\n]+; type: cd \S+ && npm ci\n$/);
  });
});

function built(text: string): void {
  mkdirSync(join(root, "dist"));
  writeFileSync(join(root, "dist/aistack.js"), text);
}

function bundled(path: string, node: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  symlinkSync(node, join(root, path));
}

function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...rest } = process.env;
  return { ...rest, XDG_CACHE_HOME: join(root, "cache") };
}

function run(node: string, args: string[], input = "") {
  const done = spawnSync(node, [bin, ...args], { encoding: "utf8", input, env: environment(), timeout: 30_000 });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

/** Starts the program in a session of its own, where no terminal sends signals. */
function start(node: string) {
  const child = spawn(node, [bin], { detached: true, stdio: ["ignore", "pipe", "inherit"], env: environment() });
  children.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((done) => {
    child.on("close", (code, signal) => done([code, signal]));
  });
  return { child, said: () => text, ended };
}

function findOldNode(): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((directory) => join(directory, "node"))
    .filter((path) => existsSync(path))
    .find((path) => {
      const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout;
      const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
      return major < 22 || (major === 22 && minor < 19);
    });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${condition}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
