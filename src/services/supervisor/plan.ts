import { existsSync } from "node:fs";
import { Failure } from "../../engine/errors.ts";
import type { Service } from "../manifest/service.ts";
import type { Container, Image } from "./container.ts";
import { configHash } from "./hash.ts";
import { containerName, labels } from "./names.ts";

/** What has to be done for one service so that it is as wanted. */
export interface Step {
  readonly service: Service;
  readonly do: "create" | "recreate" | "start" | "restart" | "keep";
  readonly why: string;
  readonly container: Container | null;
}

const digest = (id: string) => id.replace(/^sha256:/, "");

/** The image on this machine that a manifest's name means, or null. */
export function findImage(images: readonly Image[], name: string): Image | null {
  const bare = name.replace(/@sha256:.*$/, "");
  const tagged = /:[^/]+$/.test(bare) ? bare : `${bare}:latest`;
  const meant = new Set([tagged, `localhost/${tagged}`, `docker.io/${tagged}`, `docker.io/library/${tagged}`]);
  return images.find(({ names }) => names.some((one) => meant.has(one) || one === name)) ?? null;
}

/** Whether a service is one that ends by itself when its work is done. */
export function endsByItself({ restart: { policy } }: Service): boolean {
  return policy === "no" || policy === "on-failure";
}

// A main process that is gone while Podman says "running": its conmon was killed and nobody noticed its end.
function isGone({ state, pid }: Container, local: boolean): boolean {
  return local && state === "running" && pid > 0 && !existsSync(`/proc/${pid}`);
}

/** Whether the containers' processes can be seen from here: Linux, and no remote Podman. */
export function seesProcesses(environment: Readonly<Record<string, string | undefined>>): boolean {
  return process.platform === "linux" && environment.CONTAINER_HOST === undefined;
}

function stepOf(service: Service, container: Container | null, image: Image | null, local: boolean): Step {
  const step = (what: Step["do"], why: string): Step => ({ service, do: what, why, container });
  if (container === null) return step("create", "there is no container yet");
  if (container.labels[labels.hash] !== configHash(service)) return step("recreate", "its configuration changed");
  if (image !== null && digest(image.id) !== digest(container.imageId)) return step("recreate", "its image changed");
  if (isGone(container, local)) return step("recreate", "its process is gone");
  switch (container.state) {
    case "running":
      return step("keep", "it runs");
    case "exited":
    case "stopped":
      if (endsByItself(service) && container.exitCode === 0 && container.startedAt !== null) {
        return step("keep", "it completed");
      }
      return step("start", `it ended with ${container.exitCode}`);
    case "created":
    case "configured":
    case "initialized":
      return step("start", "it was not started yet");
    case "paused":
      return step("start", "it is paused");
    default:
      return step("recreate", `it is ${container.state}`);
  }
}

/** The container of a service by its labels, or null. */
export function findContainer(containers: readonly Container[], project: string, service: string): Container | null {
  return (
    containers.find(
      (one) => one.labels[labels.project] === project && one.labels[labels.service] === service && one.name !== "",
    ) ?? null
  );
}

/**
 * Wanted against actual: what to do for each service, in the order given.
 * Fails with `held` when a container that is not ours has a name we need; it is never touched.
 */
export function plan(
  services: readonly Service[],
  project: string,
  containers: readonly Container[],
  images: readonly Image[],
  local: boolean,
): Step[] {
  const steps = services.map((service) => {
    const name = containerName(project, service.name);
    const own = findContainer(containers, project, service.name);
    const foreign = containers.find((one) => one.name === name && one !== own);
    if (foreign !== undefined) {
      throw new Failure("held", {
        what: `The service ${service.name} was not started`,
        why: `a container named ${name} (${foreign.image}) exists and is not part of this stack`,
        hint: `It is left alone. Rename it, for example: podman rename ${name} ${name}-other`,
      });
    }
    return stepOf(service, own, findImage(images, service.image), local);
  });
  const renewed = new Set(steps.filter((step) => step.do === "recreate").map(({ service }) => service.name));
  return steps.map((step) => {
    const because = step.service.dependsOn.find(({ service, restart }) => restart && renewed.has(service));
    const again = step.do === "keep" && step.container?.state === "running" && because !== undefined;
    return again ? { ...step, do: "restart", why: `${because.service} is made anew` } : step;
  });
}
