import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { needs } from "../../parts.ts";

/** A real PostgreSQL server of its own, with one database and one user who may make schemas in it. */
export interface PostgresServer extends AsyncDisposable {
  readonly directory: string;
  readonly socketDirectory: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** The settings that make the program use it, as `key=value`. */
  settings(schema?: string): string[];
  /** Runs SQL as the owner of everything and returns what psql prints, one line a row. */
  sql(text: string): string[];
  /** Copies a file into a table through psql; returns the seconds it took. */
  copyIn(table: string, file: string): number;
  /** Writes the rows of a query to a file, as `COPY` does. */
  copyOut(query: string, file: string): void;
  /** The same as `sql` without waiting for it here; it ends at the latest with the server. */
  query(text: string): Promise<string[]>;
  start(): Promise<void>;
  /** Ends it in order and waits. */
  stop(): Promise<void>;
  /** SIGKILL to the server and all its children, as when the machine loses power for it; waits until it is gone. */
  kill(): Promise<void>;
  /** Stops every process of the server in its tracks, connections stay open. */
  freeze(): void;
  thaw(): void;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

// The server refuses to run as root; anybody else will do.
function account(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((text) => text.split(":"));
  const line = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody");
  return { uid: Number(line?.[2] ?? 65_534), gid: Number(line?.[3] ?? 65_534) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Every process below one, itself first. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const family = [pid];
  for (const one of family) for (const [child, parent] of parents) if (parent === one) family.push(child);
  return family;
}

const database = "lessons";
const user = "learner";
const password = "pässword with 'quotes'";

/** Makes and starts a server: fsync on, SCRAM passwords, loopback and a socket; gone with its scope. */
export async function startPostgres(
  options: readonly string[] = [],
  tls: { readonly cert: Buffer; readonly key: Buffer } | null = null,
): Promise<PostgresServer> {
  const programs = dirname(needs("postgres").command);
  const who = account();
  const directory = mkdtempSync(join(tmpdir(), "aistack-postgres-"));
  const data = join(directory, "data");
  const socketDirectory = join(directory, "socket");
  mkdirSync(socketDirectory);
  chmodSync(directory, 0o755);
  if (who) for (const path of [directory, socketDirectory]) chownSync(path, who.uid, who.gid);
  const as = who === null ? {} : { uid: who.uid, gid: who.gid };
  const owner = who === null ? userInfo().username : "postgres";
  const port = await freePort();
  const env = { ...process.env, LC_ALL: "C.UTF-8", PGOPTIONS: "-c client_min_messages=error" };
  const psqlArgs = (name: string) => [
    ...["-h", socketDirectory, "-p", String(port), "-U", owner],
    ...["-XAtqv", "ON_ERROR_STOP=1", name],
  ];
  const run = (name: string, args: readonly string[], input = "") => {
    const { status, stdout, stderr, error } = spawnSync(join(programs, name), args, {
      encoding: "utf8",
      input,
      cwd: directory,
      env,
      ...as,
    });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${error ?? ""}${stderr}${stdout}`);
    return stdout;
  };
  run("initdb", ["-D", data, "-U", owner, "-A", "trust", "-E", "UTF8"]);
  writeFileSync(
    join(data, "pg_hba.conf"),
    `local all ${owner} trust\nlocal all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n`,
  );
  for (const [name, text] of Object.entries(tls ?? {})) {
    writeFileSync(join(data, `${name}.pem`), text, { mode: 0o600 });
    if (who) chownSync(join(data, `${name}.pem`), who.uid, who.gid);
  }
  const encrypted = tls === null ? [] : ["ssl=on", "ssl_cert_file=cert.pem", "ssl_key_file=key.pem"];
  const settings = ["listen_addresses=127.0.0.1", `port=${port}`, `unix_socket_directories=${socketDirectory}`];
  const args = [...settings, "fsync=on", "max_connections=40", "shared_buffers=64MB", ...encrypted, ...options];
  let server: ChildProcess | null = null;
  let said = "";
  let family: number[] = [];

  const ready = () =>
    spawnSync(join(programs, "psql"), ["-h", socketDirectory, "-p", String(port), "-U", owner, "-c", "", "postgres"], {
      stdio: "ignore",
    }).status === 0;
  const start = async () => {
    said = "";
    const child = spawn(join(programs, "postgres"), ["-D", data, ...args.flatMap((arg) => ["-c", arg])], {
      stdio: ["ignore", "ignore", "pipe"],
      cwd: directory,
      ...as,
    });
    server = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-20_000);
    });
    const end = performance.now() + 60_000;
    while (!ready()) {
      if (child.exitCode !== null || performance.now() > end) throw new Error(`the server did not start: ${said}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const ended = async (child: ChildProcess) => {
    if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once("exit", done));
  };
  const signal = (pids: readonly number[], name: NodeJS.Signals) => {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended meanwhile.
      }
    }
  };
  const kill = async () => {
    const child = server;
    if (!child?.pid) return;
    const all = new Set([...family, ...familyOf(child.pid)]);
    signal([...all], "SIGKILL");
    await ended(child);
    const left = () => [...all].filter((pid) => alive(pid));
    while (left().length > 0) await new Promise((done) => setTimeout(done, 5));
    family = [];
    server = null;
  };
  await start();
  const sql = (text: string, name = database) =>
    run("psql", psqlArgs(name), text)
      .split("\n")
      .filter((line) => line !== "");
  sql(
    `CREATE ROLE ${user} LOGIN PASSWORD '${password.replaceAll("'", "''")}'; CREATE DATABASE ${database} OWNER ${user}`.replace(
      "; ",
      ";\n",
    ),
    "postgres",
  );

