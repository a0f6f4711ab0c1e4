import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, it } from "vitest";
import { restoreArchive, verifyArchives } from "../../../src/engine/telemetry/archive.ts";
import { addToManifest, readManifest } from "../../../src/engine/telemetry/manifest.ts";
import { rotate } from "../../../src/engine/telemetry/rotate.ts";
import { temporaryDirectory } from "./writing.ts";

const text = Array.from({ length: 500 }, (_, index) => `{"id":"${index}","text":"${Math.sqrt(index)}"}\n`).join("");

async function makeArchive(directory: string, compression: "zstd" | "gzip"): Promise<string> {
  const file = join(directory, "events.jsonl");
  writeFileSync(file, text);
  const rules = { files: [file], force: true, compression, committed: () => null, followed: () => false };
  const { compressed } = await rotate(rules);
  return compressed[0]?.archive ?? "";
}

function flipByte(file: string, offset: number): void {
  const bytes = readFileSync(file);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

it.each(["zstd", "gzip"] as const)(
  "finds every single flipped byte that matters in a %s archive",
  async (compression) => {
    using directory = temporaryDirectory();
    const archive = await makeArchive(directory.path, compression);
    const archiveDir = join(directory.path, "archive");
    const good = { archive, ok: true, proof: "manifest", bytes: text.length, lines: 500 };
    expect(await verifyArchives(archiveDir)).toEqual([good]);
    const { size } = statSync(archive);
    for (let offset = 12; offset < size; offset += 97) {
      flipByte(archive, offset);
      const [check] = await verifyArchives(archiveDir);
      expect(check, `byte ${offset}`).toMatchObject({
        archive,
        ok: false,
        problem: expect.stringContaining("corrupt"),
      });
      flipByte(archive, offset);
    }
    expect(await verifyArchives(archiveDir)).toEqual([good]);
    truncateSync(archive, size - 1);
    expect(await verifyArchives(archiveDir)).toMatchObject([{ ok: false }]);
    truncateSync(archive, 0);
    expect(await verifyArchives(archiveDir)).toMatchObject([{ ok: false }]);
  },
);

it("finds archives that decompress but hold something else", async () => {
  using directory = temporaryDirectory();
  const archive = await makeArchive(directory.path, "zstd");
  const verify = async () => (await verifyArchives(join(directory.path, "archive")))[0];
  writeFileSync(archive, zstdCompressSync(`${text}\n`));
  expect(await verify()).toMatchObject({ ok: false, problem: expect.stringContaining("bytes instead of") });
  writeFileSync(archive, zstdCompressSync(text.replace("}\n{", "}{\n").replace("\n", " ")));
  expect(await verify()).toMatchObject({ ok: false, problem: expect.stringContaining("499 lines instead of 500") });
  writeFileSync(archive, zstdCompressSync(text.replace("499", "498")));
  expect(await verify()).toMatchObject({ ok: false, problem: expect.stringContaining("SHA-256 differs") });
});

it("checks an archive the manifest does not know by its own checksums, and passes foreign files over", async () => {
  using directory = temporaryDirectory();
  const archive = await makeArchive(directory.path, "gzip");
  const archiveDir = join(directory.path, "archive");
  rmSync(join(archiveDir, "manifest.jsonl"));
  writeFileSync(join(archiveDir, "foreign.jsonl.gz"), "not ours, not gzip");
  expect(await verifyArchives(archiveDir)).toMatchObject([{ archive, ok: true, proof: "decompression", lines: 500 }]);
  const restored = await restoreArchive(archive, join(directory.path, "again.jsonl"));
  expect(restored.proof).toBe("decompression");
  await expect(verifyArchives(join(directory.path, "nowhere"))).rejects.toMatchObject({ code: "source" });
});

it.each(["zstd", "gzip"] as const)("restores a %s archive to the very bytes that were rotated", async (compression) => {
  using directory = temporaryDirectory();
  const archive = await makeArchive(directory.path, compression);
  const target = join(directory.path, "restored.jsonl");
  const restored = await restoreArchive(archive, target);
  expect(restored).toMatchObject({ target, proof: "manifest", bytes: text.length, lines: 500 });
  expect(readFileSync(target, "utf8")).toBe(text);
  expect(statSync(target).mtime).toEqual(statSync(archive).mtime);
  expect(readdirSync(directory.path).toSorted()).toEqual(["archive", "events.jsonl", "restored.jsonl"]);
});

it("never restores over a file, and leaves no target when the archive is bad or missing", async () => {
  using directory = temporaryDirectory();
  const archive = await makeArchive(directory.path, "zstd");
  const target = join(directory.path, "target.jsonl");
  const restore = (from: string) => restoreArchive(from, target);
  writeFileSync(target, "mine");
  await expect(restore(archive)).rejects.toMatchObject({ code: "usage", why: `${target} exists already` });
  expect(readFileSync(target, "utf8")).toBe("mine");
  rmSync(target);
  await expect(restore(join(directory.path, "events.jsonl"))).rejects.toMatchObject({ code: "usage" });
  await expect(restore(archive.replace(".zst", ""))).rejects.toMatchObject({
    code: "usage",
    why: "it is not compressed",
  });
  await expect(restore(archive.replace(".zst", ".gz"))).rejects.toMatchObject({ code: "source" });
  const aborted = restoreArchive(archive, target, { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  writeFileSync(archive, gzipSync(text));
  await expect(restore(archive)).rejects.toMatchObject({ code: "corrupt", hint: expect.stringContaining("backup") });
  writeFileSync(archive, zstdCompressSync("{}\n"));
  await expect(restore(archive)).rejects.toMatchObject({ code: "corrupt", why: expect.stringContaining("3 bytes") });
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(directory.path).toSorted()).toEqual(["archive", "events.jsonl"]);
});

it("reads a manifest past a torn or foreign line and adds whole lines behind it", async () => {
  using directory = temporaryDirectory();
  const archive = basename(await makeArchive(directory.path, "zstd"));
  const archiveDir = join(directory.path, "archive");
  const manifest = join(archiveDir, "manifest.jsonl");
  const entry = (await readManifest(archiveDir)).get(archive);
  if (entry === undefined) throw new Error("no entry");
  appendFileSync(manifest, '[]\nnull\n{"archive":7}\n{"archive":"to');
  await addToManifest(archiveDir, { ...entry, archive: "second" });
  expect([...(await readManifest(archiveDir)).values()]).toEqual([entry, { ...entry, archive: "second" }]);
  await addToManifest(archiveDir, { ...entry, lines: 1 });
  expect((await readManifest(archiveDir)).get(archive)?.lines).toBe(1);
});
