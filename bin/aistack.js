#!/usr/bin/env node
// Starts the built program on a Node that can run it. Old releases must be able to read this file to say what is
// missing: no syntax newer than Node 12, and no `node:` prefixes.
// biome-ignore-all lint/style/useNodejsImportProtocol: Node 12 does not know it

import module from "module";

// Imported, a part of Node is wanted with everything that it could load; this takes what is used.
const require = module.createRequire(import.meta.url);
const { existsSync, readFileSync } = require("fs");
const { constants, homedir } = require("os");
const { isAbsolute, join } = require("path");
const { fileURLToPath } = require("url");

const startedBy = "AISTACK_STARTED_BY";
const goneLookMs = 300;
const self = fileURLToPath(import.meta.url);
const root = join(self, "..", "..");

if (!existsSync(join(root, "dist", "aistack.js"))) {
  refuse(`this copy is not built; type: cd ${root} && npm ci && npm run build`);
} else if (suffices(process.versions.node)) {
  start();
} else {
  // Loaded only here: it costs every other start three milliseconds.
  import("child_process").then(({ spawn, spawnSync }) => {
    const node = bundledNode(spawnSync);
    if (node === undefined) refuse(`needs Node 22.19 or newer, this is ${process.versions.node}; type: ${remedy()}`);
    else rerun(node, spawn);
  });
}

function suffices(version) {
  const parts = version.split(".").map(Number);
  return parts[0] > 22 || (parts[0] === 22 && parts[1] >= 19);
}

/** The Node that `npm ci` puts beside the program, if it is there and new enough. */
function bundledNode(spawnSync) {
  return [join(root, "node_modules", ".bin", "node"), join(root, "node_modules", "node", "bin", "node")].find(
    (node) => {
      if (!existsSync(node)) return false;
      const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
      return suffices(String(stdout).trim().replace(/^v/, ""));
    },
  );
}

function remedy() {
  const isCheckout = existsSync(join(root, "package-lock.json"));
  return isCheckout ? `cd ${root} && npm ci` : `npx --yes node@24 ${[self].concat(process.argv.slice(2)).join(" ")}`;
}

function refuse(why) {
  process.stderr.write(`aistack: ${why}\n`);
  process.exitCode = 2;
}

function start() {
  endWithStarter();
  const warn = process.emitWarning;
  process.emitWarning = (warning, options, ...more) => {
    const type = typeof options === "object" && options !== null ? options.type : options;
    if (type === "ExperimentalWarning" && String(warning).includes("SQLite")) return;
    Reflect.apply(warn, process, [warning, options].concat(more));
  };
  try {
    // A directory of the user's own: compiled code is trusted as it is, so it must not lie where others can write.
    const given = process.env.XDG_CACHE_HOME;
    const cache = given && isAbsolute(given) ? given : join(homedir(), ".cache");
    if (typeof module.enableCompileCache === "function") module.enableCompileCache(join(cache, "aistack", "compiled"));
  } catch {
    // Without a home the program only starts a little slower.
  }
  import("../dist/aistack.js");
}

/** Where this file was run again, ends as on SIGTERM once the process that did so is gone, however it ended. */
function endWithStarter() {
  const starter = process.env[startedBy];
  if (starter === undefined) return;
  // What this process starts has another parent.
  delete process.env[startedBy];
  const look = setInterval(() => {
    if (process.ppid === Number(starter)) return;
    clearInterval(look);
    process.kill(process.pid, "SIGTERM");
  }, goneLookMs);
  look.unref();
}

/** Runs this file again on another Node, and stands between it and the caller: signals go in, how it ended comes out. */
function rerun(node, spawn) {
  const child = spawn(node, [self].concat(process.argv.slice(2)), {
    stdio: "inherit",
    env: Object.assign({}, process.env, { [startedBy]: String(process.pid) }),
  });
  process.on("SIGINT", () => {
    // The terminal gives Ctrl-C to both; passed on as well, it would count as the second, insisting one.
    if (!isInForeground()) child.kill("SIGINT");
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  process.on("SIGQUIT", () => child.kill("SIGQUIT"));
  child.on("error", (error) => refuse(`${node} does not start (${error.message}); type: ${remedy()}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"].forEach((name) => {
      process.removeAllListeners(name);
    });
    process.exitCode = 128 + constants.signals[signal];
    process.kill(process.pid, signal);
  });
}

/** Whether a terminal sends its signals to this process's group: on Linux by the kernel's word, elsewhere by a guess. */
function isInForeground() {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}
