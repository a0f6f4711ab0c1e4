import { Failure } from "../../engine/errors.ts";
import type { Secret } from "../../engine/secrets.ts";
import type { Manifest, Service } from "../manifest/service.ts";
import { secretVariable, verbs } from "./argv.ts";
import { externalSecrets, scopedName } from "./names.ts";
import { parseNames } from "./parse.ts";
import type { Podman } from "./podman.ts";

/** What containers need to be there before they are made. */
export interface Belongings {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
}

/** A secret of the stack by the name the manifest gives it; null where there is none. */
export type SecretLookup = (name: string) => Secret | null;

function used(services: readonly Service[]): Belongings {
  const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted();
  return {
    networks: sorted(services.flatMap(({ networks }) => networks)),
    volumes: sorted(
      services.flatMap(({ mounts }) => mounts.filter(({ type }) => type === "volume").map(({ source }) => source)),
    ),
    secrets: sorted(services.flatMap(({ secrets }) => secrets.map(({ source }) => source))),
  };
}

/** What some services need and Podman does not have yet; asks only for the kinds that are used. */
export async function missingBelongings(
  podman: Podman,
  { project, secretSources }: Pick<Manifest, "project" | "secretSources">,
  services: readonly Service[],
  { signal }: { readonly signal: AbortSignal },
): Promise<Belongings> {
  const wanted = used(services);
  const external = externalSecrets({ secretSources });
  const own = wanted.secrets.filter((name) => !external.has(name));
  const absent = (names: readonly string[], there: readonly string[]) =>
    names.filter((name) => !there.includes(scopedName(project, name)));
  const ask = async (names: readonly string[], argv: readonly string[], parse: (text: string) => string[]) => {
    if (names.length === 0) return [];
    const { stdout } = await podman.run(argv, { what: `Podman's ${argv[0]}s were not listed`, signal });
    return absent(names, parse(stdout));
  };
  const [networks, volumes, secrets] = await Promise.all([
    ask(wanted.networks, verbs.networks(), (text) => parseNames(text, "network ls")),
    ask(wanted.volumes, verbs.volumes(), (text) => parseNames(text, "volume ls")),
    ask(own, verbs.secrets(), (text) => text.split("\n").filter((line) => line !== "")),
  ]);
  return { networks, volumes, secrets };
}

/** The podman commands that make what is missing. */
export function belongingsArgv(missing: Belongings, project: string): (readonly string[])[] {
  return [
    ...missing.networks.map((name) => verbs.networkCreate(scopedName(project, name), project)),
    ...missing.volumes.map((name) => verbs.volumeCreate(scopedName(project, name), project)),
    ...missing.secrets.map((name) => verbs.secretCreate(scopedName(project, name), project)),
  ];
}

/** Gives Podman one secret, off the command line; fails with `config` when there is none of that name. */
export async function makeSecret(
  podman: Podman,
  project: string,
  name: string,
  source: SecretLookup,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<void> {
  const secret = source(name);
  if (secret === null) {
    throw new Failure("config", {
      what: "The stack was not brought up",
      why: `there is no secret ${name}`,
      hint: `Put it into a file of that name that only you can read. Type: aistack secrets`,
    });
  }
  const argv = verbs.secretCreate(scopedName(project, name), project);
  const environment = { [secretVariable]: secret.reveal() };
  await podman.run(argv, { what: `The secret ${name} was not given to Podman`, timeoutMs, environment });
}

/** Makes the networks, volumes and secrets that are missing. */
export async function makeBelongings(
  podman: Podman,
  project: string,
  missing: Belongings,
  { source, timeoutMs }: { readonly source: SecretLookup; readonly timeoutMs: number },
): Promise<void> {
  await Promise.all([
    ...missing.networks.map((name) =>
      podman.run(verbs.networkCreate(scopedName(project, name), project), {
        what: `The network ${name} was not made`,
        timeoutMs,
      }),
    ),
    ...missing.volumes.map((name) =>
      podman.run(verbs.volumeCreate(scopedName(project, name), project), {
        what: `The volume ${name} was not made`,
        timeoutMs,
      }),
    ),
    ...missing.secrets.map((name) => makeSecret(podman, project, name, source, { timeoutMs })),
  ]);
}
