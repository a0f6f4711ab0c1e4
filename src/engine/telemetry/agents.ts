import { isAbsolute, join } from "node:path";
import type { Config } from "../config.ts";
import { userHome } from "../home.ts";

/** Settings that let an agent's transcripts be read. */
export type AgentKey =
  | "telemetry.claudeCode"
  | "telemetry.codex"
  | "telemetry.copilot"
  | "telemetry.geminiCli"
  | "telemetry.qwenCode"
  | "telemetry.pi"
  | "telemetry.openclaw"
  | "telemetry.droid";

/** Where an agent writes its transcripts on this machine. */
export interface AgentPlace {
  readonly name: string;
  readonly pattern: string;
  readonly key: AgentKey;
}

interface Agent {
  readonly name: string;
  readonly key: AgentKey;
  /** The variables with which the agent itself lets its directory be moved, strongest first, and what stands below it. */
  readonly moved: readonly (readonly [variable: string, below: string])[];
  /** Where it is in the user's home. */
  readonly usual: string;
  readonly files: string;
}

const agents: readonly Agent[] = [
  {
    name: "Claude Code",
    key: "telemetry.claudeCode",
    moved: [["CLAUDE_CONFIG_DIR", "projects"]],
    usual: ".claude/projects",
    files: "**/*.jsonl",
  },
  {
    name: "Codex",
    key: "telemetry.codex",
    moved: [["CODEX_HOME", "sessions"]],
    usual: ".codex/sessions",
    files: "**/rollout-*.jsonl",
  },
  {
    name: "Copilot CLI",
    key: "telemetry.copilot",
    moved: [["COPILOT_HOME", "session-state"]],
    usual: ".copilot/session-state",
    files: "**/*.jsonl",
  },
  {
    name: "Gemini CLI",
    key: "telemetry.geminiCli",
    moved: [["GEMINI_CLI_HOME", ".gemini/tmp"]],
    usual: ".gemini/tmp",
    files: "*/chats/session-*.jsonl",
  },
  {
    name: "Qwen Code",
    key: "telemetry.qwenCode",
    moved: [
      ["QWEN_RUNTIME_DIR", "projects"],
      ["QWEN_HOME", "projects"],
    ],
    usual: ".qwen/projects",
    files: "*/chats/*.jsonl",
  },
  {
    name: "Pi",
    key: "telemetry.pi",
    moved: [
      ["PI_CODING_AGENT_SESSION_DIR", ""],
      ["PI_CODING_AGENT_DIR", "sessions"],
    ],
    usual: ".pi/agent/sessions",
    files: "**/*.jsonl",
  },
  {
    name: "OpenClaw",
    key: "telemetry.openclaw",
    moved: [
      ["OPENCLAW_STATE_DIR", "agents"],
      ["OPENCLAW_HOME", ".openclaw/agents"],
    ],
    usual: ".openclaw/agents",
    files: "*/sessions/*.jsonl",
  },
  {
    name: "Droid",
    key: "telemetry.droid",
    moved: [],
    usual: ".factory/sessions",
    files: "**/*.jsonl",
  },
];

// A directory is a name and not a pattern, whatever stands in it.
function literal(directory: string): string {
  return directory.replace(/[*?[\]{}()!]/g, (sign) => `[${sign}]`);
}

function directoryOf(agent: Agent, environment: Config["environment"], home: string | null): string | null {
  for (const [variable, below] of agent.moved) {
    const given = environment[variable];
    if (given !== undefined && isAbsolute(given)) return join(given, below);
  }
  return home === null ? null : join(home, agent.usual);
}

/** Where each known agent writes its transcripts; none where neither a variable nor a home says it. */
export function agentPlaces({ environment }: Config): AgentPlace[] {
  const home = userHome();
  return agents.flatMap((agent) => {
    const directory = directoryOf(agent, environment, home);
    const isOdd = directory !== null && /[*?[\]{}()!]/.test(directory);
    if (directory === null) return [];
    return [{ name: agent.name, key: agent.key, pattern: join(isOdd ? literal(directory) : directory, agent.files) }];
  });
}
