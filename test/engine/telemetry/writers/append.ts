// Appends `count` events with our writer and prints the id of each one that was acknowledged.
import { writeSync } from "node:fs";
import { openWriter } from "../../../../src/engine/telemetry/write.ts";

const [, , file = "", prefix = "", count = "0"] = process.argv;
await using writer = openWriter(file);
for (let index = 0; index < Number(count); index++) {
  const id = `${prefix}${index}`;
  await writer.append({ id, text: "x".repeat(index % 300) });
  writeSync(1, `${id}\n`);
}
