import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// The build puts these files beside the bundle as they lie beside this one.
const here = dirname(fileURLToPath(import.meta.url));

/** The Compose file that comes with the program. */
export const shippedCompose: string = join(here, "compose.yaml");

/** The text of a file that comes with the program, such as the Compose specification's schema. */
export function shippedText(name: string): string {
  return readFileSync(join(here, "shipped", name), "utf8");
}
