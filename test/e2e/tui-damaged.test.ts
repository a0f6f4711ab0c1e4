import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStandIn } from "./podman-stand-in.ts";

test("a damaged record of what is to run, and a Compose file that is none, end nothing, and are used once mended (stand-in)", async () => {
  const { home, terminal } = openStandIn(["api"]);
  await terminal.see(/All well .*services: 1 of 1 well/);
  writeFileSync(join(home, "stack.json"), "{ damaged");
  await terminal.see(/Failing .*services unknown/);
  terminal.type("!");
  await terminal.see(/What is meant to run was not read: .*Type:\s+rm \S+stack\.json; aistack up/s);
  const compose = readFileSync(join(home, "aistack.yaml"));
  writeFileSync(join(home, "aistack.yaml"), "services:\n  api:\n\timage: [\u001b[2J");
  rmSync(join(home, "stack.json"));
  await terminal.see(/Failing[^\n]*\n[^\n]*\n[^\n]*aistack\.yaml/);
  writeFileSync(join(home, "aistack.yaml"), compose);
  await terminal.see(/All well .*services: 1 of 1 well/);
  terminal.type("q");
  expect((await terminal.ended).exitCode).toBe(0);
});
