import { defineConfig } from "vitest/config";

export default defineConfig({
  // The soak runs React as it is delivered.
  oxc: { jsx: { runtime: "automatic", development: false } },
  test: {
    include: ["test/faults/**/*.test.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    pool: "forks",
    fileParallelism: false,
  },
});
