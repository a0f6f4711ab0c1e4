import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { openConfig } from "../../../src/engine/config.ts";
import type { Machine } from "../../../src/engine/machine.ts";
import { examineStack, type LoadOptions, loadStack } from "../../../src/services/manifest/load.ts";
import type { Service } from "../../../src/services/manifest/service.ts";

/** A machine with this much memory, in bytes. */
export function machineOf(memoryBytes: number): Machine {
  const limits = { memoryFrom: "machine", cpusFrom: "machine" } as const;
  return { ...limits, memoryBytes, cpus: 8, diskFreeBytes: null, diskBytes: null };
}

/** A directory that is gone after the test. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "aistack-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes files into a directory; returns their paths in order. */
export function write(directory: string, files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).map(([name, text]) => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  });
}

/** A configuration in a home of its own, with an environment that holds nothing else. */
export function configIn(home: string, environment: Readonly<Record<string, string>> = {}) {
  return openConfig({ home }, { HOME: home, ...environment });
}

interface Loading extends LoadOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Files beside the Compose files that are none themselves. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** Examines Compose files given as texts, each merged over those before, on a machine that holds them all. */
export async function examine(texts: readonly string[], { environment = {}, beside = {}, ...options }: Loading = {}) {
  const directory = temporary();
  write(directory, beside);
  const files = write(directory, Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text])));
  return examineStack(configIn(directory, environment), { files, machine: machineOf(64e9), ...options });
}

/** The same, failing with the first error; returns the services by name. */
export async function load(texts: readonly string[], { environment = {}, beside = {}, ...options }: Loading = {}) {
  const directory = temporary();
  write(directory, beside);
  const files = write(directory, Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text])));
  const loaded = await loadStack(configIn(directory, environment), { files, machine: machineOf(64e9), ...options });
  const services = new Map<string, Service>(loaded.manifest.services.map((service) => [service.name, service]));
  return { ...loaded, directory, services, one: (name: string) => services.get(name) };
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("it did not come to hold in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
