import { expect, test } from "vitest";
import { load } from "./loading.ts";

const base = `
services:
  web:
    image: web:1
    command: [serve, --port, "80"]
    entrypoint: ["/entry"]
    environment: { A: base, B: base }
    labels: [one=1, two=2]
    ports: ["127.0.0.1:8080:80"]
    volumes: ["data:/data", "./conf:/conf:ro"]
    cap_drop: [ALL]
    security_opt: [no-new-privileges]
    tmpfs: /tmp:size=1m
    mem_limit: 1g
    healthcheck: { test: [CMD, a], interval: 10s, retries: 7 }
    depends_on: [db]
  db: { image: "db:1" }
volumes: { data: }
`;

test("a second file is merged over the first by Compose's rules", async () => {
  const over = `
services:
  web:
    image: web:2
    command: run
    environment: [B=over, C=over]
    labels: { two: "3" }
    ports: ["127.0.0.1:8080:80", "127.0.0.1:8081:81"]
    volumes: ["other:/data:z"]
    cap_drop: [ALL, NET_RAW]
    tmpfs: ["/tmp:size=2m", "/run"]
    healthcheck: { test: "curl x" }
    depends_on: { db: { condition: service_healthy } }
    deploy: { resources: { limits: { memory: 2g } } }
  extra: { image: "extra:1" }
volumes: { other: }
`;
  const { one, services, directory } = await load([base, over]);
  expect([...services.keys()]).toEqual(["web", "db", "extra"]);
  expect(one("web")).toMatchObject({
    image: "web:2",
    command: ["run"],
    entrypoint: ["/entry"],
    environment: { A: "base", B: "over", C: "over" },
    labels: { one: "1", two: "3" },
    capDrop: ["ALL", "NET_RAW"],
    securityOpt: ["no-new-privileges"],
    memoryBytes: 2 * 1024 ** 3,
    healthcheck: { test: ["/bin/sh", "-c", "curl x"], intervalMs: 10_000, retries: 7 },
    dependsOn: [{ service: "db", condition: "healthy", required: true, restart: false }],
  });
  expect(one("web")?.ports.map(({ hostPort }) => hostPort)).toEqual([8080, 8081]);
  expect(one("web")?.mounts).toEqual([
    { type: "volume", source: "other", target: "/data", readOnly: false, options: ["z"] },
    { type: "bind", source: `${directory}/conf`, target: "/conf", readOnly: true, options: [] },
    { type: "tmpfs", source: "", target: "/tmp", readOnly: false, options: ["size=2m"] },
    { type: "tmpfs", source: "", target: "/run", readOnly: false, options: [] },
  ]);
});

test("!reset removes and !override replaces, at any depth", async () => {
  const over = `
services:
  web:
    ports: !reset []
    environment: !override { C: "1" }
    labels: { one: !reset null }
    cap_drop: !override [NET_RAW]
    healthcheck: { retries: !override 9 }
    volumes: !override ["./x:/x"]
    depends_on: !reset null
  db: !reset null
`;
  const { one, services } = await load([base, over]);
  expect([...services.keys()]).toEqual(["web"]);
  expect(one("web")).toMatchObject({
    ports: [],
    environment: { C: "1" },
    labels: { two: "2" },
    capDrop: ["NET_RAW"],
    healthcheck: { retries: 9, intervalMs: 10_000 },
    dependsOn: [],
  });
  expect(one("web")?.mounts.map(({ target }) => target)).toEqual(["/x", "/tmp"]);
});

test("anchors, aliases and << are followed, and x- keys are left to the author", async () => {
  const { one } = await load([
    `
x-base: &base { image: "x:1", user: app, cap_drop: [ALL] }
x-more: &more { init: true, user: other }
services:
  a: { <<: *base, user: own }
  b: { <<: [*base, *more] }
  c: *base
`,
  ]);
  expect(one("a")).toMatchObject({ image: "x:1", user: "own", capDrop: ["ALL"], init: false });
  expect(one("b")).toMatchObject({ image: "x:1", user: "app", init: true });
  expect(one("c")).toMatchObject({ image: "x:1", user: "app" });
});

test("a path is seen from the file that names it", async () => {
  const { one, directory } = await load([base, "services:\n  db:\n    volumes: ['../up:/up', '~/home:/home']\n"]);
  const parent = directory.slice(0, directory.lastIndexOf("/"));
  expect(one("db")?.mounts.map(({ source }) => source)).toEqual([`${parent}/up`, `${directory}/home`]);
});
