import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { needs } from "../parts.ts";
import { aistack, temporary, until } from "./running.ts";

const program = fileURLToPath(new URL("../../dist/aistack.js", import.meta.url));

/** An environment in which `aistack` is the built program. */
function environment(): Record<string, string> {
  const directory = temporary();
  const command = join(directory, "aistack");
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(command, 0o755);
  return { PATH: `${directory}:${process.env.PATH}`, HOME: directory, TERM: "xterm" };
}

function run(shell: string, script: string, env: Record<string, string>): string {
  return spawnSync(shell, ["-c", script], { encoding: "utf8", env }).stdout;
}

test("bash completes commands and flags", () => {
  const complete = (...words: string[]) =>
    run(
      "bash",
      `source <(aistack completion bash); COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}
       _aistack_completions; printf '%s\\n' "\${COMPREPLY[@]}"`,
      environment(),
    ).trim();
  expect(complete("aistack", "le")).toBe("learn");
  expect(complete("aistack", "dataset", "ex")).toBe("export");
  expect(complete("aistack", "learn", "--onc")).toBe("--once");
});

test.skipIf(needs("fish").missing)("fish completes commands and flags, with what they are for", () => {
  const complete = (line: string) =>
    run("fish", `aistack completion fish | source; complete -C "${line}"`, environment());
  expect(complete("aistack le")).toMatch(/^learn\tFollow telemetry and turn/m);
  expect(complete("aistack dataset ex")).toMatch(/^export\tWrite the pairs/m);
  expect(complete("aistack learn --onc")).toMatch(/^--once\t/m);
});

test.skipIf(needs("zsh").missing || needs("tmux").missing)("zsh completes what is typed on a terminal", async () => {
  const env = { ...environment(), ...(process.env.TMUX_TMPDIR ? { TMUX_TMPDIR: process.env.TMUX_TMPDIR } : {}) };
  const socket = join(temporary(), "tmux");
  const tmux = (...args: string[]) => spawnSync("tmux", ["-S", socket, ...args], { encoding: "utf8", env }).stdout;
  onTestFinished(() => void tmux("kill-server"));
  tmux("new-session", "-d", "-x", "120", "-y", "30", "zsh", "-f");
  const screen = () => tmux("capture-pane", "-p");
  const type = (text: string) => tmux("send-keys", "-l", text);
  await until(() => screen().includes("%") || screen().includes("#"));
  type("autoload -U compinit; compinit -u -D; source <(aistack completion zsh); echo re''ady\n");
  await until(() => /^ready/m.test(screen()));
  type("aistack dataset ex\t");
  await until(() => screen().includes("aistack dataset export"));
  tmux("send-keys", "C-u");
  type("aistack learn --reb\t");
  await until(() => screen().includes("aistack learn --rebuild-vectors"));
});

test("completion is for the shell in use unless another is named, and refuses one it does not know", () => {
  const first = (args: string[], SHELL: string) => aistack(args, { env: { SHELL } }).stdout.split("\n")[0];
  expect(first(["completion"], "/usr/bin/fish")).toContain("for fish");
  expect(first(["completion"], "/bin/sh")).toContain("for bash");
  expect(first(["completion", "zsh"], "/usr/bin/fish")).toBe("#compdef aistack");
  const { status, stderr } = aistack(["completion", "nosh"]);
  expect([status, stderr.includes('"fish"')]).toEqual([2, true]);
});
