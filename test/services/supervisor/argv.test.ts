import { expect, test } from "vitest";
import { changes, verbs } from "../../../src/services/supervisor/argv.ts";
import { createCommand } from "../../../src/services/supervisor/create.ts";
import { configHash } from "../../../src/services/supervisor/hash.ts";
import { podmanFailure } from "../../../src/services/supervisor/podman-error.ts";
import { checksFile, service } from "./services.ts";

const logs = { follow: true, tail: 20, since: "5m" };
const build = { context: "/app", containerfile: "/app/Containerfile" };

test("every verb is this podman command", () => {
  const all: Record<keyof typeof verbs, readonly string[]> = {
    version: verbs.version(),
    info: verbs.info(),
    list: verbs.list(),
    listProject: verbs.listProject("p"),
    inspect: verbs.inspect(["p-web", "p-db"]),
    images: verbs.images(),
    networks: verbs.networks(),
    volumes: verbs.volumes(),
    secrets: verbs.secrets(),
    networkCreate: verbs.networkCreate("p_default", "p"),
    volumeCreate: verbs.volumeCreate("p_data", "p"),
    secretCreate: verbs.secretCreate("p_key", "p"),
    networkRemove: verbs.networkRemove("p_default"),
    volumeRemove: verbs.volumeRemove(["p_data", "p_more"]),
    secretRemove: verbs.secretRemove("p_key"),
    start: verbs.start("p-web"),
    unpause: verbs.unpause("p-web"),
    stop: verbs.stop("p-web", 1500),
    remove: verbs.remove("p-web", 10_000),
    healthcheck: verbs.healthcheck("p-web"),
    exec: verbs.exec("p-web", ["ls", "-la"]),
    execInput: verbs.execInput("p-web", ["psql"]),
    execHere: verbs.execHere("p-web", ["sh"], true),
    attach: verbs.attach("p-web"),
    logs: verbs.logs("p-web", logs),
    events: verbs.events("10m"),
    stats: verbs.stats(["p-web"], 2),
    pull: verbs.pull("docker.io/library/redis:8"),
    build: verbs.build("localhost/app", build, ["--target", "run"]),
    imagePrune: verbs.imagePrune("p"),
  };
  expect(Object.fromEntries(Object.entries(all).map(([name, argv]) => [name, argv.join(" ")]))).toMatchSnapshot();
  expect(Object.entries(all).flatMap(([name, argv]) => (changes(argv) ? [name] : []))).toMatchSnapshot();
});

test("a service with everything is this podman command, its values and secrets not among the words", () => {
  const full = service("web", {
    image: "docker.io/library/nginx:1.27-alpine",
    command: ["nginx", "-g", "daemon off;"],
    entrypoint: ["/bin/tini", "--"],
    environment: { TOKEN: "planted", HOME: "/home/web" },
    ports: [
      { hostIp: "127.0.0.1", hostPort: 8088, containerPort: 80, protocol: "tcp" },
      { hostIp: "::1", hostPort: null, containerPort: 53, protocol: "udp" },
      { hostIp: "", hostPort: null, containerPort: 90, protocol: "tcp" },
    ],
    mounts: [
      { type: "volume", source: "data", target: "/data", readOnly: false, options: [] },
      { type: "bind", source: "/etc/x", target: "/x", readOnly: true, options: ["z"] },
      { type: "tmpfs", source: "", target: "/tmp", readOnly: false, options: ["size=4m"] },
    ],
    networks: ["default", "back"],
    healthcheck: checksFile("/well", { intervalMs: 30_000, startPeriodMs: 1500 }),
    restart: { policy: "on-failure", maxRetries: 5 },
    cpus: 0.5,
    memoryBytes: 64 * 2 ** 20,
    memoryReservationBytes: 32 * 2 ** 20,
    pids: 100,
    securityOpt: ["no-new-privileges"],
    readOnly: true,
    capAdd: ["NET_BIND_SERVICE"],
    capDrop: ["ALL"],
    user: "1000:1000",
    usernsMode: "keep-id",
    workingDirectory: "/srv",
    stopGraceMs: 15_000,
    stopSignal: "SIGQUIT",
    init: true,
    labels: { team: "a=b" },
    secrets: [
      { source: "key", target: "key", mode: 0o400, uid: "1000", gid: "1000" },
      { source: "theirs", target: "/etc/theirs", mode: null, uid: null, gid: null },
    ],
  });
  const place = { project: "p", timers: true, root: false, external: new Set(["theirs"]) };
  const { argv, environment } = createCommand("run", full, place);
  expect(argv).toMatchSnapshot();
  expect(environment).toEqual({ TOKEN: "planted" });
  expect(argv.join(" ")).not.toContain("planted");
  const rootful = createCommand("create", full, { ...place, timers: false, root: true }).argv;
  expect(rootful[0]).toBe("create");
  expect(rootful).not.toContain("--userns");
  expect(rootful[rootful.indexOf("--health-interval") + 1]).toBe("disable");
});

test("a container is made anew for what changes it and for nothing else", () => {
  const one = service("one", { memoryBytes: 1000, environment: { A: "1", B: "2" } });
  expect(configHash({ ...one, environment: { B: "2", A: "1" } })).toBe(configHash(one));
  expect(configHash({ ...one, breaker: "redis", tier: "full", dependsOn: [] })).toBe(configHash(one));
  for (const over of [
    { memoryBytes: 1001 },
    { environment: { A: "1", B: "3" } },
    { image: "other" },
    { readOnly: true },
  ]) {
    expect(configHash({ ...one, ...over })).not.toBe(configHash(one));
  }
});

test.each([
  [125, 'Error: creating container storage: the container name "x" is already in use by 1f', "held"],
  [126, "Error: cannot listen on the TCP port: listen tcp4 127.0.0.1:18081: bind: address already in use", "held"],
  [125, "Error: rootlessport listen tcp 0.0.0.0:80: bind: address already in use", "held"],
  [125, 'Error: short-name "nosuch:1" did not resolve to an alias and no registries are defined', "dependency"],
  [125, "Error: initializing source docker://x/y:1: pinging container registry x: connection refused", "dependency"],
  [125, "Error: x/y:1: image not known", "dependency"],
  [125, "Error: writing blob: storing blob: no space left on device", "full"],
  [126, 'Error: runc: exec: "/etc": permission denied: OCI permission denied', "failed"],
  [127, 'Error: runc: exec: "nosuch": executable file not found in $PATH', "failed"],
  [125, "Error: statfs /nosuch: no such file or directory", "config"],
  [125, "Error: something new", "podman"],
  [1, "", "podman"],
])("podman's end with %i and %j is told as %s", (exitCode, stderr, code) => {
  const failure = podmanFailure({ argv: ["run"], exitCode, stderr }, "The service x was not started");
  expect(failure.code).toBe(code);
  expect(failure.hint).not.toBe("");
});
