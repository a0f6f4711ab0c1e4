import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { openConfig } from "../../../src/engine/config.ts";
import { Failure } from "../../../src/engine/errors.ts";
import { openPostgres } from "../../../src/engine/stores/postgres.ts";
import { type PostgresAddress, postgresAddress } from "../../../src/engine/stores/postgres-address.ts";
import { openPostgresStore } from "../../../src/engine/stores/postgres-store.ts";
import type { Store } from "../../../src/engine/stores/store.ts";
import { aistack, startAistack, temporary } from "../../cli/running.ts";
import { batch, cursor, lesson } from "../../contract/batches.ts";
import { openFaultProxy } from "../../faults/proxy.ts";
import { taskLine } from "../../faults/running.ts";
import { needs } from "../../parts.ts";
import { mountDisk, temporaryDirectory, until } from "../telemetry/writing.ts";
import { startOldServer } from "./old-server.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";

const missing = needs("postgres").missing;
const server = missing ? null : await startPostgres();
afterAll(() => server?.[Symbol.asyncDispose]());

const { signal } = new AbortController();
const opened: Store[] = [];
let schemas = 0;
let schema = "";
beforeEach(() => {
  schema = `tried${schemas++}`;
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

function address(...set: string[]): PostgresAddress {
  const config = openConfig(
    {
      home: temporary(),
      set: [
        ...(server?.settings(schema) ?? []),
        "postgres.connectTimeoutMs=700",
        "postgres.statementTimeoutMs=700",
        ...set,
      ],
    },
    { AISTACK_SECRET_POSTGRES_PASSWORD: server?.password },
  );
  return postgresAddress(config);
}

async function open(to: PostgresAddress): Promise<Store> {
  const store = await openPostgresStore(to);
  opened.push(store);
  return store;
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) {
      expect(error.hint).not.toBe("");
      expect(`${error.what} ${error.why} ${error.hint}`).not.toContain(server?.password);
      return error;
    }
    throw error;
  }
  throw new Error("it did not fail");
}

async function rowsOf(store: Store) {
  return store.openRows({ rejectedKept: 10, propose: () => new Map(), emit: () => undefined, signal });
}

const one = (number = 0) => batch([lesson(`please do the piece of work ${number}`)], [cursor(50 + number)]);

