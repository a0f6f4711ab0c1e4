import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

const row = (...cells) => `| ${cells.join(" | ")} |`;

function postgresRows({ skipped, lessons, eventsPerSecond }, verdict) {
  if (skipped) return [row("PostgreSQL rows sink", `not measured: ${skipped}`, "", "")];
  const { at100, at1000, copy } = eventsPerSecond;
  const share = (name, rate) =>
    row(
      `PostgreSQL rows sink, a checkpoint every ${name} lessons, to psql's COPY of the same ${lessons} rows`,
      `${Math.round(rate)} to ${Math.round(copy)} rows/s, ${(rate / copy).toFixed(2)} of it`,
      "",
      verdict(`PostgreSQL sink at interval ${name} to COPY`, "≥ 0.25"),
    );
  return [share("100", at100), share("1000", at1000)];
}

/** The machine that something was measured on, with its load and the day, and what was learned, in one line. */
export function machineLine(corpus) {
  return (
    `Node ${process.versions.node}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "processor"}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0].toFixed(1)}, ${new Date().toISOString().slice(0, 10)}; ` +
    `${(corpus.bytes / 1e6).toFixed(0)} MB in ${corpus.lines} lines.`
  );
}

/** The figures of one run of the bench as a table, with the machine in one line above it. */
export function benchTable({ corpus, floor, endToEnd, lock, breakers, pressure, postgres, cold, bars }) {
  const rows = [
    row("what", "measured", "share of the floor", "bar"),
    row("---", "---", "---", "---"),
    row("floor: read, split, `JSON.parse`", `${floor.mbPerSecond.toFixed(0)} MB/s`, "1", ""),
  ];
  const bound = (name) => bars.find((bar) => bar.name === name);
  const verdict = (name, text) => `${text} (${bound(name)?.met ? "met" : "not met"})`;
  for (const [interval, run] of Object.entries(endToEnd)) {
    const name = `end to end at interval ${interval} to floor`;
    rows.push(
      row(
        `end to end, a checkpoint every ${interval} events`,
        `${run.mbPerSecond.toFixed(1)} MB/s, ${Math.round(run.eventsPerSecond)} events/s, ` +
          `${(run.share * 100).toFixed(0)} % on checkpoints`,
        `${(run.mbPerSecond / floor.mbPerSecond).toFixed(3)} (processor time: ${(floor.cpuSeconds / run.cpuSeconds).toFixed(3)})`,
        verdict(name, `≥ ${bound(name)?.limit}`),
      ),
      row(
        `its peak memory`,
        `${(run.peakBytes / 1e6).toFixed(0)} MB`,
        "",
        verdict(`peak RSS at interval ${interval}`, "≤ 300 MB"),
      ),
    );
  }
  rows.push(
    row("locked append, p50", `${lock.p50Us.toFixed(1)} µs`, "", verdict("locked append p50", "≤ 100 µs")),
    row("locked append, p99", `${lock.p99Us.toFixed(1)} µs`, "", verdict("locked append p99", "≤ 100 µs")),
    ...Object.entries(breakers).flatMap(([name, { p50Us, p99Us }]) =>
      bound(`breaker ${name} p50`) === undefined
        ? []
        : [
            row(
              `a call through a breaker, ${name}, p50 and p99`,
              `${p50Us.toFixed(2)} and ${p99Us.toFixed(2)} µs`,
              "",
              `${verdict(`breaker ${name} p50`, "< 10 µs")}, ${verdict(`breaker ${name} p99`, "< 10 µs")}`,
            ),
          ],
    ),
    row(
      `weighing the backlog of ${pressure.sources} sources, p50 and p99`,
      `${pressure.p50Ms.toFixed(3)} and ${pressure.p99Ms.toFixed(3)} ms`,
      "",
      `${verdict("backpressure check p50", "< 1 ms")}, ${verdict("backpressure check p99", "< 1 ms")}`,
    ),
    ...postgresRows(postgres, verdict),
    row(
      "cold `aistack status --json`",
      `${cold.statusMs.toFixed(0)} ms, ${(cold.statusMs / cold.emptyMs).toFixed(2)} × \`node -e 0\``,
      "",
      verdict("status --json to node -e 0", "≤ 2.5 ×"),
    ),
  );
  return `${machineLine(corpus)}\n\n${rows.join("\n")}`;
}
