import { Failure } from "../engine/errors.ts";
import type { Action } from "./action.ts";

/** The services of ours that can be run as the main process of a container. */
const services = ["engine"] as const;

function serviceOf(name: string | null): (typeof services)[number] {
  const service = services.find((one) => one === name);
  if (service !== undefined) return service;
  throw new Failure("usage", {
    what: "Nothing was served",
    why: `${name ?? "nothing"} is no service of ours`,
    hint: `Type: aistack serve ${services[0]}`,
  });
}

/** Runs one of our own services until it is asked to end. */
export const serveAction: Action = {
  name: "serve",
  sentence: "Run one of our own services in the foreground until it is asked to end, as a container does",
  args: [
    {
      name: "service",
      type: "string",
      sentence: "Service",
      positional: true,
      required: true,
      choices: services,
    },
    { name: "health", type: "boolean", sentence: "Only ask whether it works; the exit code is 1 when it does not" },
  ],
  reads: false,
  endless: true,
  isBad: ({ healthy }) => healthy === false,
  run(stack, given, { signal }) {
    serviceOf(given.text("service"));
    if (given.flag("health"))
      return import("./engine-health.ts").then(({ engineHealth }) => engineHealth(stack, signal));
    return serveLater(stack, given.flag("json"), signal);
  },
};

async function* serveLater(
  stack: Parameters<Action["run"]>[0],
  json: boolean,
  signal: AbortSignal,
): AsyncIterable<string> {
  const { serveEngine } = await import("./serve-engine.ts");
  yield* serveEngine(stack, { json, signal });
}
