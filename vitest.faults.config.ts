import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // The soak runs React as it is delivered, and Ink with the layout that the program is built with.
  oxc: { jsx: { runtime: "automatic", development: false } },
  test: {
    include: ["test/faults/**/*.test.ts"],
    alias: { "yoga-layout": fileURLToPath(new URL("./test/tui/built-layout.ts", import.meta.url)) },
    server: { deps: { inline: ["ink"] } },
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    pool: "forks",
    fileParallelism: false,
  },
});
