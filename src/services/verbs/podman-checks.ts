import { Failure, messageOf } from "../../engine/errors.ts";
import type { Check } from "../check.ts";
import type { Stack } from "../stack.ts";
import { verbs } from "../supervisor/argv.ts";
import { wasBroughtUp } from "../supervisor/brought-up.ts";
import type { Machine } from "../supervisor/container.ts";
import { parseMachine } from "../supervisor/parse.ts";
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
  const { version, rootless, runtime, cgroupVersion, cgroupManager, subordinateIds, storeFreeBytes } = machine;
  const free = storeFreeBytes === null ? "unknown" : `${(storeFreeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  return [
    check("podman", isNewEnough(version), `${version}, ${rootless ? "rootless" : "as root"}`, "Podman 4.3 is needed"),
    check("podman runtime", true, `${runtime}, ${machine.networkBackend}, ${machine.storeDriver}`, ""),
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

/** Tries Podman; a machine without it is well as long as no stack was brought up. */
export async function checkPodman(stack: Stack, signal: AbortSignal): Promise<Check[]> {
  const verdict = wasBroughtUp(stack.config.home) ? "failed" : "warning";
  try {
    const what = "Podman did not say what it runs on";
    const { stdout } = await podmanOf(stack.config).run(verbs.info(), { what, signal });
    return judgeMachine(parseMachine(stdout), hasTimers(stack.config)).map((check) =>
      check.name === "podman" && check.verdict !== "ok" ? { ...check, hint: installHint(thisSystem()) } : check,
    );
  } catch (error) {
    const isMissing = error instanceof Failure && error.what === "Podman was not run";
    const found = isMissing ? "not installed; everything embedded works without it" : messageOf(error);
    const hint = isMissing ? installHint(thisSystem()) : error instanceof Failure ? error.hint : "Type: podman info";
    return [{ name: "podman", verdict, found, hint: hint === "Type: aistack doctor" ? "Type: podman info" : hint }];
  }
}
