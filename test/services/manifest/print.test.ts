import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { breakerNames } from "../../../src/engine/guards/names.ts";
import { loadStack } from "../../../src/services/manifest/load.ts";
import { composeText } from "../../../src/services/manifest/print.ts";
import { configIn, load, machineOf, temporary, write } from "./loading.ts";

const dollars = (text: string) => text.replaceAll("$", "$$$$");
const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.string({ maxLength: 12 })).map(dollars);
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const path = fc.stringMatching(/^\/[a-z0-9]{1,5}(\/[a-z0-9]{1,5})?$/);
const port = fc.integer({ min: 1, max: 65_535 });
const duration = fc.constantFrom("1s", "250ms", "1m30s", "1h", "1.5s");
const size = fc.constantFrom("8m", "64m", "1g", "1.5gb", "100000000");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const command = fc.oneof(fc.array(text, { maxLength: 4 }), fc.constantFrom("run 'two words' --x=1", 'a "b c"'));
const dictionary = fc.oneof(
  fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }),
  fc.uniqueArray(word, { maxLength: 3 }).map((names) => names.map((name, index) => `${name}=v=${index}`)),
);
const published = fc.oneof(
  port.map((inside) => `127.0.0.1::${inside}`),
  fc.tuple(port, fc.constantFrom("tcp", "udp")).map(([inside, protocol]) => `${inside}/${protocol}`),
  port.map((target) => ({ target, host_ip: "::1", protocol: "udp" })),
);
const mount = fc.oneof(
  fc.tuple(path, fc.constantFrom("", ":ro", ":ro,z", ":U")).map(([target, options]) => `data:${target}${options}`),
  path.map((target) => `./here:${target}:z`),
  path.map((target) => ({ type: "bind", source: "./made", target, bind: { create_host_path: true, selinux: "z" } })),
  path.map((target) => ({ type: "tmpfs", target, tmpfs: { size: "1m", mode: "1777" } })),
);
const healthcheck = fc.oneof(
  fc.constant({ disable: true }),
  fc.record(
    {
      test: fc.oneof(
        fc.constant("exit 0"),
        fc.constant(["NONE"]),
        text.map((one) => ["CMD", "x", one]),
      ),
      interval: duration,
      timeout: duration,
      retries: fc.integer({ min: 1, max: 9 }),
      start_period: duration,
    },
    { requiredKeys: ["test"] },
  ),
);
const condition = fc.constantFrom("service_started", "service_healthy", "service_completed_successfully");

