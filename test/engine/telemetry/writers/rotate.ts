// Rotates a log again and again until it is killed; everything counts as learned.
import { rotate } from "../../../../src/engine/telemetry/rotate.ts";

const [, , file = ""] = process.argv;
process.stdout.write("ready\n");
for (;;) await rotate({ files: [file], force: true, committed: () => null, followed: () => false });
