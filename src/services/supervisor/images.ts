import { join } from "node:path";
import type { Service } from "../manifest/service.ts";
import { verbs } from "./argv.ts";
import type { Image } from "./container.ts";
import { labels } from "./names.ts";
import { parseImages } from "./parse.ts";
import { findImage } from "./plan.ts";
import type { Podman } from "./podman.ts";
import type { Stage } from "./stage.ts";

/** The images on this machine. */
export async function readImages(podman: Podman, { signal }: { readonly signal: AbortSignal }): Promise<Image[]> {
  const { stdout } = await podman.run(verbs.images(), { what: "The images were not listed", signal });
  return parseImages(stdout);
}

/** The podman command that brings a service's image here: built from its Containerfile, or pulled. */
export function obtainArgv({ image, build }: Service, project: string): readonly string[] {
  if (build === null) return verbs.pull(image);
  const rest = [
    "--label",
    `${labels.project}=${project}`,
    ...(build.target === null ? [] : ["--target", build.target]),
    ...Object.entries(build.args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  ];
  return verbs.build(image, { ...build, containerfile: join(build.context, build.containerfile) }, rest);
}

/** One service per image that has to be brought here, either because it is missing or because it is asked for. */
export function missingImages(services: readonly Service[], images: readonly Image[], all: boolean): Service[] {
  const byImage = new Map<string, Service>();
  for (const service of services) {
    if (byImage.get(service.image)?.build != null) continue;
    if (all || findImage(images, service.image) === null) byImage.set(service.image, service);
  }
  return [...byImage.values()];
}

/** Brings one image here, however long the signal lets it take. */
export async function obtainImage(
  { podman, say, manifest }: Pick<Stage, "podman" | "say" | "manifest">,
  service: Service,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const argv = obtainArgv(service, manifest.project);
  const step = service.build === null ? "pull" : "build";
  say({ type: "stack.step", service: service.name, step, why: service.image });
  await podman.run(argv, {
    what: `The image ${service.image} of ${service.name} was not ${step === "pull" ? "pulled" : "built"}`,
    timeoutMs: null,
    signal,
  });
}
