import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../../engine/config.ts";
import { errnoOf, messageOf } from "../../engine/errors.ts";
import { type Machine, measureMachine } from "../../engine/machine.ts";
import { chooseTier, type Tier } from "../../engine/tiers.ts";
import { shippedCompose } from "../shipped.ts";
import { builtinVariables, settingsOf } from "./builtin.ts";
import { canonical } from "./canonical.ts";
import { hideValues, secretValues } from "./conceal.ts";
import { type Finding, failOnErrors, type Report } from "./finding.ts";
import { checkReferences, completeDependencies } from "./graph.ts";
import type { Lookup } from "./interpolate.ts";
import { lintServices } from "./lint.ts";
import { mergeFiles } from "./merge.ts";
import { type MapNode, map } from "./node.ts";
import { parseCompose, servicesOf } from "./parse.ts";
import { reachServers } from "./reach.ts";
import { resolveService } from "./resolve.ts";
import { type Inactive, selectServices, type Wanted } from "./select.ts";
import type { Manifest, Service } from "./service.ts";
import { checkSpec } from "./spec.ts";
import { checkSubset } from "./subset.ts";
import { readTopLevel } from "./top-level.ts";
import { fillIn, lookupIn, readVariables } from "./variables.ts";

/** What the stack is loaded for. */
export interface LoadOptions {
  /** The tier; `auto` measures, and so does leaving it out unless the setting says otherwise. */
  readonly tier?: Tier | "auto" | undefined;
  /** Profiles that are on beside those of the setting. */
  readonly profiles?: readonly string[] | undefined;
  /** Services wanted by name, whatever their profile and tier. */
  readonly names?: readonly string[] | undefined;
  /** The Compose files, each merged over those before; left out, ours and then the user's. */
  readonly files?: readonly string[] | undefined;
  /** The machine to choose the tier for; left out, this one. */
  readonly machine?: Machine | undefined;
}

/** The stack as it is to run here, and all that was found about it. */
export interface LoadedStack {
  readonly manifest: Manifest;
  /** Services that are defined and do not run here. */
  readonly inactive: readonly Inactive[];
  readonly tier: Tier;
  readonly tierChosen: "measured" | "wanted";
  readonly profiles: readonly string[];
  readonly machine: Machine;
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
  /** Values of variables that are secrets by their name; they are for no eye. */
  readonly hidden: readonly string[];
}

/** The user's own Compose file, whether it exists or not. */
export function userFile(config: Config): string {
  const given = config.values["stack.file"];
  return given === null ? join(dirname(config.file), "aistack.yaml") : resolve(given);
}

function readText(file: string, isOptional: boolean, report: Report): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isOptional && (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR")) return null;
    const place = { file, line: 1, column: 1 };
    const message = `was not read: ${messageOf(error)}`;
    report({ level: "error", rule: "file", service: null, key: "", place, message, hint: `Type: ls -l ${file}` });
    return null;
  }
}

async function loadFile(file: string, text: string, lookup: Lookup, report: Report): Promise<MapNode | null> {
  const parsed = parseCompose(text, file, report);
  if (parsed === null) return null;
  const filled = fillIn(parsed, lookup, report);
  if (filled.kind !== "map") return null;
  // What is no key at all, what is none of ours, and only then what is of the wrong form. Our own file keeps to the
  // schema by test, and making its checker takes longer than all the rest.
  const spec: Finding[] = [];
  if (file !== shippedCompose) await checkSpec(filled, (finding) => void spec.push(finding));
  spec.filter(({ rule }) => rule === "unknown").forEach(report);
  checkSubset(filled, report);
  spec.filter(({ rule }) => rule !== "unknown").forEach(report);
  return canonical(filled, report);
}

// In the order of reading; of several findings about one thing the first is enough.
function inOrder(findings: readonly Finding[], files: readonly string[]): Finding[] {
  const seen = new Set<string>();
  const once = findings.filter(({ place, key, service }) => {
    const name = JSON.stringify([place, key, service]);
    return !seen.has(name) && seen.add(name);
  });
  const rank = ({ place }: Finding) => {
    const file = files.indexOf(place?.file ?? "");
    return [file < 0 ? files.length : file, place?.line ?? 0, place?.column ?? 0];
  };
  return once.toSorted((a, b) => {
    const other = rank(b);
    return rank(a).reduce((order, value, at) => order || value - (other[at] ?? 0), 0);
  });
}

