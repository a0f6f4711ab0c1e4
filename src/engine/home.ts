import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/** The process environment, given as an argument so that only the configuration reads the real one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the user wants everything to live; nothing said means the XDG directories. */
export interface Place {
  readonly home?: string | undefined;
}

/** The home for all data and the configuration file: `--home`, then `AISTACK_HOME`, then the XDG directories. */
export function placeHome(place: Place, environment: Environment): { home: string; file: string } {
  const given = place.home ?? environment.AISTACK_HOME;
  if (given !== undefined && given !== "") return { home: resolve(given), file: join(resolve(given), "config.json") };
  const data = environment.XDG_DATA_HOME;
  const conf = environment.XDG_CONFIG_HOME;
  return {
    home: join(data && isAbsolute(data) ? data : join(homedir(), ".local/share"), "aistack"),
    file: join(conf && isAbsolute(conf) ? conf : join(homedir(), ".config"), "aistack", "config.json"),
  };
}
