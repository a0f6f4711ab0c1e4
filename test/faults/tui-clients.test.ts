import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { keys, program } from "../e2e/pty.ts";
import { openTerminal } from "../e2e/terminal.ts";
import { stackHome } from "../services/verbs/home.ts";
import { freePort } from "./ports.ts";
import { lacksStackImages, makeStackImages } from "./stack-images.ts";

/** The command lines of everything that runs here, those in containers too. */
function commandLines(): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .join("\n");
}

describe.skipIf(lacksStackImages())("the console's clients with real PostgreSQL and Redis in real containers", () => {
  beforeAll(makeStackImages);

  test("p opens psql and i opens redis-cli, let in by the stack's own passwords, which are on no command line", async () => {
    const stack = stackHome("  redis: {}");
    for (const name of ["POSTGRES", "REDIS"]) stack.set(`AISTACK_${name}_PORT`, String(await freePort()));
    const up = stack.run("up", "postgres", "redis", "--wait", "--timeout", "120");
    expect([up.status, up.stderr]).toEqual([0, up.stderr]);
    const secret = (name: string) => readFileSync(join(stack.home, "secrets", name), "utf8").trim();
    const { NO_COLOR: _colours, ...env } = stack.environment();
    const terminal = openTerminal([process.execPath, program, "tui", "--home", stack.home], {
      columns: 120,
      rows: 30,
      env,
    });
    await terminal.see(/services: \d of \d well/);

    terminal.type(`2/^postgres${keys.enter}`);
    await terminal.see(/● postgres +healthy/);
    terminal.type("p");
    await terminal.see(/aistack=#/);
    expect(terminal.modes().alternate).toBe(false);
    const lines = commandLines();
    expect(lines).toContain("psql");
    expect(lines).not.toContain(secret("postgres_password"));
    terminal.type("select concat(current_user, ' adds ', 40 + 2, ' over ', host(inet_server_addr()));\r");
    await terminal.see("aistack adds 42 over 127.0.0.1");
    terminal.type("\\q\r");
    await terminal.see(/● postgres +healthy/);
    expect(terminal.modes().alternate).toBe(true);

    terminal.type(`/${"\u0015"}^redis${keys.enter}`);
    await terminal.see(/● redis +healthy/);
    terminal.type("i");
    await terminal.see(/127\.0\.0\.1:6379>/);
    expect(commandLines()).not.toContain(secret("redis_password"));
    terminal.type("set answer 42\r");
    await terminal.see(/^OK$/m);
    terminal.type("get answer\r");
    await terminal.see('"42"');
    terminal.type("exit\r");
    await terminal.see(/● redis +healthy/);

    // A service without such a client says so.
    terminal.type("p");
    await terminal.see("redis has no psql");
    terminal.type("q");
    expect((await terminal.ended).exitCode).toBe(0);
  });
});
