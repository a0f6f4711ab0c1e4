// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { planted } from "../engine/learning/planted.ts";
import { aistack, aistackJson, temporary } from "./running.ts";

function homeWith(stack: string | null, dotenv = ""): string {
  const home = temporary();
  if (stack !== null) writeFileSync(join(home, "aistack.yaml"), stack);
  if (dotenv !== "") writeFileSync(join(home, ".env"), dotenv);
  return home;
}

test("stack config prints our stack with the user's file merged over it, as YAML and as JSON", () => {
  const home = homeWith(
    'services:\n  qdrant: { mem_limit: 3g }\n  mine: { image: "mine:${TAG}", mem_limit: 64m }\n',
    "TAG=7\n",
  );
  const args = ["stack", "config", "--home", home, "--tier", "minimal"];
  const { status, stdout } = aistack(args);
  expect(status).toBe(0);
  expect(stdout.split("\n")[0]).toMatch(/^# .*compose\.yaml \+ .*aistack\.yaml$/);
  expect(stdout).toContain("# tier minimal (wanted), profiles none");
  expect(stdout).toContain("# grafana does not run: it needs the tier full");
  expect(stdout).toContain("# llama-cpp does not run: profile llm is off");
  const printed = parse(stdout);
  expect(printed.services.qdrant.deploy.resources.limits.memory).toBe("3g");
  expect(printed.services.mine.image).toBe("mine:7");
  const json = aistackJson(args);
  expect(json).toMatchObject({ schemaVersion: 1, tier: "minimal", tierChosen: "wanted", profiles: [] });
  expect(json.compose).toEqual(printed);
  expect(json.machine.memoryBytes).toBeGreaterThan(0);
});

test("what stack config prints can be given back as the whole stack", () => {
  const home = homeWith(null);
  const { stdout } = aistack(["stack", "config", "--home", home, "--tier", "full", "--profile", "llm"]);
  writeFileSync(join(home, "aistack.yaml"), stdout);
  const again = aistack(["stack", "config", "--home", home, "--tier", "full", "--profile", "llm"]);
  expect(again.status).toBe(0);
  expect(parse(again.stdout)).toEqual(parse(stdout));
});

test("a wrong file ends with 2 and the place; lint says all of it and ends with 1; a good one ends with 0", () => {
  const home = homeWith("services:\n  qdrant:\n    container_name: q\n  web:\n    image: web\n    depends_on: [wbe]\n");
  const config = aistack(["stack", "config", "--home", home]);
  expect([config.status, config.stdout]).toEqual([2, ""]);
  expect(config.stderr).toContain(`${join(home, "aistack.yaml")}:3:5: service qdrant, container_name is not supported`);
  const lint = aistack(["stack", "lint", "--home", home, "--json"]);
  expect(lint.status).toBe(1);
  const { findings, errors, warnings, ok } = JSON.parse(lint.stdout);
  expect([ok, errors, warnings]).toEqual([false, 2, 2]);
  expect(findings[0]).toMatchObject({ level: "error", rule: "unsupported", service: "qdrant", key: "container_name" });
  const text = aistack(["stack", "lint", "--home", home]);
  expect(text.stdout).toContain("takes web, which is another image tomorrow");
  expect(aistack(["stack", "lint", "--home", homeWith(null), "--tier", "minimal"]).status).toBe(0);
});

test("a tier that is none, a profile that is none, and a cycle end with 2", () => {
  const home = homeWith(null);
  const said = (...args: string[]) => {
    const { status, stderr } = aistack(["stack", "config", "--home", home, ...args]);
    return [status, stderr];
  };
  expect(said("--tier", "huge")).toEqual([2, expect.stringContaining("minimal")]);
  expect(said("--profile", "lmm")).toEqual([2, expect.stringContaining("Did you mean llm?")]);
  writeFileSync(
    join(home, "aistack.yaml"),
    "services:\n  redis: { depends_on: [engine] }\n  engine: { depends_on: [redis] }\n",
  );
  expect(said()).toEqual([2, expect.stringContaining("redis → engine → redis")]);
});

test("the tier comes from the flag, then the environment, then the setting, then the machine, and info shows it", () => {
  const home = homeWith(null);
  const tier = (args: string[], env: Record<string, string> = {}) => {
    const { stdout } = aistack([...args, "--home", home, "--json"], { env });
    const { tier: one, tierChosen } = JSON.parse(stdout);
    return [one, tierChosen];
  };
  const measured = tier(["info"]);
  expect(measured[1]).toBe("measured");
  expect(tier(["stack", "config"])).toEqual(measured);
  expect(aistack(["config", "set", "stack.tier", "minimal", "--home", home]).status).toBe(0);
  expect(tier(["info"])).toEqual(["minimal", "wanted"]);
  expect(tier(["info"], { AISTACK_STACK_TIER: "standard" })).toEqual(["standard", "wanted"]);
  expect(tier(["stack", "config", "--tier", "full"], { AISTACK_STACK_TIER: "standard" })).toEqual(["full", "wanted"]);
  expect(tier(["stack", "config", "--tier", "auto"])).toEqual(measured);
});

test("secrets are listed by name, made anew by rotate, and refused when others can read them", () => {
  const home = homeWith(
    "services:\n  mine: { image: x:1, secrets: [mine] }\nsecrets: { mine: { x-aistack: { generate: true } } }\n",
  );
  const before = aistackJson(["secrets", "list", "--home", home]);
  const names = before.secrets.map(({ name, there }: { name: string; there: boolean }) => [name, there]);
  expect(names).toEqual([
    ["grafana_admin_password", false],
    ["mine", false],
    ["postgres_password", false],
    ["redis_password", false],
  ]);
  const all = aistackJson(["secrets", "rotate", "--home", home, "--set", "stack.tier=full"]);
  expect(all.restart.toSorted()).toEqual(["grafana", "mine", "postgres", "redis"]);
  const file = join(home, "secrets", "redis_password");
  const first = readFileSync(file, "utf8");
  const one = aistackJson(["secrets", "rotate", "redis_password", "--home", home]);
  expect([one.rotated, one.restart]).toEqual([["redis_password"], ["redis"]]);
  expect(readFileSync(file, "utf8")).not.toBe(first);
  expect(aistack(["secrets", "rotate", "nothing", "--home", home])).toMatchObject({ status: 2, stdout: "" });
  const env = { AISTACK_SECRET_REDIS_PASSWORD: "given" };
  expect(aistack(["secrets", "rotate", "redis_password", "--home", home], { env }).status).toBe(2);
  chmodSync(file, 0o640);
  const [open] = aistackJson(["secrets", "list", "--home", home]).secrets.filter(
    ({ openToOthers }: { openToOthers: boolean | null }) => openToOthers,
  );
  expect(open.name).toBe("redis_password");
  chmodSync(join(home, "secrets"), 0o755);
  const refused = aistack(["secrets", "rotate", "--home", home]);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(`chmod 700 ${join(home, "secrets")}`)]);
});

