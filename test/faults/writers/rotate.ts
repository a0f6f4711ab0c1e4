// Rotates logs in turn, one every 50 ms, until it is killed; what no learner has taken is kept.
import { Failure } from "../../../src/engine/errors.ts";
import { rotate } from "../../../src/engine/telemetry/rotate.ts";

const [, , ...files] = process.argv;
for (let turn = 0; ; turn++) {
  const file = files[turn % files.length] ?? "";
  try {
    await rotate({ files: [file], force: true, committed: () => null, followed: () => true });
  } catch (error) {
    // Another rotation is under way there.
    if (!(error instanceof Failure)) throw error;
  }
  await new Promise((done) => setTimeout(done, 50));
}
