import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../services/manifest/loading.ts";
import { podman } from "../services/supervisor/own-podman.ts";
import { stackHome } from "../services/verbs/home.ts";
import { lacksStackImages, makeStackImages } from "./stack-images.ts";

const events = join(import.meta.dirname, "../../fixtures/telemetry/hybrid-events.jsonl");
const waiting = { timeout: 120_000, interval: 1000 };

describe.skipIf(lacksStackImages())("the engine in its container, on real Podman", () => {
  beforeAll(makeStackImages);

  test("learns into the stack's PostgreSQL where the host's settings name it, and goes on after its password is new", async () => {
    const stack = stackHome("  redis: {}");
    stack.set("AISTACK_STORE_KIND", "postgres");
    stack.set("AISTACK_POSTGRES_PORT", String(await freePort()));
    mkdirSync(join(stack.home, "telemetry"), { recursive: true });
    copyFileSync(events, join(stack.home, "telemetry", "hybrid-events.jsonl"));
    const [engine, server] = ["engine", "postgres"].map((name) => `${stack.project}-${name}`);
    const rows = () => {
      const count = "SELECT count(*) FROM aistack.lessons";
      const words = [
        "psql",
        "--username=aistack",
        "--dbname=aistack",
        "--tuples-only",
        "--no-align",
        "--command",
        count,
      ];
      const { stdout } = podman("exec", server ?? "", ...words);
      return Number(stdout.trim() || "0");
    };

    const up = stack.run("up", "engine", "--wait", "--tier", "minimal", "--timeout", "240", "--json");
    expect([up.status, up.stderr]).toEqual([0, up.stderr]);
    expect(
      JSON.parse(up.stdout)
        .services.map(({ service }: { service: string }) => service)
        .toSorted(),
    ).toEqual(["engine", "postgres"]);
    const behind = () =>
      (stack.json("status").sinks ?? []).map(({ lagBytes }: { lagBytes: number }) => lagBytes).join(" ");
    await expect.poll(behind, waiting).toMatch(/^0( 0)*$/);
    const learned = rows();
    expect(learned).toBeGreaterThan(0);
    expect(podman("exec", engine ?? "", "ls", "/run/secrets").stdout.trim()).toBe("postgres_password");
    expect(podman("exec", engine ?? "", "ls", join(stack.home, "secrets")).stdout).toBe("");
    expect(podman("exec", engine ?? "", "stat", "-c", "%a", "/run/secrets/postgres_password").stdout.trim()).toBe(
      "400",
    );
    expect(stack.json("status").kept).toMatchObject({ lessons: learned });

    expect(stack.json("secrets", "rotate", "postgres_password").restarted.toSorted()).toEqual(["engine", "postgres"]);
    expect(stack.run("wait", "engine", "--timeout", "120").status).toBe(0);
    const { status, stdout, stderr } = podman("exec", engine ?? "", "aistack", "serve", "engine", "--health");
    expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    expect(rows()).toBe(learned);
  });
});
