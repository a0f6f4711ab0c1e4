// Says on standard error, at the end, the most memory the process ever had, in KiB, and its processor time in ms.
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`peak rss ${process.resourceUsage().maxRSS}, cpu ${Math.round((user + system) / 1000)}\n`);
});