/** A service without its dependencies. */
const service = fc.record(
  {
    image: word.map((name) => `example.org/${name}:1.2`),
    build: fc.constant({ context: "./x", dockerfile: "Containerfile", args: { A: "1" } }),
    command,
    entrypoint: command,
    environment: dictionary,
    labels: dictionary,
    ports: fc.uniqueArray(published, { maxLength: 3, selector: (one) => JSON.stringify(one) }),
    volumes: fc.uniqueArray(mount, {
      maxLength: 3,
      selector: (one) => (typeof one === "string" ? one.split(":")[1] : one.target),
    }),
    tmpfs: fc.constantFrom("/run", ["/run:size=1m,mode=1777", "/var/run:ro"]),
    healthcheck,
    restart: fc.constantFrom("no", "always", "unless-stopped", "on-failure", "on-failure:4"),
    mem_limit: size,
    cpus: fc.constantFrom(0.5, "2", 1),
    pids_limit: fc.constantFrom(-1, 10),
    security_opt: fc.constant(["no-new-privileges:true", "label:disable"]),
    read_only: fc.boolean(),
    init: fc.boolean(),
    cap_drop: fc.constant(["ALL"]),
    cap_add: fc.constant(["CHOWN"]),
    user: fc.constant("1000:1000"),
    userns_mode: fc.constant("keep-id"),
    working_dir: path,
    stop_grace_period: duration,
    stop_signal: fc.constant("SIGINT"),
    secrets: fc.constantFrom(["token"], [{ source: "token", target: "t", mode: "0440", uid: "5" }]),
    configs: fc.constant([{ source: "conf", target: "/etc/conf" }]),
    networks: fc.constantFrom(["front"], ["front", "default"]),
    "x-aistack": fc.record(
      {
        tier: fc.constantFrom("minimal", "standard", "full"),
        "log-ready": fc.constantFrom("ready$$", "[a-z]+"),
        "port-ready": port,
        breaker: fc.constantFrom(...breakerNames),
        tiers: fc.constant({ full: { memory: "2g", cpus: 1 } }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["image"] },
);

const stack = fc
  .tuple(
    fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
    fc.array(service, { minLength: 4, maxLength: 4 }),
    fc.array(fc.tuple(condition, fc.boolean()), { minLength: 4, maxLength: 4 }),
    maybe(text),
  )
  .map(([names, services, conditions, content]) => ({
    name: "generated",
    services: Object.fromEntries(
      names.map((name, index) => {
        const [kind = "service_started", restart = false] = conditions[index] ?? [];
        const before = names.slice(0, index).map((other) => [other, { condition: kind, restart, required: false }]);
        return [name, { ...services[index], depends_on: Object.fromEntries(before) }];
      }),
    ),
    volumes: { data: null },
    networks: { front: null },
    secrets: { token: { "x-aistack": { generate: true } } },
    configs: { conf: { content: content ?? "a $$b" } },
  }));

test("a resolved stack read again is the same stack, and is printed the same", async () => {
  const directory = temporary();
  const config = configIn(directory);
  const read = async (name: string, words: string) => {
    const files = write(directory, { [name]: words });
    return (await loadStack(config, { files, tier: "full", machine: machineOf(64e9) })).manifest;
  };
  await fc.assert(
    fc.asyncProperty(stack, async (generated) => {
      // Some generated stacks wait for what never ends; those are refused, which other tests look at.
      const services = Object.values(generated.services).map((one) => ({ ...one, restart: "no" }));
      const runnable = {
        ...generated,
        services: Object.fromEntries(Object.keys(generated.services).map((name, at) => [name, services[at]])),
      };
      const isOff = services.some(({ healthcheck: check }) => JSON.stringify(check ?? "").match(/disable|NONE/));
      const waits = JSON.stringify(generated).includes("service_healthy");
      const first = await read(
        "first.yaml",
        stringify(isOff && waits ? { ...runnable, services: { only: services[0] } } : runnable),
      );
      const printed = composeText(first, []);
      const second = await read("second.yaml", printed);
      expect(second).toEqual(first);
      expect(composeText(second, [])).toBe(printed);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("no secret is printed, whichever way it got into a file", async () => {
  const secrets = [
    "hunter2horse1",
    "hunter2horse2",
    "hunter2horse3",
    "hunter2horse4",
    "hunter2horse5",
    "hunter2horse6",
  ];
  const file = `
services:
  a:
    image: x:1
    environment:
      DB_PASSWORD: ${secrets[0]}
      URL: postgres://admin:${secrets[1]}@db/x
    command: [run, --password, ${secrets[2]}, --token=${secrets[3]}, /root/x, /home/me/y, 'C:\\Users\\me', "\ue000 /Users/me/z"]
    labels: { api_key: ${secrets[4]} }
    configs: [c]
    env_file: env
configs: { c: { content: "password: ${secrets[5]}" } }
`;
  const { manifest, one } = await load([file], { beside: { env: "FILE_SECRET=hunter2horse7\n" } });
  expect(one("a")?.environment).toMatchObject({ DB_PASSWORD: secrets[0], FILE_SECRET: "hunter2horse7" });
  const printed = composeText(manifest, []);
  expect(printed.match(/hunter2horse\d/g)).toBe(null);
  expect(printed).toContain("DB_PASSWORD");
  for (const path of ["/root/x", "/home/me/y", "C:\\Users\\me", "\ue000 /Users/me/z"]) expect(printed).toContain(path);
  const again = await load([printed]);
  expect(composeText(again.manifest, [])).toBe(printed);
});
