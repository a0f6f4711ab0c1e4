import { expect, test } from "vitest";
import type { BreakerView } from "../../src/services/observe/view.ts";
import { calmView, live, service, show } from "./showing.ts";

const wide = { columns: 160, rows: 45 };

function breaker(name: string, state: BreakerView["state"]): BreakerView {
  return { name, state, failures: 0, retryAt: null, tripped: null, lastError: "", lastErrorAt: null };
}

function rowOf(shown: ReturnType<typeof show>, name: string): string {
  const found = shown.rows().findLast((row) => row.includes(` ${name} `));
  if (found === undefined) throw new Error(`there is no row of ${name}`);
  return found;
}

const stack = live([service("db", { breaker: "postgresql" }), service("web")], {
  db: { cpuPercent: [0, 1, 10, 5], memoryBytes: [50e6, 125e6, 250e6, 500e6] },
});

test("processor time is drawn beside its own most, memory beside its limit, and nothing where nothing was measured", () => {
  const shown = show(calmView({ services: stack }), { size: wide }).keys("2");
  expect(rowOf(shown, "db")).toMatch(/ 1\.5% {7}▁▂█▅ +48M {7}▂▃▅█ +477M /);
  expect(rowOf(shown, "web")).not.toMatch(/[▁-█]/);
});

test("a service that idles draws a low line, not its own noise", () => {
  const idle = live([service("db")], { db: { cpuPercent: [0.2, 0.4, 0.1], memoryBytes: [] } });
  expect(rowOf(show(calmView({ services: idle }), { size: wide }).keys("2"), "db")).toMatch(/ {7}▂▂▂ /);
});

test("the breaker before a service stands in its row, and an unknown one is not shown as closed", () => {
  const at = (breakers: readonly BreakerView[] | null) =>
    rowOf(show(calmView({ services: stack, breakers }), { size: wide }).keys("2"), "db");
  expect(at([breaker("postgresql", "closed"), breaker("redis", "open")])).toMatch(/● closed/);
  expect(at([breaker("postgresql", "half-open")])).toMatch(/▲ half-open/);
  expect(at([breaker("postgresql", "not used")])).toMatch(/○ not used/);
  expect(at(null)).toMatch(/ 0 – +80 /);
  const other = rowOf(
    show(calmView({ services: stack, breakers: [breaker("redis", "open")] }), { size: wide }).keys("2"),
    "web",
  );
  expect(other).not.toMatch(/open|closed|–/);
});

test("where there is no room for a column, a breaker that lets nothing through is told with the service", () => {
  const view = calmView({ services: stack, breakers: [breaker("postgresql", "open")] });
  expect(rowOf(show(view).keys("2"), "db")).toMatch(/ breaker open/);
  const failed = live([service("db", { breaker: "postgresql", phase: "backoff", why: "it ended" })]);
  expect(
    rowOf(show(calmView({ services: failed, breakers: [breaker("postgresql", "open")] })).keys("2"), "db"),
  ).toMatch(/ it ended; breaker open/);
  const closed = calmView({ services: stack, breakers: [breaker("postgresql", "closed")] });
  expect(rowOf(show(closed).keys("2"), "db")).toMatch(/example\/db:1/);
});

test("what could not be asked of Podman is not said to be well, and not to be gone", () => {
  const unseen = service("db", { phase: "unknown", health: "unknown" });
  const shown = show(calmView({ services: { ...live([unseen]), state: "absent", why: "podman ps hangs" } }), {
    size: wide,
  });
  expect(shown.rows()[0]).toMatch(/▲ Needs a look .+ services unknown/);
  expect(shown.rows()[2]).toMatch(/what the services do is not known: podman ps hangs +press ! to look/);
  expect(shown.text()).toMatch(/Services not seen/);
  const none = service("db", { phase: "absent", health: "none", wanted: false });
  shown.next({ services: { ...live([none]), state: "absent", why: "there is no podman" } });
  expect(shown.rows()[0]).toMatch(/● All well .+ no Podman/);
});

test("the overview draws the same where there is room, and gives the room to what has to be said", () => {
  const shown = show(calmView({ services: stack }), { size: wide });
  expect(rowOf(shown, "db")).toMatch(/ 2% +48M {4}▁▂█▅ {3}▂▃▅█/);
  const sick = live([service("db", { health: "unhealthy", why: "pg_isready ended with 2", restarts: 3 })], stack.usage);
  shown.next({ services: sick });
  expect(rowOf(shown, "db")).toMatch(/48M {2}pg_isready ended with 2/);
  expect(rowOf(show(calmView({ services: live([service("db", { restarts: 3 })]) }), { size: wide }), "db")).toMatch(
    / 3 restarts$/,
  );
});
