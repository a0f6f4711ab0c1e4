import { expect, test } from "vitest";
import { openLending } from "../../src/tui/suspend.ts";

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
};

test("a Ctrl-C that comes late is still for the program that had the terminal, and later ones are ours", async () => {
  const lending = openLending({
    modes: { enter: () => undefined, enterAgain: () => undefined, leave: () => undefined, restore: () => undefined },
    stdin: process.stdin,
    suspend: () => (work) => work(),
    isInFront: () => true,
  });
  expect(lending.isOthersKey).toBe(false);
  let during: boolean | null = null;
  await lending.lend(async () => {
    during = lending.isOthersKey;
  });
  expect([during, lending.lent, lending.isOthersKey]).toEqual([true, false, true]);
  await until(() => !lending.isOthersKey);
  await lending.close();
});
