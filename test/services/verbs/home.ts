import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { sweep } from "../supervisor/box.ts";
import { openBox } from "../supervisor/own-podman.ts";
import { image } from "../supervisor/services.ts";

/** The built program. */
export const program = fileURLToPath(new URL("../../../dist/aistack.js", import.meta.url));

/** A shell script that goes on until it is told to end. */
export const stay = "trap 'exit 0' TERM; while :; do sleep 0.1; done";
/** One service of a Compose file, with more lines of its own. */
export const one = (name: string, more = "") => `  ${name}:
    image: ${image}
    init: false
    stop_grace_period: 1s
${more.includes("command:") ? "" : `    command: [sh, -c, "${stay}"]\n`}${more}`;

/** A home of its own with a Compose file of its own, and the program run on it. */
export function stackHome(services: string, rest = "") {
  const home = mkdtempSync(join(tmpdir(), "aistack-test-"));
  const project = `t${randomBytes(4).toString("hex")}`;
  writeFileSync(join(home, "aistack.yaml"), `name: ${project}\nservices:\n${services}\n${rest}\n`);
  onTestFinished(() => {
    sweep(project);
    rmSync(home, { recursive: true, force: true });
  });
  let environment: Record<string, string> = { ...openBox().environment, NO_COLOR: "1" };
  const words = (args: readonly string[]) => {
    const end = args.indexOf("--");
    const own = end === -1 ? args : args.slice(0, end);
    return [program, ...own, "--home", home, ...(end === -1 ? [] : args.slice(end))];
  };
  return {
    home,
    project,
    /** What its programs are run with. */
    environment: () => environment,
    run(...args: string[]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, words(args), {
        encoding: "utf8",
        env: environment,
        timeout: 300_000,
        killSignal: "SIGKILL",
      });
      return { status, stdout, stderr };
    },
    json(...args: string[]) {
      const { status, stdout, stderr } = this.run(...args, "--json");
      if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
      return JSON.parse(stdout);
    },
    start(...args: string[]) {
      const child = spawn(process.execPath, words(args), { env: environment, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      child.stdout.on("data", (part) => {
        text += part;
      });
      child.stderr.on("data", (part) => {
        text += part;
      });
      const ended = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
      onTestFinished(() => void child.kill("SIGKILL"));
      return { child, ended, text: () => text };
    },
    set(name: string, value: string) {
      environment = { ...environment, [name]: value };
    },
    /** Puts a script named podman in front of the real one: a stand-in that misbehaves. */
    standIn(script: string) {
      const bin = join(home, "bin");
      mkdirSync(bin);
      writeFileSync(join(bin, "podman"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, "podman"), 0o755);
      environment = { ...environment, PATH: `${bin}:${environment.PATH}` };
    },
    withoutPodman() {
      environment = { ...environment, PATH: "/nowhere" };
    },
  };
}
