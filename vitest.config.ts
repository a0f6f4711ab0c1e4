import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], exclude: ["test/faults/**"], testTimeout: 60_000, pool: "forks" },
});
