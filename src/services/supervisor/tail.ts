import { verbs } from "./argv.ts";
import { parseLogLine } from "./log-line.ts";
import { containerName } from "./names.ts";
import type { Podman } from "./podman.ts";

/** The last lines a service wrote, without their times; empty when there are none or Podman does not say. */
async function readTail(podman: Podman, project: string, service: string, lines: number): Promise<string[]> {
  const argv = verbs.logs(containerName(project, service), { follow: false, tail: lines, since: null });
  try {
    const { stdout, stderr } = await podman.run(argv, { what: `The log of ${service} was not read`, accept: "any" });
    return `${stdout}${stderr}`
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parseLogLine(service, { stream: "stdout", text: line }))
      .toSorted((a, b) => (a.at ?? "").localeCompare(b.at ?? ""))
      .slice(-lines)
      .map(({ text }) => text);
  } catch {
    return [];
  }
}

/** A reason with the end of a service's log below it. */
export async function withTail(podman: Podman, project: string, service: string, why: string): Promise<string> {
  const lines = await readTail(podman, project, service, 15);
  if (lines.length === 0) return `${why}; it wrote nothing to its log`;
  return `${why}; its log ends with:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
