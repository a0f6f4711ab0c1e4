// Appends sessions with later rejections, as an agent does, until its standard input ends; prints each finished round.
import { appendFileSync, writeSync } from "node:fs";
import { sessionLines } from "../running.ts";

const [, , file = "", restMs = "0"] = process.argv;
let asked = false;
process.stdin.on("end", () => {
  asked = true;
});
process.stdin.resume();
for (let round = 0; !asked; round++) {
  appendFileSync(file, sessionLines(round));
  writeSync(1, `s${round}\n`);
  await new Promise((done) => setTimeout(done, Number(restMs)));
}
