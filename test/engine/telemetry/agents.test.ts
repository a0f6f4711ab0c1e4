import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openConfig } from "../../../src/engine/config.ts";
import { listSources } from "../../../src/engine/telemetry/sources.ts";

const agents = ["Claude Code", "Codex", "Copilot CLI", "Gemini CLI", "Qwen Code", "Pi", "OpenClaw", "Droid"];
const found = (environment: Readonly<Record<string, string>>) =>
  new Map(listSources(openConfig({ home: "/nowhere" }, environment)).map((one) => [one.name, one]));

test("every agent's transcripts are looked for in the user's home, and none is read before it is enabled", () => {
  const sources = found({});
  for (const name of agents) {
    const source = sources.get(name);
    expect([name, source?.enabled, source?.pattern.startsWith(`${homedir()}/.`)]).toEqual([name, false, true]);
    const [, key = ""] = /^aistack config set (telemetry\.\w+) true$/.exec(source?.enable ?? "") ?? [];
    const enabled = openConfig({ home: "/nowhere", set: [`${key}=true`] }, {});
    expect(listSources(enabled).find((one) => one.name === name)).toMatchObject({ enabled: true, enable: "" });
  }
});

test("an agent whose directory was moved is looked for there", () => {
  const sources = found({
    CLAUDE_CONFIG_DIR: "/moved/claude",
    CODEX_HOME: "/moved/codex",
    COPILOT_HOME: "/moved/copilot",
    GEMINI_CLI_HOME: "/moved/gemini",
    QWEN_HOME: "/moved/qwen",
    PI_CODING_AGENT_DIR: "/moved/pi",
    OPENCLAW_STATE_DIR: "/moved/claw",
  });
  const patterns = agents.slice(0, -1).map((name) => sources.get(name)?.pattern);
  expect(patterns).toEqual([
    "/moved/claude/projects/**/*.jsonl",
    "/moved/codex/sessions/**/rollout-*.jsonl",
    "/moved/copilot/session-state/**/*.jsonl",
    "/moved/gemini/.gemini/tmp/*/chats/session-*.jsonl",
    "/moved/qwen/projects/*/chats/*.jsonl",
    "/moved/pi/sessions/**/*.jsonl",
    "/moved/claw/agents/*/sessions/*.jsonl",
  ]);
  expect(found({ CODEX_HOME: "not/absolute" }).get("Codex")?.pattern).toBe(
    join(homedir(), ".codex/sessions/**/rollout-*.jsonl"),
  );
});

test.skipIf(process.getuid?.() !== 0)(
  "a user without a home and without an entry among the users can list sources",
  () => {
    const script = `
    import { openConfig } from "./src/engine/config.ts";
    import { listSources } from "./src/engine/telemetry/sources.ts";
    const names = listSources(openConfig({ home: "/nowhere" }, {})).map(({ name }) => name);
    let code = "";
    try { openConfig({}, {}); } catch (error) { code = error.code; }
    console.log(JSON.stringify([names, code]));
  `;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      uid: 54_321,
      env: {},
      cwd: join(import.meta.dirname, "../../.."),
      encoding: "utf8",
    });
    expect([stdout.trim(), stderr.includes("Error:")]).toEqual(['[["stack"],"home"]', false]);
  },
);