  return {
    directory,
    socketDirectory,
    port,
    database,
    user,
    password,
    settings: (schema = "aistack") => [
      "store.kind=postgres",
      "postgres.host=127.0.0.1",
      `postgres.port=${port}`,
      `postgres.database=${database}`,
      `postgres.user=${user}`,
      `postgres.schema=${schema}`,
    ],
    sql: (text) => sql(text),
    copyIn(table, file) {
      const started = performance.now();
      const input = openSync(file, "r");
      const { status, stderr } = spawnSync(
        join(programs, "psql"),
        [...psqlArgs(database), "-c", `COPY ${table} FROM STDIN`],
        { stdio: [input, "ignore", "pipe"], encoding: "utf8", cwd: directory, env, ...as },
      );
      closeSync(input);
      if (status !== 0) throw new Error(stderr);
      return (performance.now() - started) / 1000;
    },
    copyOut(query, file) {
      const output = openSync(file, "w");
      const { status, stderr } = spawnSync(
        join(programs, "psql"),
        [...psqlArgs(database), "-c", `COPY (${query}) TO STDOUT`],
        { stdio: ["ignore", output, "pipe"], encoding: "utf8", cwd: directory, env, ...as },
      );
      closeSync(output);
      if (status !== 0) throw new Error(stderr);
    },
    query: (text) =>
      new Promise((done, fail) => {
        const child = spawn(join(programs, "psql"), psqlArgs(database), { cwd: directory, env, ...as });
        let [out, err] = ["", ""];
        child.stdout.on("data", (chunk) => {
          out += chunk;
        });
        child.stderr.on("data", (chunk) => {
          err += chunk;
        });
        child.on("close", (code) =>
          code === 0 ? done(out.split("\n").filter((line) => line !== "")) : fail(new Error(err)),
        );
        child.stdin.on("error", () => undefined);
        child.stdin.end(text);
      }),
    start,
    async stop() {
      const child = server;
      if (!child) return;
      child.kill("SIGINT");
      await ended(child);
      server = null;
    },
    kill,
    freeze() {
      if (!server?.pid) return;
      family = familyOf(server.pid);
      signal(family, "SIGSTOP");
    },
    thaw() {
      signal(family, "SIGCONT");
      family = [];
    },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function alive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
