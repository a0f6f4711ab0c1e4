import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { openConfig } from "../../../../src/engine/config.ts";
import { expand } from "../../../../src/engine/telemetry/source-pattern.ts";
import { listSources } from "../../../../src/engine/telemetry/sources.ts";
import { openModelServer } from "../../../stand-ins/model-server.ts";
import { readFile } from "../reading.ts";

// The agents themselves, with a stand-in in the place of their model. They are too big for a dependency; .ci/run puts
// them into a directory of its own and names it.
const packages = process.env.AISTACK_TEST_AGENTS ?? "";
const claude = join(packages, `node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`);
const codex = join(packages, "node_modules/.bin/codex");

function isMissing(program: string): boolean {
  const missing = packages === "" || !existsSync(program);
  if (missing) console.warn(`skipped: ${program} is not there; name its npm prefix in AISTACK_TEST_AGENTS`);
  return missing;
}

const question = "How do I list the files of this directory by size?";
const answer = "Type ls -S in the directory: it sorts the files by their size.";
const homes: string[] = [];
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), "aistack-agent-"));
  homes.push(home);
  mkdirSync(join(home, "work"));
  return home;
}

async function run(program: string, args: readonly string[], home: string, more: Readonly<Record<string, string>>) {
  const env = { PATH: process.env.PATH ?? "", HOME: home, ...more };
  const running = promisify(execFile)(program, args, { cwd: join(home, "work"), env, timeout: 50_000 });
  running.child.stdin?.end();
  return (await running).stdout;
}

// What is found where this program looks for the agent's transcripts.
function transcripts(name: string, environment: Readonly<Record<string, string>>): string {
  const place = listSources(openConfig({ home: join(tmpdir(), "aistack-none") }, environment));
  return place
    .filter((one) => one.name === name)
    .flatMap(({ pattern }) => expand(pattern))
    .map((file) => readFileSync(file, "utf8"))
    .join("");
}

function expectLesson(written: string): void {
  const { lessons, reasons } = readFile(written);
  expect(lessons.map(({ prompt, response }) => [prompt, response])).toEqual([[question, answer]]);
  expect(reasons.filter((reason) => /^(?:unknown|malformed)/.test(reason))).toEqual([]);
}

test.skipIf(isMissing(codex))(
  "one question to Codex itself is one lesson from the transcript that it writes",
  { timeout: 60_000 },
  async () => {
    await using server = await openModelServer(answer);
    const home = makeHome();
    const moved = { CODEX_HOME: join(home, "moved") };
    mkdirSync(moved.CODEX_HOME);
    const provider = `model_providers.x={name="x",base_url="${server.url}/v1",env_key="K",wire_api="responses"}`;
    const model = ["-c", 'model_provider="x"', "-c", provider, "-m", "gpt-5"];
    const printed = await run(codex, ["exec", "--json", "--skip-git-repo-check", ...model, question], home, {
      ...moved,
      K: "none",
    });
    expectLesson(transcripts("Codex", moved));
    const { lessons, reasons, dialects } = readFile(printed);
    expect([lessons.length, reasons.includes("no_question"), [...new Set(dialects)]]).toEqual([
      0,
      true,
      ["Codex exec"],
    ]);
  },
);

test.skipIf(isMissing(claude))(
  "one question to Claude Code itself is one lesson from the transcript that it writes",
  { timeout: 60_000 },
  async () => {
    await using server = await openModelServer(answer);
    const home = makeHome();
    const moved = { CLAUDE_CONFIG_DIR: join(home, "moved") };
    const printed = await run(claude, ["-p", "--verbose", "--output-format", "stream-json", question], home, {
      ...moved,
      ANTHROPIC_BASE_URL: server.url,
      ANTHROPIC_API_KEY: "none",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    });
    expectLesson(transcripts("Claude Code", moved));
    const { lessons, reasons, dialects } = readFile(printed);
    expect([lessons.length, reasons.includes("no_question"), [...new Set(dialects)]]).toEqual([
      0,
      true,
      ["Claude stream"],
    ]);
  },
);
