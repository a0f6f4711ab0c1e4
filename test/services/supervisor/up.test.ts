import { describe, expect, test } from "vitest";
import { changes } from "../../../src/services/supervisor/argv.ts";
import { bringUp, type UpRequest } from "../../../src/services/supervisor/bring-up.ts";
import { readStack } from "../../../src/services/supervisor/look.ts";
import { needs as part } from "../../parts.ts";
import { checksFile, needs, script, service, stackOf, stageOf } from "./box.ts";

const plain: UpRequest = { names: [], wait: true, build: "missing", pull: "missing", secrets: () => null };
const options = () => ({ signal: AbortSignal.timeout(20_000) });

describe.skipIf(part("podman").missing)("bringing a stack up with real Podman", () => {
  test("brings every service to healthy in order, and a second time changes nothing", async () => {
    const manifest = stackOf(
      script("base", "sleep 0.3; touch /tmp/well; while :; do sleep 0.1; done", {
        healthcheck: checksFile("/tmp/well"),
      }),
      script("job", "echo done", {
        restart: { policy: "no", maxRetries: null },
        dependsOn: [needs("base", "healthy")],
      }),
      service("top", { dependsOn: [needs("job", "completed")], networks: ["default"] }),
    );
    const stage = stageOf(manifest);
    const report = await bringUp(stage, plain, options());
    expect(report.steps.map((step) => step.do)).toEqual(["create", "create", "create"]);
    const after = await readStack(stage.podman, manifest.project);
    expect(after.map(({ labels, state, health }) => [labels["aistack.service"], state, health]).toSorted()).toEqual([
      ["base", "running", "healthy"],
      ["job", "exited", "none"],
      ["top", "running", "none"],
    ]);
    const again = stageOf(manifest);
    await bringUp(again, plain, options());
    expect(again.podman.runs.filter(({ argv }) => changes(argv))).toEqual([]);
  });
});