describe.skipIf(missing)("a PostgreSQL server that cannot be used", () => {
  test("a wrong password and a missing one are configuration, with the place where it goes", async () => {
    for (const password of ["wrong", ""]) {
      const config = openConfig(
        { home: temporary(), set: server?.settings(schema) },
        { AISTACK_SECRET_POSTGRES_PASSWORD: password },
      );
      const failure = await failureOf(open(postgresAddress(config)));
      expect([password, failure.code, failure.hint]).toEqual([
        password,
        "config",
        expect.stringContaining("secrets/postgres_password"),
      ]);
    }
  });

  test("a wrong user and a wrong database are configuration", async () => {
    const nobody = await failureOf(open(address("postgres.user=nobody_here")));
    expect(nobody.code).toBe("config");
    const nowhere = await failureOf(open(address("postgres.database=nowhere")));
    expect([nowhere.code, nowhere.why, nowhere.hint]).toEqual([
      "config",
      expect.stringContaining('"nowhere" does not exist'),
      expect.stringContaining("createdb"),
    ]);
  });

  test("the command line says what, why and what to type, ends with 2 or 5, and never shows the password", () => {
    const home = temporary();
    const settings = server?.settings(schema) ?? [];
    const run = (args: string[], set: string[], password: string) =>
      aistack([...args, "--home", home, ...[...settings, ...set].flatMap((pair) => ["--set", pair])], {
        env: { AISTACK_SECRET_POSTGRES_PASSWORD: password },
      });
    const wrong = run(["learn", "--once"], [], "not-the-password-7");
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(
        /aistack: .*was not asked.*password authentication failed[\s\S]*secrets\/postgres_password/,
      ),
    ]);
    expect(wrong.stderr + wrong.stdout).not.toContain("not-the-password-7");
    const closed = run(["learn", "--once"], ["postgres.port=1", "learning.onceWaitMs=200"], server?.password ?? "");
    expect([closed.status, closed.stderr]).toEqual([5, expect.stringContaining("nothing listens there")]);
    const status = run(["store", "status", "--json"], ["postgres.port=1"], server?.password ?? "");
    expect(JSON.parse(status.stdout)).toMatchObject({ kind: "postgres", reachable: false, code: "silent" });
    const doctor = run(["doctor", "--json"], ["postgres.database=nowhere"], server?.password ?? "");
    expect(JSON.parse(doctor.stdout).healthy).toBe(false);
    expect(JSON.parse(doctor.stdout).checks).toContainEqual(
      expect.objectContaining({ name: "store", verdict: "failed", hint: expect.stringContaining("createdb") }),
    );
  });

  test("a host that is not there, and a port where nobody listens, are silent", async () => {
    expect((await failureOf(open(address("postgres.port=1")))).why).toContain("nothing listens there");
    const unknown = await failureOf(open(address("postgres.host=no-such-host.invalid")));
    expect(unknown.code).toBe("silent");
  });

  test("a server of another protocol is named as such", async () => {
    const other = createServer((_, response) => response.end("hello"));
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const at = other.address();
    const failure = await failureOf(open(address(`postgres.port=${typeof at === "object" ? at?.port : 0}`)));
    other.close();
    expect([failure.code, failure.why]).toEqual(["config", expect.stringContaining("another protocol")]);
  });

  test("a version that is too old is refused (stand-in for an old server)", async () => {
    await using old = await startOldServer("120015");
    const failure = await failureOf(open(address(`postgres.port=${old.port}`)));
    expect([failure.code, failure.why]).toEqual(["config", "its version 12 is too old, 13 is needed"]);
  });

  test("tables of a later version, and of other steps, are refused", async () => {
    await (await open(address())).close();
    server?.sql(`INSERT INTO ${schema}.migrations (version, checksum) VALUES (99, 'x')`);
    expect((await failureOf(open(address()))).why).toContain("it is of version 99");
    server?.sql(`DELETE FROM ${schema}.migrations WHERE version = 99; UPDATE ${schema}.migrations SET checksum = 'x'`);
    expect((await failureOf(open(address()))).why).toContain("another step 1");
  });

  test("two processes that make the tables at once make them once", async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(address())));
    expect(new Set(await Promise.all(stores.map(async (store) => (await store.version()).tables)))).toEqual(
      new Set([2]),
    );
    expect(server?.sql(`SELECT count(*) FROM ${schema}.migrations`)).toEqual(["2"]);
  });

  test("a read-only database, and a user who may not make a schema, are configuration", async () => {
    const rows = await rowsOf(await open(address()));
    server?.sql("ALTER ROLE learner SET default_transaction_read_only = on");
    try {
      const failure = await failureOf(
        open(address())
          .then(rowsOf)
          .then((rows) => rows.take(one(), { signal })),
      );
      expect([failure.code, failure.why, failure.hint]).toEqual([
        "config",
        expect.stringContaining("read-only"),
        expect.stringContaining("primary"),
      ]);
    } finally {
      server?.sql("ALTER ROLE learner RESET default_transaction_read_only");
    }
    expect((await rows.take(one(), { signal })).fresh).toBe(1);
    server?.sql("ALTER DATABASE lessons OWNER TO postgres; REVOKE CREATE ON DATABASE lessons FROM learner");
    try {
      schema = "not_allowed";
      expect((await failureOf(open(address()))).hint).toContain("GRANT CREATE");
    } finally {
      server?.sql("ALTER DATABASE lessons OWNER TO learner");
    }
  });

  test("too many connections are silent, and it goes on when there is room", async () => {
    const first = await open(address("postgres.poolSize=1"));
    server?.sql("ALTER ROLE learner CONNECTION LIMIT 1");
    try {
      const failure = await failureOf(open(address()));
      expect([failure.code, failure.hint]).toEqual(["silent", expect.stringContaining("max_connections")]);
    } finally {
      server?.sql("ALTER ROLE learner CONNECTION LIMIT -1");
    }
    expect((await (await rowsOf(first)).take(one(), { signal })).fresh).toBe(1);
    expect(await open(address())).toBeTruthy();
  });

  test("a server that hangs is silent within its time, idle or amid a statement, and goes on when it wakes", async () => {
    const store = await open(address("postgres.poolSize=2"));
    const rows = await rowsOf(store);
    await rows.take(one(), { signal });
    server?.freeze();
    const started = performance.now();
    const failures = await Promise.all([
      failureOf(rows.take(one(1), { signal })),
      failureOf(store.counts()),
      failureOf(open(address())),
    ]);
    server?.thaw();
    expect(failures.map(({ code }) => code)).toEqual(["silent", "silent", "silent"]);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((await rows.take(one(2), { signal })).fresh).toBe(1);
    expect(await rows.take(one(1), { signal })).toMatchObject({ fresh: 1 });
    expect(await store.counts()).toMatchObject({ lessons: 3 });
  });

  test("a connection that ends as it begins is silent, and never ends the process (stand-in for the server)", async () => {
    await using ending = await startOldServer("150000", { ends: true });
    const postgres = openPostgres(address(`postgres.port=${ending.port}`));
    for (let call = 0; call < 5; call++) {
      expect((await failureOf(postgres.ask("SELECT 1"))).code).toBe("silent");
    }
    await postgres.close();
  });

  test("a connection that is cut is silent, and the next call makes a new one", async () => {
    const store = await open(address("postgres.poolSize=1"));
    const rows = await rowsOf(store);
    await rows.take(one(), { signal });
    const holding = server?.query(`BEGIN; LOCK TABLE ${schema}.tallies IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(20)`);
    holding?.catch(() => undefined);
    await until(() => server?.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")[0] === "1");
    const failed = failureOf(rows.take(one(1), { signal }));
    const waits = "FROM pg_stat_activity WHERE usename = 'learner' AND wait_event_type = 'Lock'";
    while ((await server?.query(`SELECT count(*) ${waits}`))?.[0] !== "1");
    await server?.query(`SELECT pg_terminate_backend(pid) ${waits}`);
    expect((await failed).code).toBe("silent");
    server?.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await rows.take(one(1), { signal });
    expect(await store.counts()).toMatchObject({ lessons: 2 });
  });

  test.each(["committed", "undone"])(
    "a commit whose answer is lost is neither lost nor counted twice: it was %s",
    async (outcome) => {
      if (server === null) return;
      await using proxy = await openFaultProxy({ port: server.port });
      const store = await open(address(`postgres.port=${proxy.port}`, "postgres.statementTimeoutMs=20000"));
      const rows = await rowsOf(store);
      await rows.take(one(), { signal });
      server.sql(`CREATE FUNCTION ${schema}.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON ${schema}.lessons DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION ${schema}.dawdle()`);
      const second = one(1);
      const lost = failureOf(rows.take(second, { signal }));
      const committing = "SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'";
      while ((await server.query(committing))[0] !== "1");
      if (outcome === "committed") proxy.cut();
      else {
        await server.kill();
        await server.start();
        server.sql(`DROP TRIGGER dawdle ON ${schema}.lessons`);
      }
      expect((await lost).code).toBe("silent");
      expect(await rows.take(second, { signal })).toMatchObject({ fresh: 1, duplicates: 0 });
      expect(await store.counts()).toMatchObject({ lessons: 2 });
      expect(await store.tallies()).toEqual({
        "/logs/a.jsonl": {
          ...{ events: 2, lessons: 2, duplicates: 0, rejected: {} },
          dialects: { "": { events: 2, rejected: {} } },
        },
      });
    },
  );

  test("a learner started while the server is away waits, says so, and learns when it comes", async () => {
    const home = temporary();
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server?.password ?? "", { mode: 0o600 });
    const log = join(home, "ralph-events.jsonl");
    writeFileSync(log, [1, 2, 3].map((number) => taskLine(`t${number}`)).join(""));
    const set = [...(server?.settings(schema) ?? []), "breakers.openMs=200"].flatMap((pair) => ["--set", pair]);
    await server?.stop();
    const learner = startAistack(["learn", "--home", home, "--source", log, ...set]);
    await until(() => /rows waits.*nothing listens there/.test(learner.text()));
    await server?.start();
    const lessons = () => {
      const { stdout } = aistack(["status", "--json", "--home", home, ...set]);
      return JSON.parse(stdout).kept?.lessons;
    };
    await until(() => lessons() === 3);
    learner.child.kill("SIGINT");
    expect(await learner.ended).toBe(130);
  });

  test("learning once waits for a server that is away at its start, and no longer than it may", async () => {
    const home = temporary();
    mkdirSync(join(home, "secrets"));
    writeFileSync(join(home, "secrets/postgres_password"), server?.password ?? "", { mode: 0o600 });
    const log = join(home, "ralph-events.jsonl");
    writeFileSync(log, [1, 2, 3].map((number) => taskLine(`t${number}`)).join(""));
    const args = ["learn", "--once", "--json", "--home", home, "--source", log];
    const set = [...(server?.settings(schema) ?? []), "breakers.openMs=200"].flatMap((pair) => ["--set", pair]);
    await server?.stop();
    const late = aistack([...args, ...set, "--set", "learning.onceWaitMs=300"]);
    expect([late.status, JSON.parse(late.stdout).error.why]).toEqual([5, expect.stringContaining("nothing listens")]);
    const info = aistack(["info", "--json", "--home", home, ...set]);
    expect([info.status, JSON.parse(info.stdout)]).toMatchObject([0, { home, store: { code: "silent" } }]);
    const learner = startAistack([...args, ...set]);
    await until(() => /rows waits.*nothing listens there/.test(learner.text()));
    await server?.start();
    expect(await learner.ended).toBe(0);
    expect(learner.text()).toMatch(/"events":3,"lessons":3,/);
  });

  test("a server that is stopped and started again is silent meanwhile, and nothing is lost or twice", async () => {
    const store = await open(address());
    const rows = await rowsOf(store);
    await rows.take(one(), { signal });
    await server?.kill();
    expect((await failureOf(rows.take(one(1), { signal }))).code).toBe("silent");
    await server?.start();
    await rows.take(one(1), { signal });
    await server?.stop();
    expect((await failureOf(store.counts())).code).toBe("silent");
    await server?.start();
    expect(await store.counts()).toMatchObject({ lessons: 2 });
    expect(await store.tallies()).toMatchObject({ "/logs/a.jsonl": { events: 2, lessons: 2, duplicates: 0 } });
  });
});

