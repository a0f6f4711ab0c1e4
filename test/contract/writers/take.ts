// Takes batches of numbered lessons into the rows of a store: home, first number, how many, then settings.
import { openConfig } from "../../../src/engine/config.ts";
import { openStack } from "../../../src/services/stack.ts";
import { batch, lesson } from "../batches.ts";

const [home = "", first = "0", many = "0", ...set] = process.argv.slice(2);
const { signal } = new AbortController();
const emit = () => undefined;
await using stack = openStack(openConfig({ home, set }), emit);
const store = await stack.openStore();
const rows = await store.openRows({ rejectedKept: 10, propose: () => new Map(), emit, signal });
let fresh = 0;
for (let number = Number(first); number < Number(first) + Number(many); number += 5) {
  const lessons = [0, 1, 2, 3, 4].map((more) => lesson(`please finish the piece of work ${number + more}`));
  for (;;) {
    try {
      fresh += (await rows.take(batch(lessons, []), { signal })).fresh;
      break;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "silent")) throw error;
    }
  }
}
process.stdout.write(`${fresh}\n`);
