// Says on standard error, at the end, the most memory that the process ever had, in KiB.
process.on("exit", () => {
  process.stderr.write(`peak rss ${process.resourceUsage().maxRSS}\n`);
});
