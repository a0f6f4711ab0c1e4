import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

const row = (...cells) => `| ${cells.join(" | ")} |`;

/** The figures of one run of the bench as a table, with the machine in one line above it. */
export function benchTable({ corpus, floor, endToEnd, lock, cold, bars }) {
  const machine =
    `Node ${process.versions.node}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "processor"}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0].toFixed(1)}, ${new Date().toISOString().slice(0, 10)}; ` +
    `${(corpus.bytes / 1e6).toFixed(0)} MB in ${corpus.lines} lines.`;
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
    row(
      "cold `aistack status --json`",
      `${cold.statusMs.toFixed(0)} ms, ${(cold.statusMs / cold.emptyMs).toFixed(2)} × \`node -e 0\``,
      "",
      verdict("status --json to node -e 0", "≤ 2.5 ×"),
    ),
  );
  return `${machine}\n\n${rows.join("\n")}`;
}
