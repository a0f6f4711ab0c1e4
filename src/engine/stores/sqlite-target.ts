import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { diskFailure, makeDirectory, syncDirectory } from "../disk.ts";
import { forgetClosed } from "./sqlite-intact.ts";
import { openEmbeddedStore } from "./sqlite-store.ts";
import { stampOf, type Target } from "./target.ts";

/** An embedded store that is built in a file beside its own. */
export function embeddedTarget(file: string): Target {
  const building = `${file}.migrating`;
  return {
    place: file,
    standing: async () => (existsSync(file) ? openEmbeddedStore(file, { readOnly: true }) : null),
    async open() {
      await makeDirectory(dirname(file));
      return openEmbeddedStore(building);
    },
    async adopt() {
      const aside = `${file}.before-${stampOf(new Date())}`;
      try {
        const stands = existsSync(file);
        if (stands) {
          // Opening and closing it brings everything into its one file.
          await openEmbeddedStore(file).close();
          await rename(file, aside);
        }
        forgetClosed(building);
        await rename(building, file);
        await syncDirectory(dirname(file));
        return stands ? aside : null;
      } catch (error) {
        throw diskFailure(error, `The store ${file} was not put in its place`, file);
      }
    },
    openAdopted: async () => openEmbeddedStore(file),
  };
}
