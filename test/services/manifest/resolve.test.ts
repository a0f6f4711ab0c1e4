// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose
import { expect, test } from "vitest";
import { examine, load } from "./loading.ts";

test("every supported key in every form says the same in the end", async () => {
  const short = `
services:
  a:
    image: "x:1"
    build: .
    command: one 'two three'
    environment: [A=1, B=x=y]
    ports: ["8080:80", "127.0.0.1:53:53/udp", "[::1]:90-91:90-91", "70"]
    volumes: ["data:/data:ro,z", "./here:/here"]
    tmpfs: /tmp:size=1m,mode=1777,ro
    networks: [front]
    depends_on: [b]
    healthcheck: { test: "exit 0" }
    secrets: [s]
    configs: [c]
    mem_limit: 64m
    cpus: 0.5
    pids_limit: 10
    mem_reservation: 32m
    restart: on-failure:3
    security_opt: ["no-new-privileges:true", "label:disable"]
    labels: [l=1]
    env_file: one.env
  b: { image: "x:1" }
volumes: { data: }
networks: { front: }
secrets: { s: { file: ./s } }
configs: { c: { content: "hello" } }
`;
  const long = `
services:
  a:
    image: "x:1"
    build: { context: . , dockerfile: Dockerfile }
    command: [one, two three]
    environment: { A: 1, B: x=y }
    ports:
      - { target: 80, published: 8080, protocol: tcp, mode: host }
      - { target: 53, published: "53", host_ip: 127.0.0.1, protocol: udp }
      - { target: 90, published: 90, host_ip: "::1" }
      - { target: 91, published: 91, host_ip: "::1" }
      - target: 70
    volumes:
      - { type: volume, source: data, target: /data, read_only: true, bind: { selinux: z } }
      - { type: bind, source: ./here, target: /here }
      - { type: tmpfs, target: /tmp, read_only: true, tmpfs: { size: 1m, mode: 01777 } }
    networks: { front: }
    depends_on: { b: { condition: service_started } }
    healthcheck: { test: [CMD-SHELL, exit 0], interval: 30s, timeout: 30s, retries: 3, start_period: 0s }
    secrets: [{ source: s, target: s }]
    configs: [{ source: c, target: /c }]
    deploy:
      resources: { limits: { memory: 64mb, cpus: "0.5", pids: 10 }, reservations: { memory: 32m } }
      restart_policy: { condition: on-failure, max_attempts: 3 }
    security_opt: [no-new-privileges, label=disable]
    labels: { l: 1 }
    env_file: [{ path: one.env, required: true }]
  b: { image: "x:1" }
volumes: { data: }
networks: { front: }
secrets: { s: { file: ./s } }
configs: { c: { content: "hello" } }
`;
  const beside = { "one.env": "FROM_FILE=${A:-yes}\nA=file\n" };
  const [first, second] = [await load([short], { beside }), await load([long], { beside })];
  const placed = (text: string, directory: string) => JSON.parse(JSON.stringify(text).replaceAll(directory, "DIR"));
  const [a, b] = [first, second].map(({ manifest, directory }) => placed(JSON.stringify(manifest), directory));
  expect(JSON.parse(b)).toEqual(JSON.parse(a));
  expect(first.one("a")).toMatchObject({
    environment: { A: "1", B: "x=y", FROM_FILE: "yes" },
    securityOpt: ["no-new-privileges", "label=disable"],
    healthcheck: { test: ["/bin/sh", "-c", "exit 0"] },
    restart: { policy: "on-failure", maxRetries: 3 },
    secrets: [{ source: "s", target: "s", mode: null, uid: null, gid: null }],
  });
  expect(first.one("a")?.ports).toContainEqual({
    hostIp: "0.0.0.0",
    hostPort: null,
    containerPort: 70,
    protocol: "tcp",
  });
  expect(first.manifest.files).toMatchObject([{ name: "c", text: "hello" }]);
});

test("variables come from the program, then the environment, then .env beside the last file", async () => {
  const file = `
services:
  a:
    image: "x:\${TAG}"
    environment:
      HOME_OF_IT: $AISTACK_HOME
      ONE: \${ONE}
      BOTH: \${BOTH}
      GIVEN:
      NOT_GIVEN:
      DOLLAR: $$5
`;
  const environment = { BOTH: "environment", GIVEN: "given", AISTACK_HOME: "/elsewhere" };
  const beside = { ".env": "TAG=7\nONE=file\nBOTH=file\n" };
  const { one, directory } = await load([file], { environment, beside });
  expect(one("a")?.image).toBe("x:7");
  expect(one("a")?.environment).toEqual({
    HOME_OF_IT: directory,
    ONE: "file",
    BOTH: "environment",
    GIVEN: "given",
    DOLLAR: "$5",
  });
});

