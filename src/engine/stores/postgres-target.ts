import { Failure } from "../errors.ts";
import { openPostgres } from "./postgres.ts";
import { type PostgresAddress, placeOf } from "./postgres-address.ts";
import { lookAtPostgresStore, openPostgresStore } from "./postgres-store.ts";

import { stampOf, type Target } from "./target.ts";

/** A store on a server that is built in a schema beside its own. */
export function postgresTarget(address: PostgresAddress): Target {
  const { schema } = address;
  const building = `${schema}_migrating`;
  const place = placeOf(address);
  return {
    place,
    standing: () => lookAtPostgresStore(address, { olderToo: true }),
    open: () => openPostgresStore(address, { schema: building }),
    async adopt() {
      const aside = `${schema}_before_${stampOf(new Date())}`;
      const postgres = openPostgres(address, building);
      try {
        return await postgres.transaction(`The store ${place} was not put in its place`, async (ask) => {
          const [there] = await ask("SELECT to_regnamespace($1) IS NOT NULL AS there", [schema]);
          if (there?.there === true) {
            const [ours] = await ask("SELECT to_regclass($1) IS NOT NULL AS ours", [`${schema}.migrations`]);
            if (ours?.ours !== true) {
              throw new Failure("config", {
                what: `The store ${place} was not put in its place`,
                why: `there is a schema ${schema} that is not ours`,
                hint: "Name another: aistack config set postgres.schema NAME",
              });
            }
            await ask(`ALTER SCHEMA ${schema} RENAME TO ${aside}`);
          }
          await ask(`ALTER SCHEMA ${building} RENAME TO ${schema}`);
          return there?.there === true ? placeOf({ ...address, schema: aside }) : null;
        });
      } finally {
        await postgres.close();
      }
    },
    openAdopted: () => openPostgresStore(address),
  };
}
