import { Failure } from "../../engine/errors.ts";
import type { Place } from "./node.ts";

/** One thing that is wrong with the stack, or could be better. */
export interface Finding {
  readonly level: "error" | "warning";
  /** A word for programs. */
  readonly rule: string;
  readonly service: string | null;
  /** The key it is about, as a path with dots; empty for the whole file. */
  readonly key: string;
  readonly place: Place | null;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Says one finding to whoever collects them. */
export type Report = (finding: Finding) => void;

/** A place as people and editors read it. */
export function placeText(place: Place | null): string {
  return place === null ? "the stack" : `${place.file}:${place.line}:${place.column}`;
}

/** One finding as a sentence. */
export function findingText({ service, key, place, message }: Finding): string {
  const about = [...(service === null ? [] : [`service ${service}`]), ...(key === "" ? [] : [key])].join(", ");
  return `${placeText(place)}: ${about === "" ? "" : `${about} `}${message}`;
}

/** Fails with `config` when there is an error among the findings: the first in full, the others by number. */
export function failOnErrors(findings: readonly Finding[]): void {
  const errors = findings.filter(({ level }) => level === "error");
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new Failure("config", {
    what: "The stack was not used",
    why: findingText(first) + more,
    hint: errors.length > 1 ? `${first.hint}; for the others type: aistack stack lint` : first.hint,
  });
}
