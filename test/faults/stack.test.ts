import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { podman } from "../services/supervisor/own-podman.ts";
import { stackHome } from "../services/verbs/home.ts";
import { freePort } from "./ports.ts";
import { lacksStackImages, makeStackImages } from "./stack-images.ts";

const services = ["qdrant", "postgres", "redis", "engine", "prometheus", "jaeger", "grafana", "nginx"] as const;
const ports = [
  "QDRANT",
  "QDRANT_GRPC",
  "POSTGRES",
  "REDIS",
  "PROMETHEUS",
  "JAEGER",
  "OTLP_GRPC",
  "OTLP_HTTP",
  "GRAFANA",
  "NGINX",
] as const;

interface State {
  readonly name: string;
  readonly phase: string;
  readonly health: string;
}

const inspected = (name: string, what: "Pid" | "ConmonPid" | "StartedAt") =>
  podman("inspect", "--format", `{{.State.${what}}}`, name).stdout.trim();

describe.skipIf(lacksStackImages())(
  "the shipped stack on real Podman: PostgreSQL, Redis, nginx, Prometheus and our engine for real; Qdrant, Grafana and Jaeger are stand-ins",
  () => {
    beforeAll(makeStackImages);

    test("comes up healthy, stays as it is, heals by itself whatever is killed, and changes only what changed", async () => {
      const stack = stackHome("  redis: {}");
      for (const name of ports) stack.set(`AISTACK_${name}_PORT`, String(await freePort()));
      const states = (): State[] => stack.json("ps").services;
      const isWell = ({ phase, health }: State) => phase === "running" && (health === "healthy" || health === "none");

      const up = stack.run("up", "--wait", "--tier", "full", "--timeout", "240", "--timings", "--json");
      expect([up.status, up.stderr]).toEqual([0, up.stderr]);
      expect(
        states()
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual([...services].toSorted());
      expect(states().filter((state) => !isWell(state))).toEqual([]);
      expect(JSON.parse(up.stdout).criticalPath.at(-1)).toBeTypeOf("string");

      expect(stack.json("up", "--wait")).toMatchObject({ commands: 0 });
      expect(stack.json("status").services).toHaveLength(services.length);

      const supervise = stack.start("supervise", "--json", "--set", "podman.backoffMs=200");
      for (const which of ["Pid", "ConmonPid"] as const) {
        for (const service of services) {
          const name = `${stack.project}-${service}`;
          const before = inspected(name, which);
          process.kill(Number(before), "SIGKILL");
          await expect
            .poll(() => ["0", "", before].includes(inspected(name, which)), { timeout: 60_000, interval: 500 })
            .toBe(false);
          await expect
            .poll(() => states().filter((state) => !isWell(state)), { timeout: 120_000, interval: 1000 })
            .toEqual([]);
        }
      }
      supervise.child.kill("SIGINT");
      expect(await supervise.ended).toBe(0);

      writeFileSync(
        join(stack.home, "aistack.yaml"),
        `name: ${stack.project}\nservices:\n  redis: {mem_limit: 333m}\n`,
      );
      const changed = stack.json("up", "--wait");
      expect(
        changed.services
          .filter(({ step }: { step: string }) => step !== "keep")
          .map(({ service }: { service: string }) => service),
      ).toEqual(["redis"]);
      expect(podman("inspect", "--format", "{{.HostConfig.Memory}}", `${stack.project}-redis`).stdout.trim()).toBe(
        String(333 * 2 ** 20),
      );
      expect(stack.json("secrets", "rotate", "redis_password").restarted).toEqual(["redis"]);
      expect(stack.run("wait", "redis", "--timeout", "60").status).toBe(0);
      expect(stack.json("secrets", "rotate", "postgres_password").restarted).toEqual(["postgres"]);
      expect(stack.run("wait", "postgres", "--timeout", "60").status).toBe(0);
      const asUser = `PGPASSWORD=$(cat /run/secrets/postgres_password) psql --host=127.0.0.1 --username=aistack --no-align --tuples-only --command="SELECT 40+2"`;
      expect(stack.run("exec", "postgres", "--", "sh", "-c", asUser)).toMatchObject({ status: 0, stdout: "42\n" });
      expect(stack.json("down", "--volumes", "--yes").removed).toHaveLength(services.length);
    });
  },
);