describe.skipIf(missing || needs("openssl").missing)("a PostgreSQL server with TLS", () => {
  const certificates = temporaryDirectory();
  const file = (name: string) => join(certificates.path, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const makeServer = async (daysValid: string, host: string) => {
    openssl(
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      file("key.pem"),
      "-subj",
      `/CN=${host}`,
      "-out",
      file("request.pem"),
    );
    writeFileSync(file("names"), `subjectAltName=${host === "127.0.0.1" ? "IP" : "DNS"}:${host}\n`);
    openssl(
      "x509",
      "-req",
      "-in",
      file("request.pem"),
      "-signkey",
      file("key.pem"),
      "-days",
      daysValid,
      "-extfile",
      file("names"),
      "-out",
      file("cert.pem"),
    );
    const cert = readFileSync(file("cert.pem"));
    return { cert, server: await startPostgres([], { cert, key: readFileSync(file("key.pem")) }) };
  };
  const opening = (at: { readonly server: PostgresServer }, ...set: string[]) => {
    const config = openConfig(
      { home: temporary(), set: [...at.server.settings(), ...set] },
      { AISTACK_SECRET_POSTGRES_PASSWORD: at.server.password },
    );
    return open(postgresAddress(config));
  };
  afterAll(() => certificates[Symbol.dispose]());

  test("is used encrypted, its certificate checked or not", async () => {
    const at = await makeServer("30", "127.0.0.1");
    await using _server = at.server;
    const ca = `postgres.caFile=${file("cert.pem")}`;
    for (const set of [["postgres.tls=require"], ["postgres.tls=verify", ca]]) {
      const rows = await rowsOf(await opening(at, ...set));
      await rows.take(one(), { signal });
      expect(
        at.server.sql(
          "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'learner'",
        ),
      ).toEqual(["t"]);
    }
    const unknown = await failureOf(opening(at, "postgres.tls=verify"));
    expect([unknown.code, unknown.hint]).toEqual(["config", expect.stringContaining("postgres.caFile")]);
    const nofile = await failureOf((async () => opening(at, "postgres.tls=verify", "postgres.caFile=/nowhere.pem"))());
    expect([nofile.code, nofile.why]).toEqual(["config", expect.stringContaining("/nowhere.pem")]);
    for (const store of opened.splice(0)) await store.close();
  });

  test("a certificate that has expired, or is for another name, is refused when it is checked", async () => {
    const expired = await makeServer("-1", "127.0.0.1");
    await using _expired = expired.server;
    const failure = await failureOf(opening(expired, "postgres.tls=verify", `postgres.caFile=${file("cert.pem")}`));
    expect([failure.code, failure.why, failure.hint]).toEqual([
      "config",
      expect.stringContaining("has expired"),
      expect.stringContaining("Renew"),
    ]);
    const other = await makeServer("30", "elsewhere.example");
    await using _other = other.server;
    expect((await failureOf(opening(other, "postgres.tls=verify", `postgres.caFile=${file("cert.pem")}`))).code).toBe(
      "config",
    );
  });

  test("a server without TLS is named as such when TLS is asked for", async () => {
    const failure = await failureOf(open(address("postgres.tls=require")));
    expect([failure.code, failure.hint]).toEqual(["config", expect.stringContaining("postgres.tls off")]);
  });
});

const mayMount = !missing && !needs("mount").missing;

describe.skipIf(!mayMount)("a PostgreSQL server whose disk is full", () => {
  test("stops the sink with `full`, and goes on when there is room, losing nothing", async () => {
    using disk = mountDisk(temporary(), "8m");
    if (disk === null || server === null) throw new Error("no disk was mounted");
    const owner = spawnSync("stat", ["-c", "%u:%g", server.directory], { encoding: "utf8" }).stdout.trim().split(":");
    const place = join(disk.path, "space");
    mkdirSync(place);
    chownSync(place, Number(owner[0]), Number(owner[1]));
    spawnSync("chmod", ["-R", "a+rx", join(disk.path, "..")]);
    server.sql(`CREATE TABLESPACE small LOCATION '${place}'`);
    server.sql("GRANT CREATE ON TABLESPACE small TO learner; ALTER ROLE learner SET default_tablespace = small");
    try {
      const store = await open(address("postgres.statementTimeoutMs=20000"));
      const rows = await rowsOf(store);
      writeFileSync(join(disk.path, "ballast"), Buffer.alloc(4_500_000));
      let taken = 0;
      let failure: Failure | null = null;
      const big = (number: number) =>
        batch(
          Array.from({ length: 50 }, (_, index) =>
            lesson(
              `please do ${number} ${index} ${Array.from({ length: 300 }, (_, word) => (number * 7919 + index * 104_729 + word * 31).toString(36)).join(" ")}`,
            ),
          ),
          [cursor(100 + number)],
        );
      while (failure === null && taken < 200) {
        try {
          await rows.take(big(taken), { signal });
          taken++;
        } catch (error) {
          failure = error instanceof Failure ? error : null;
        }
      }
      expect([failure?.code, failure?.why]).toEqual(["full", expect.stringContaining("disk is full")]);
      expect(await store.counts()).toMatchObject({ lessons: taken * 50 });
      writeFileSync(join(disk.path, "ballast"), "");
      await rows.take(big(taken), { signal });
      expect(await store.counts()).toMatchObject({ lessons: (taken + 1) * 50 });
    } finally {
      server.sql("ALTER ROLE learner RESET default_tablespace");
      server.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      server.sql("DROP TABLESPACE small");
    }
  });
});
