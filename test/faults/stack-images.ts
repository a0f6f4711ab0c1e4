import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { needs } from "../parts.ts";
import { openBox } from "../services/supervisor/own-podman.ts";

const project = join(import.meta.dirname, "../..");

/** A root file system that is being put together from what Debian has installed here. */
interface Root {
  readonly path: string;
  /** Copies a program with every library it needs, to the same place or another. */
  program(file: string, to?: string): void;
  directory(path: string, owner?: number): void;
  tree(from: string, to?: string): void;
  file(path: string, text: string, mode?: number): void;
  link(target: string, path: string): void;
}

function openRoot(path: string): Root {
  const place = (file: string) => {
    mkdirSync(join(path, dirname(file)), { recursive: true });
    return join(path, file);
  };
  const libraries = (file: string) => {
    const { stdout } = spawnSync("ldd", [file], { encoding: "utf8" });
    for (const [, library] of stdout.matchAll(/(\/\S+\.so\S*)/g)) {
      if (library !== undefined && !existsSync(join(path, library)))
        copyFileSync(realpathSync(library), place(library));
    }
  };
  return {
    path,
    program(file, to = file) {
      copyFileSync(realpathSync(file), place(to));
      chmodSync(join(path, to), 0o755);
      libraries(realpathSync(file));
    },
    directory(directory, owner = 0) {
      mkdirSync(join(path, directory), { recursive: true });
      chownSync(join(path, directory), owner, owner);
    },
    tree(from, to = from) {
      cpSync(from, place(to), { recursive: true, dereference: true });
      const found = spawnSync("find", [from, "-name", "*.so"], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
      for (const file of found) libraries(file);
    },
    file(file, text, mode = 0o644) {
      writeFileSync(place(file), text);
      chmodSync(join(path, file), mode);
    },
    link: (target, file) => symlinkSync(target, place(file)),
  };
}

const users = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n";

function withBusybox(root: Root, user: string, id: number): void {
  for (const name of ["bin", "dev", "proc", "root", "run", "sys", "tmp", "var"]) root.directory(name);
  chmodSync(join(root.path, "tmp"), 0o1777);
  const busybox = ["/bin/busybox", "/usr/bin/busybox"].find(existsSync) ?? "";
  root.program(busybox, "/bin/busybox");
  for (const name of execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n")) {
    if (name !== "busybox") root.link("busybox", `/bin/${name}`);
  }
  root.link("/bin/env", "/usr/bin/env");
  root.file("/etc/passwd", `${users}${id === 0 ? "" : `${user}:x:${id}:${id}::/:/bin/sh\n`}`);
  root.file("/etc/group", `root:x:0:\nnogroup:x:65534:\n${id === 0 ? "" : `${user}:x:${id}:\n`}`);
  root.file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
}

const postgresEntry = `#!/bin/sh
set -e
export PGDATA=/var/lib/postgresql/18/docker PATH=/pg/bin:/bin:/usr/bin
if [ ! -s $PGDATA/PG_VERSION ]; then
  mkdir -p $PGDATA
  initdb --pgdata=$PGDATA --username=$POSTGRES_USER --pwfile=$POSTGRES_PASSWORD_FILE --auth=scram-sha-256 --no-locale --encoding=UTF8 --no-sync
  echo "host all all all scram-sha-256" >>$PGDATA/pg_hba.conf
  sed -i 's/^local.*/local all all trust/' $PGDATA/pg_hba.conf
  pg_ctl --pgdata=$PGDATA --options="-c listen_addresses= -c unix_socket_directories=/run/postgresql" --wait start
  createdb --host=/run/postgresql --username=$POSTGRES_USER $POSTGRES_DB
  pg_ctl --pgdata=$PGDATA --wait stop
fi
exec postgres -D $PGDATA -c listen_addresses='*' -c unix_socket_directories=/run/postgresql
`;

function serving(port: number, path: string): (root: Root) => void {
  return (root) => {
    withBusybox(root, "", 0);
    root.program("/bin/bash");
    root.file(`/www${path}`, "a stand-in answers here\n");
    root.file("/etc/stand-in", `listens on ${port} and is not the real program\n`);
  };
}

/** One image of the tests: how its file system is made, and what it says about itself. */
interface Recipe {
  readonly name: string;
  readonly make: (root: Root) => void;
  readonly changes: readonly string[];
}

const standIn = (name: string, port: number, path: string): Recipe => ({
  name,
  make: serving(port, path),
  changes: ["LABEL stand-in=true", `CMD ["/bin/httpd","-f","-p","${port}","-h","/www"]`],
});

const version = JSON.parse(readFileSync(join(project, "package.json"), "utf8")).version;
const postgresHome = () => {
  const found = spawnSync("sh", ["-c", "ls -d /usr/lib/postgresql/* | sort -V | tail -1"], { encoding: "utf8" });
  return found.stdout.trim();
};

const recipe = createHash("sha256")
  .update(readFileSync(import.meta.filename))
  .digest("hex")
  .slice(0, 12);
const recipes: readonly Recipe[] = [
  {
    name: "docker.io/pgvector/pgvector:0.8.1-pg18",
    make(root) {
      withBusybox(root, "postgres", 999);
      const home = postgresHome();
      const release = home.split("/").at(-1);
      for (const name of ["postgres", "initdb", "pg_ctl", "pg_isready", "createdb", "psql"]) {
        root.program(join(home, "bin", name));
        root.link(join(home, "bin", name), `/usr/bin/${name}`);
      }
      root.link(join(home, "bin"), "/pg/bin");
      root.link("/run", "/var/run");
      root.tree(join(home, "lib"));
      root.tree(`/usr/share/postgresql/${release}`);
      root.tree("/usr/share/zoneinfo");
      root.directory("/var/lib/postgresql", 999);
      root.directory("/run/postgresql", 999);
      root.link("/run", "/var/run");
      // As in the public image: a file system mounted here takes over this mode.
      chmodSync(join(root.path, "/run/postgresql"), 0o3777);
      root.file("/entry", postgresEntry, 0o755);
    },
    changes: ['ENTRYPOINT ["/entry"]'],
  },
  {
    name: "docker.io/library/redis:8.4.0-alpine",
    make(root) {
      withBusybox(root, "redis", 999);
      root.program("/usr/bin/redis-server");
      root.program("/usr/bin/redis-cli");
      root.directory("/data", 999);
    },
    changes: ["WORKDIR /data", 'CMD ["redis-server"]'],
  },
  {
    name: "docker.io/library/nginx:1.27-alpine",
    make(root) {
      withBusybox(root, "nginx", 101);
      root.program("/usr/sbin/nginx");
      for (const name of ["/var/log/nginx", "/var/lib/nginx", "/var/cache/nginx"]) root.directory(name, 101);
    },
    changes: ["STOPSIGNAL SIGQUIT"],
  },
  {
    name: "docker.io/prom/prometheus:v2.54.0",
    make(root) {
      withBusybox(root, "nobody", 0);
      root.program("/usr/bin/prometheus", "/bin/prometheus");
      root.directory("/prometheus", 65_534);
    },
    changes: ["USER nobody", 'ENTRYPOINT ["/bin/prometheus"]', "WORKDIR /prometheus"],
  },
  {
    name: `localhost/aistack:${version}`,
    make(root) {
      withBusybox(root, "node", 1000);
      root.program(join(project, "node_modules/node/bin/node"), "/usr/local/bin/node");
      for (const name of ["koffi", "@koromix", "sqlite-vec", "sqlite-vec-linux-x64", "sqlite-vec-linux-arm64"]) {
        const from = join(project, "node_modules", name);
        if (existsSync(from)) root.tree(from, `/app/node_modules/${name}`);
      }
      for (const name of ["bin", "dist", "package.json"]) root.tree(join(project, name), `/app/${name}`);
      root.file("/usr/local/bin/aistack", '#!/bin/sh\nexec /usr/local/bin/node /app/bin/aistack.js "$@"\n', 0o755);
    },
    changes: ['ENTRYPOINT ["/usr/local/bin/node","/app/bin/aistack.js"]', "ENV XDG_CACHE_HOME=/tmp"],
  },
  standIn("docker.io/qdrant/qdrant:v1.16.2", 6333, "/readyz"),
  standIn("docker.io/grafana/grafana:11.2.0", 3000, "/api/health"),
  standIn("docker.io/jaegertracing/jaeger:2.14.0", 16_686, "/index.html"),
];

/** Whether something is missing here that the images are made of or run with. */
export function lacksStackImages(): boolean {
  return (
    (["podman", "postgres", "redis", "nginx", "prometheus"] as const).filter((part) => needs(part).missing).length > 0
  );
}

/**
 * Makes the images that the stack asks for, under its very names, from what Debian has installed: PostgreSQL, Redis,
 * nginx, Prometheus and our own program for real; Qdrant, Grafana and Jaeger as small servers that are labelled as
 * stand-ins. Made once per machine and recipe; our own anew each time.
 */
export function makeStackImages(): void {
  const { directory, environment } = openBox();
  const recipe = createHash("sha256")
    .update(readFileSync(import.meta.filename))
    .digest("hex")
    .slice(0, 16);
  for (const { name, make, changes } of recipes) {
    const isOwn = name.startsWith("localhost/");
    const look = ["image", "inspect", "--format", '{{index .Labels "recipe"}}', name];
    const known = spawnSync("podman", look, { env: environment, encoding: "utf8" }).stdout.trim();
    if (!isOwn && known === recipe) continue;
    const path = mkdtempSync(join(directory, "image-"));
    chmodSync(path, 0o755);
    try {
      make(openRoot(path));
      const options = [...changes, `LABEL recipe=${recipe}`, "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
      const words = options.flatMap((change) => ["--change", change]);
      const script = 'root=$1; shift; tar -C "$root" -c . | podman import "$@"';
      const made = spawnSync("sh", ["-c", script, "sh", path, ...words, "-", name], {
        env: environment,
        encoding: "utf8",
      });
      if (made.status !== 0) throw new Error(`the image ${name} was not made: ${made.stderr}`);
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