test("no secret that was planted is in anything that is printed or written, except in its own file", () => {
  const home = temporary();
  const secret = "planted-Secret_0123456789";
  mkdirSync(join(home, "secrets"), { mode: 0o700 });
  for (const name of ["postgres_password", "redis_password", "grafana_admin_password", "mine"]) {
    writeFileSync(join(home, "secrets", name), secret, { mode: 0o600 });
  }
  const environment = planted.map(
    ({ text }, index) => `      TOKEN_${index}: ${JSON.stringify(text.replaceAll("$", "$$$$"))}`,
  );
  writeFileSync(join(home, ".env"), `DB_PASSWORD=${secret}\n`);
  writeFileSync(
    join(home, "aistack.yaml"),
    `services:
  mine:
    image: x:1
    ports: ["\${DB_PASSWORD}:80"]
    command: [run, --password, "\${DB_PASSWORD}"]
    environment:
      DB_PASSWORD:
      URL: "postgres://a:\${DB_PASSWORD}@b/c"
${environment.join("\n")}
    secrets: [mine]
secrets: { mine: { x-aistack: { generate: true } } }
`,
  );
  const run = (commands: readonly string[], env: Record<string, string> = {}) =>
    commands
      .map((words) => words.split(" "))
      .flatMap((args) => [args, [...args, "--json"]])
      .map((args) => aistack([...args, "--home", home], { env }))
      .map(({ stdout, stderr }) => stdout + stderr)
      .join("\n");
  // Once with the bad port, which is an error that speaks of the value, and once without.
  const bad = run(["stack config", "stack lint"]);
  expect(bad).toContain("service mine, ports");
  writeFileSync(
    join(home, "aistack.yaml"),
    readFileSync(join(home, "aistack.yaml"), "utf8").replace(/ {4}ports.*\n/, ""),
  );
  const env = { AISTACK_SECRET_MINE: secret, AISTACK_SECRET_REDIS_PASSWORD: secret };
  const good = run(["stack config", "stack lint", "secrets list", "info", "secrets rotate nothing"], env);
  expect(good).toContain("TOKEN_0");
  for (const { kind, secret: one } of [...planted, { kind: "our own", secret }]) {
    expect([kind, bad.includes(one), good.includes(one)]).toEqual([kind, false, false]);
  }
  const elsewhere = readdirSync(home, { recursive: true, encoding: "utf8" })
    .map((name) => join(home, name))
    .filter((file) => statSync(file).isFile() && !file.includes("/secrets/") && !/\.(env|yaml)$/.test(file));
  for (const file of elsewhere) expect([file, readFileSync(file, "latin1").includes(secret)]).toEqual([file, false]);
});
