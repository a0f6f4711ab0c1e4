import { Failure, messageOf } from "../../engine/errors.ts";
import type { Check } from "../check.ts";
import type { Stack } from "../stack.ts";
import { verbs } from "../supervisor/argv.ts";
import { wasBroughtUp } from "../supervisor/brought-up.ts";
import type { Machine } from "../supervisor/container.ts";
import { parseMachine, parseVersion } from "../supervisor/parse.ts";
import { installHint, thisSystem } from "./install-hint.ts";
import { hasTimers, podmanOf } from "./open-stage.ts";

const oldest = [4, 3] as const;
const subordinateIdsNeeded = 65_535;
const lowBytes = 5 * 1024 ** 3;

/** Whether a Podman version is one this program can work with. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** What can be said about a Podman that answers. */
export function judgeMachine(machine: Machine, timers: boolean): Check[] {
  const check = (name: string, isWell: boolean, found: string, hint: string): Check => ({
    name,
    verdict: isWell ? "ok" : "warning",
    found,
    hint: isWell ? "" : hint,
  });
  const { rootless, runtime, cgroupVersion, cgroupManager, subordinateIds, storeFreeBytes } = machine;
  const free = storeFreeBytes === null ? "unknown" : `${(storeFreeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  return [
    check(
      "podman machine",
      true,
      `${rootless ? "rootless" : "as root"}, ${runtime}, ${machine.networkBackend}, ${machine.storeDriver}`,
      "",
    ),
    check(
      "podman cgroups",
      !rootless || cgroupVersion === "v2",
      `${cgroupVersion}, ${cgroupManager}`,
      "Limits need cgroup v2 for a user who is not root; start the system with systemd.unified_cgroup_hierarchy=1",
    ),
    check(
      "podman user ids",
      subordinateIds === null || subordinateIds >= subordinateIdsNeeded,
      subordinateIds === null ? "as root: not needed" : `${subordinateIds} subordinate ids`,
      "Type: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER; podman system migrate",
    ),
    check(
      "podman disk",
      storeFreeBytes === null || storeFreeBytes >= lowBytes,
      `${free} in ${machine.storeRoot}`,
      "Type: podman system df; aistack prune",
    ),
    check(
      "podman health checks",
      true,
      timers ? "run by systemd" : "no systemd here: run by aistack supervise and while up waits",
      "",
    ),
  ];
}

function failedCheck(name: string, verdict: Check["verdict"], error: unknown): Check {
  const isMissing = error instanceof Failure && error.what === "Podman was not run";
  if (isMissing) {
    const found = "not installed; everything embedded works without it";
    return { name, verdict, found, hint: installHint(thisSystem()) };
  }
  const hint = error instanceof Failure && error.hint !== "Type: aistack doctor" ? error.hint : "Type: podman info";
  return { name, verdict, found: messageOf(error), hint };
}

/** Tries Podman; a machine without it is well as long as no stack was brought up. */
export async function checkPodman({ config }: Stack, signal: AbortSignal): Promise<Check[]> {
  const verdict = wasBroughtUp(config.home) ? "failed" : "warning";
  const podman = podmanOf(config);
  let version: string;
  try {
    const { stdout } = await podman.run(verbs.version(), { what: "Podman did not say its version", signal });
    version = parseVersion(stdout);
  } catch (error) {
    return [failedCheck("podman", verdict, error)];
  }
  const isWell = isNewEnough(version);
  const hint = isWell ? "" : `Podman ${oldest.join(".")} or newer is needed. ${installHint(thisSystem())}`;
  const check: Check = { name: "podman", verdict: isWell ? "ok" : verdict, found: version, hint };
  try {
    const { stdout } = await podman.run(verbs.info(), { what: "Podman did not say what it runs on", signal });
    return [check, ...judgeMachine(parseMachine(stdout), hasTimers(config))];
  } catch (error) {
    return [check, failedCheck("podman machine", verdict, error)];
  }
}
