import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixtures } from "../cli/running.ts";
import { needs } from "../parts.ts";
import { podman } from "../services/supervisor/own-podman.ts";
import { image } from "../services/supervisor/services.ts";
import { stackHome } from "../services/verbs/home.ts";
import { keys, program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

const ticking = (name: string) => `  ${name}:
    image: ${image}
    init: false
    stop_grace_period: 1s
    restart: unless-stopped
    command: [sh, -c, "trap 'exit 0' TERM; n=0; while :; do n=$$((n+1)); echo ${name} tick $$n; sleep 0.2; done"]`;

function flood(file: string, bytes: number): void {
  const event = { event_type: "agent_step_complete", latency_ms: 20, query: "", response: "x".repeat(2000) };
  for (let written = 0, turn = 0; written < bytes; ) {
    let part = "";
    for (let line = 0; line < 200; line++)
      part += `${JSON.stringify({ ...event, query: `what of case ${turn++} of the flood` })}\n`;
    appendFileSync(file, part);
    written += part.length;
  }
}

describe.skipIf(needs("podman").missing)("the console with real Podman and a real engine", () => {
  test("a stack is brought up, watched, broken and mended, and goes on when the console is closed", async () => {
    const stack = stackHome([ticking("web"), "    x-aistack: { breaker: qdrant }", ticking("api")].join("\n"));
    const telemetry = join(stack.home, "telemetry");
    mkdirSync(telemetry);
    cpSync(join(fixtures, "telemetry", "hybrid-events.jsonl"), join(telemetry, "hybrid-events.jsonl"));
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const settings = ["--set", "backpressure.pauseBytes=4000000", "--set", "podman.backoffMs=1500"];
    const terminal = openTerminal([process.execPath, program, "tui", "--home", stack.home, ...settings], {
      columns: 120,
      rows: 34,
      env,
    });
    await terminal.see("services: none up");
    terminal.type(`2:up web api${keys.enter}`);
    await terminal.see(/● web +running/);
    await terminal.see(/● api +running/);
    await terminal.see("services: 2 of 2 well");

    podman("kill", "--signal", "KILL", `${stack.project}-web`);
    await terminal.see(/web +backoff/);
    await terminal.see(/web waits to start again/);
    await terminal.see(/● web +running .+ 1 /);

    terminal.type("5");
    await terminal.see(/web +│ web tick \d+/);
    await terminal.see(/api +│ api tick \d+/);
    terminal.type(`/!api${keys.enter}`);
    await terminal.see("filter !api");
    await terminal.quiet(50).catch(() => undefined);
    expect(terminal.text()).not.toMatch(/│ api tick/);
    terminal.type(`/${"\u0015"}${keys.enter}stick 3$${keys.enter}`);
    await terminal.see(/held; End follows .+search tick 3\$/);
    await terminal.see(/tick 3$/m);
    terminal.type(keys.end);
    await terminal.see(/ following /);

    terminal.type(`4/qdrant${keys.enter}t`);
    await terminal.see(/✖ qdrant +open/);
    terminal.type("2");
    await terminal.see(/● web .+ ✖ open /);
    terminal.type("4r");
    await terminal.see(/● qdrant +closed/);
    terminal.type("2");
    await terminal.see(/● web .+ ● closed /);

    terminal.type("1");
    flood(join(telemetry, "hybrid-events.jsonl"), 16e6);
    await terminal.see(/intake paused/);
    await terminal.see(/intake open +0B/, 60_000);

    terminal.type(`:rotate --force${keys.enter}`);
    await terminal.see(/rotate --force: done/);

    terminal.type(`2${keys.home}/web${keys.enter}e`);
    await terminal.see(/^\/ #/m);
    expect(terminal.modes().alternate).toBe(false);
    terminal.type("echo in the $((40+2)) shell; exit\r");
    await terminal.until(() => terminal.raw().includes("in the 42 shell"));
    await terminal.see(/● web +running/);
    expect(terminal.modes().alternate).toBe(true);
    terminal.type("a");
    await terminal.see(/^Ctrl-C leaves it/m);
    await terminal.see(/^web tick \d+/m);
    terminal.type(keys.ctrlC);
    await terminal.see(/● web +running/);
    await terminal.see("back again");
    terminal.resize(160, 34);
    await terminal.see(/● web +running +\S+ +\d+\.\d% +[▁-█]{2,} +[\d.]+[KM] +[▁-█]{2,} /);

    terminal.type("x");
    await terminal.see(/○ web +stopped/);
    terminal.type(`5/${"\u0015"}api tick 5$${keys.enter}`);
    await terminal.see(/filter api tick 5\$ .+ 1 lines/);
    terminal.type(`2s`);
    await terminal.see(/● web +running/);
    terminal.type("5");
    await terminal.see(/filter api tick 5\$ .+ 1 lines/);

    terminal.type(`8/${stack.project}-web.* sh$${keys.enter}`);
    await terminal.see(/ podman exec --interactive --tty t\w+-web sh/);
    terminal.type(`/${"\u0015"}--detach${keys.enter}`);
    await terminal.see(/ 0 +podman run --detach --name t\w+-web /);
    terminal.type("q");
    expect((await terminal.ended).exitCode).toBe(0);
    await terminal.see(/2 services keep running: (web, api|api, web)/);
    expect(
      podman("ps", "--quiet", "--filter", `label=aistack.project=${stack.project}`).stdout.trim().split("\n"),
    ).toHaveLength(2);
  });

  test("a service that was down and is started is not taken for one that died", async () => {
    const stack = stackHome(ticking("web"));
    stack.run("up", "web");
    stack.run("stop", "web");
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const terminal = openTerminal([process.execPath, program, "tui", "--home", stack.home], { columns: 120, env });
    await terminal.see("services: none up");
    terminal.type(`2/web${keys.enter}`);
    await terminal.see(/○ web +stopped/);
    terminal.type("s");
    await terminal.see(/● web +running/);
    await terminal.see("up web: done");
    terminal.type("6");
    await terminal.see(/web: start/);
    // Long enough for whoever looks into it to have looked.
    terminal.type("8/inspect\r");
    await terminal.see(/podman inspect/);
    terminal.type("2");
    await terminal.see(/● web +running .+ 0 /);
    terminal.type("6");
    await terminal.see(/web: start/);
    expect(terminal.text()).not.toMatch(/web: it ended/);
  });

  test("a Podman that fails leaves unknown what runs, and it is asked again until it answers", async () => {
    const stack = stackHome(ticking("web"));
    expect(stack.run("up", "web").status).toBe(0);
    const real = spawnSync("sh", ["-c", "command -v podman"], { encoding: "utf8" }).stdout.trim();
    const broken = join(stack.home, "broken");
    stack.standIn(`[ -e ${broken} ] && { echo "Error: the store is locked" >&2; exit 125; }; exec ${real} "$@"`);
    writeFileSync(broken, "");
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const terminal = openTerminal([process.execPath, program, "tui", "--home", stack.home], { columns: 120, env });
    await terminal.see(/▲ Needs a look .+ services unknown/);
    await terminal.see(/what the services do is not known: .*the store is locked/);
    await terminal.see(/○ web +unknown/);
    rmSync(broken);
    await terminal.see(/● web +running/);
    await terminal.see(/● All well .+ services: 1 of 1 well/);
  });

  test("where Podman is missing, the same panes show and say why", async () => {
    const stack = stackHome(ticking("web"));
    stack.withoutPodman();
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const terminal = openTerminal([process.execPath, program, "tui", "--home", stack.home], { columns: 120, env });
    await terminal.see("no Podman");
    terminal.type("2");
    await terminal.see(/○ web +absent/);
    await terminal.see(/Podman .*podman/i);
    terminal.type("3");
    await terminal.see("Sinks");
  });

  test("a Podman that hangs freezes nothing (stand-in for a hanging podman)", async () => {
    const stack = stackHome(ticking("web"));
    stack.standIn("sleep 600");
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const terminal = openTerminal([process.execPath, program, "tui", "--home", stack.home], { columns: 120, env });
    await terminal.see("Learning in this console");
    await terminal.see("services unknown");
    for (const [key, word] of [
      ["4", /breaker +state/],
      ["5", /following/],
      ["1", /Backpressure/],
    ] as const) {
      terminal.type(key);
      await terminal.see(word, 2000);
    }
    terminal.type("q");
    expect((await terminal.ended).exitCode).toBe(0);
  });
});