test("a dependant waits for the log line and the port that its dependency names", async () => {
  const file = `
services:
  a: { image: x:1, depends_on: { both: { condition: service_started }, well: { condition: service_healthy }, plain: { condition: service_healthy }, job: { condition: service_completed_successfully, restart: true } } }
  both: { image: x:1, x-aistack: { log-ready: "ready .* \\\\d+", port-ready: 80 } }
  well: { image: x:1, healthcheck: { test: [CMD, "true"] }, x-aistack: { port-ready: 81 } }
  plain: { image: x:1, x-aistack: { port-ready: 82 } }
  job: { image: x:1, x-aistack: { port-ready: 83 } }
`;
  const { one } = await load([file]);
  expect(one("a")?.dependsOn.map(({ service, condition }) => `${service} ${condition}`)).toEqual([
    "both log",
    "both port",
    "well healthy",
    "well port",
    "plain port",
    "job completed",
  ]);
  expect(one("both")?.logReady).toBe("ready .* \\d+");
});

test("a health check can be switched off in two ways, and one that is not there is not the same", async () => {
  const file = `
services:
  a: { image: x:1, healthcheck: { disable: true } }
  b: { image: x:1, healthcheck: { test: [NONE] } }
  c: { image: x:1 }
`;
  const { services } = await load([file]);
  const seen = [...services.values()].map(({ healthcheck, healthcheckOff }) => [healthcheck, healthcheckOff]);
  expect(seen).toEqual([
    [null, true],
    [null, true],
    [null, false],
  ]);
});

test("a tier decides which services run and with which limits; what the user limits stays", async () => {
  const base = `
services:
  a: { image: x:1, x-aistack: { tiers: { minimal: { memory: 64m, cpus: 1 }, full: { memory: 1g, cpus: 2, pids: 9, reservation: 8m } } } }
  b: { image: x:1, x-aistack: { tier: standard } }
`;
  const minimal = await load([base], { tier: "minimal" });
  expect(minimal.inactive).toEqual([{ name: "b", why: "it needs the tier standard" }]);
  expect(minimal.one("a")).toMatchObject({ memoryBytes: 64 * 1024 ** 2, cpus: 1, pids: null });
  const full = await load([base, "services:\n  a: { mem_limit: 3g }\n"], { tier: "full" });
  expect(full.inactive).toEqual([]);
  const limits = { memoryBytes: 3 * 1024 ** 3, cpus: 2, pids: 9, memoryReservationBytes: 8 * 1024 ** 2 };
  expect(full.one("a")).toMatchObject(limits);
});

test("profiles switch services on, from the setting and from the flag", async () => {
  const file =
    "services:\n  a: { image: x:1 }\n  b: { image: x:1, profiles: [p, q] }\n  c: { image: x:1, profiles: [r] }\n";
  const names = async (profiles: string[], set: string) =>
    [...(await load([file], { profiles, environment: { AISTACK_STACK_PROFILES: set } })).services.keys()].join("");
  expect([await names([], ""), await names(["q"], ""), await names(["r"], "p")]).toEqual(["a", "ab", "abc"]);
});

test("settings of the named groups reach a service as its environment, and nothing that is the default", async () => {
  const file = "services:\n  a: { image: x:1, x-aistack: { settings: [learning, telemetry] } }\n";
  const environment = {
    AISTACK_LEARNING_POLL_MS: "500",
    AISTACK_ROTATION_AT: "03:00",
    AISTACK_TELEMETRY_SOURCES: "/a,/b",
  };
  const { one } = await load([file], { environment });
  expect(one("a")?.environment).toEqual({ AISTACK_LEARNING_POLL_MS: "500", AISTACK_TELEMETRY_SOURCES: '["/a","/b"]' });
});

test("lint warns of what is allowed and unwise", async () => {
  const file = `
services:
  a:
    image: nginx
    ports: ["80:80"]
    environment: { DB_PASSWORD: hunter2, DB_PASSWORD_FILE: /run/secrets/x, EMPTY_TOKEN: "" }
    volumes: ["./data:/data:Z"]
    depends_on: { b: { condition: service_healthy } }
  b: { image: "nginx:latest", mem_limit: 1g, cpus: 1, volumes: ["./data:/data:Z"], user: "\${NOBODY_SET_THIS}" }
`;
  const { findings } = await examine([file]);
  expect(findings.map(({ level, rule, service, key, place }) => [level, rule, service, key, place?.line])).toEqual([
    ["warning", "limit", "a", "deploy", 3],
    ["warning", "tag", "a", "image", 4],
    ["warning", "open-port", "a", "ports", 5],
    ["warning", "secret", "a", "environment.DB_PASSWORD", 6],
    ["warning", "label", "a", "volumes", 7],
    ["warning", "health", "a", "depends_on.b", 8],
    ["warning", "tag", "b", "image", 9],
    ["warning", "label", "b", "volumes", 9],
    ["warning", "variable", "b", "user", 9],
  ]);
});
