// Appends completed tasks with our writer until its standard input ends; prints the id of each acknowledged one.
import { writeSync } from "node:fs";
import { openWriter } from "../../../src/engine/telemetry/write.ts";

const [, , file = "", prefix = "", restMs = "0"] = process.argv;
let asked = false;
process.stdin.on("end", () => {
  asked = true;
});
process.stdin.resume();
await using writer = openWriter(file, { lockTimeoutMs: 60_000 });
for (let index = 0; !asked; index++) {
  const id = `${prefix}${index}`;
  const prompt = `please finish the piece of work called ${id} now`;
  const task = { task_id: id, prompt, output: `the work ${id} is finished`, iteration: 1, backend: "aider" };
  await writer.append({ event: "task_completed", task_id: id, status: "completed", total_iterations: 1, task });
  writeSync(1, `${id}\n`);
  await new Promise((done) => setTimeout(done, Number(restMs)));
}
