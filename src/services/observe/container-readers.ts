import type { Say } from "../supervisor/said.ts";
import type { LogLine } from "../supervisor/state.ts";
import type { ServicesView } from "./view.ts";

/** Whoever wants to know about the containers. */
export interface ContainerReaders {
  readonly show: (services: ServicesView) => void;
  readonly say: Say;
  readonly onLine: (line: LogLine) => void;
}
