import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStandIn } from "./podman-stand-in.ts";
import { keys } from "./pty.ts";

test("a Podman that dies or hangs midway is said to be away, what is shown is not called well, and all comes back (stand-in)", async () => {
  const { home, terminal } = openStandIn(["api", "web"]);
  await terminal.see(/All well .*services: 2 of 2 well/);
  writeFileSync(join(home, "gone"), "");
  await terminal.see(/Needs a look .*/);
  await terminal.see("Podman does not answer, the services are shown as they were");
  terminal.type("!");
  await terminal.see(/● web +running/);
  await terminal.see("The containers were not listed: no such place");
  // Neither what it says nor what it is asked may reach the terminal as it came.
  expect(terminal.raw()).not.toContain("owned\u0007");
  rmSync(join(home, "gone"));
  await terminal.see(/All well .*services: 2 of 2 well/, 40_000);
  expect(terminal.text()).not.toContain("Podman does not answer");
  terminal.type("5");
  await terminal.see(/web +│ tick 2 of standin-web/);
  await terminal.see(/ web +│ tick 1 of standin-web[\s\S]* web +│ tick 1 of standin-web/);
  writeFileSync(join(home, "hang"), "");
  terminal.type(`:restart web${keys.enter}`);
  await terminal.see("it did not answer within 1500 ms");
  await terminal.see(/look for a podman\s+process that holds its lock: ps -C podman/);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
  await terminal.see("2 services keep running: api, web. To stop them, type: aistack down");
});

test("two hundred services are shown, scrolled, narrowed and left with one line (stand-in for podman)", async () => {
  const names = Array.from({ length: 200 }, (_, at) => `svc-${String(at).padStart(3, "0")}`);
  const { terminal } = openStandIn(names);
  await terminal.see("services: 200 of 200 well", 40_000);
  for (const key of ["1", "2", "5", "7"]) {
    terminal.type(key);
    await terminal.quiet(100).catch(() => undefined);
    expect(terminal.rows()[0]).toMatch(/^ aistack/);
    expect(terminal.rows().at(-1)).toMatch(/^ \S+ \w+/);
  }
  terminal.type("2G");
  await terminal.see(/› ● svc-199/);
  terminal.type(`/svc-1[05]7${keys.enter}`);
  await terminal.see(/svc-107[\s\S]*svc-157/);
  expect(terminal.text()).not.toContain("svc-199");
  terminal.type(keys.escape);
  await terminal.see("svc-198");
  terminal.type("5");
  await terminal.see(/svc-\d\d\d +│ tick \d of standin/);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
  await terminal.see(/200 services keep running: svc-000, .*svc-009 and\s+190 more\./);
});