// A service that seems not to be there may be one whose file could not be read.
function selectKnown(services: readonly Service[], wanted: Wanted, findings: () => Finding[]) {
  try {
    return selectServices(services, wanted);
  } catch (error) {
    failOnErrors(findings());
    throw error;
  }
}

/**
 * Loads the stack with everything that is wrong with it as findings. Fails with `usage` for a profile or a service that
 * it does not have; its manifest is only whole when no finding is an error.
 */
export async function examineStack(config: Config, options: LoadOptions = {}): Promise<LoadedStack> {
  const machine = options.machine ?? measureMachine(config.home);
  const { tier, chosen } = chooseTier(options.tier ?? config.values["stack.tier"], machine);
  const profiles = [...new Set([...config.values["stack.profiles"], ...(options.profiles ?? [])])];
  const findings: Finding[] = [];
  let hide = (text: string) => text;
  const report: Report = (finding) => void findings.push({ ...finding, message: hide(finding.message) });
  const own = builtinVariables(config);
  const userHome = config.environment.HOME ?? homedir();
  const given = options.files ?? [shippedCompose, userFile(config)];
  const outside = lookupIn(own, config.environment, new Map());
  const variables = readVariables(join(dirname(given.at(-1) ?? "."), ".env"), outside, report);
  const lookup = lookupIn(own, config.environment, variables);
  const hidden = secretValues(config.environment, variables);
  hide = (text) => hideValues(text, hidden);

  let file = map([], { place: { file: given[0] ?? "", line: 1, column: 1 }, tag: "" });
  const files: string[] = [];
  for (const [index, path] of given.entries()) {
    const isOptional = options.files === undefined && index > 0 && config.values["stack.file"] === null;
    const text = readText(path, isOptional, report);
    if (text === null) continue;
    files.push(path);
    const next = await loadFile(path, text, lookup, report);
    if (next !== null) file = mergeFiles(file, next);
  }
  const top = readTopLevel(file, { home: config.home, userHome, report });
  const directories = new Set<string>();
  const settings = (group: string) => settingsOf(config, group);
  const resolving = { tier, userHome, lookup, settings, files: top.files, directories, report };
  const resolved = servicesOf(file).flatMap(([name]) => resolveService(file, name, resolving) ?? []);
  const wanted = { tier, profiles, names: options.names ?? [] };
  const { inactive } = selectKnown(resolved, wanted, () => inOrder(findings, given));
  const known = top.secretSources;
  const reaching = { file, config, all: resolved, inactive, secretSources: known, report };
  const { services, secretSources } = reachServers(reaching);
  checkReferences(file, services, { ...top, secretSources }, report);
  const selected = selectServices(completeDependencies(services), wanted);
  const manifest: Manifest = {
    project: top.project,
    services: selected.active,
    networks: [...new Set([...top.networks, ...selected.active.flatMap(({ networks }) => networks)])],
    volumes: top.volumes,
    secrets: [...new Set(selected.active.flatMap(({ secrets }) => secrets.map(({ source }) => source)))],
    secretSources,
    files: [...top.files.values()],
    directories: [...directories],
  };
  findings.push(...selected.findings, ...lintServices(file, manifest, machine, chosen === "measured"));
  return {
    manifest,
    inactive: selected.inactive,
    tier,
    tierChosen: chosen,
    profiles,
    machine,
    files,
    hidden,
    findings: inOrder(findings, given),
  };
}

/** Loads the stack; fails with `config` naming the first error's place, and with `usage` for an unknown profile or service. */
export async function loadStack(config: Config, options: LoadOptions = {}): Promise<LoadedStack> {
  const loaded = await examineStack(config, options);
  failOnErrors(loaded.findings);
  return loaded;
}
