// Rotates logs in turn, one every 50 ms, until it is killed; what no learner has taken is kept.
import { rotate } from "../../../src/engine/telemetry/rotate.ts";

const [, , ...files] = process.argv;
for (let turn = 0; ; turn++) {
  const file = files[turn % files.length] ?? "";
  await rotate({ files: [file], force: true, committed: () => null, followed: () => true });
  await new Promise((done) => setTimeout(done, 50));
}
