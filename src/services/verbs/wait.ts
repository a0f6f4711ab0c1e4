import type { Given, Plain } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Condition } from "../manifest/service.ts";
import type { Stack } from "../stack.ts";
import { openLook } from "../supervisor/look.ts";
import { inOrder } from "../supervisor/order.ts";
import { ownConditions, waitFor } from "../supervisor/ready.ts";
import { conditions } from "./arguments.ts";
import { openDeadline, timeoutOf } from "./deadline.ts";
import { openStage } from "./open-stage.ts";

async function wait(stack: Stack, given: Given, signal: AbortSignal): Promise<Plain> {
  const asked = given.list("service");
  const stage = await openStage(stack, given, asked);
  const all = inOrder(stage.manifest, asked);
  const services = asked.length > 0 ? all.filter(({ name }) => asked.includes(name)) : all;
  const wanted: Condition | undefined = conditions.find((one) => one === given.text("for"));
  const timeoutMs = timeoutOf(given, stack.config.values["podman.waitMs"]);
  const waiting = new Set(services.map(({ name }) => name));
  const why = () => `not ready: ${[...waiting].join(", ")}`;
  using deadline = openDeadline(timeoutMs, "The services did not get ready", why, signal);
  const look = openLook(stage.podman, stage.manifest.project, { signal: deadline.signal });
  try {
    await Promise.all(
      services.map(async (service) => {
        for (const condition of wanted === undefined ? ownConditions(service) : [wanted]) {
          await waitFor(stage, look, service, condition, { signal: deadline.signal });
        }
        waiting.delete(service.name);
      }),
    );
  } catch (error) {
    throw deadline.explain(error);
  }
  return { ready: services.map(({ name }) => name) };
}

/** `aistack wait`. */
export const runWait: Run = (stack, given, { signal }) => wait(stack, given, signal);
