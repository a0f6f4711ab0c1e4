import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { OpenFollower, Step } from "./model.ts";

const engine = join(import.meta.dirname, "../../../src/engine");

/** A mistake that could be made in the follower: what stands in which file, and what stands there instead. */
interface Bug {
  readonly name: string;
  readonly edits: readonly (readonly [file: string, right: string, wrong: string])[];
  /** What shows it, where chance would take long. */
  readonly steps?: readonly Step[];
}

const tailChecked = "(before > 0 && shortHash(block.subarray(0, before)) !== tailHash)";
const related = 'return headSame && now.tailHash === known.tailHash ? "same" : "rewritten";';
const headChecked = "print.headBytes > 0 && shortHash(head.subarray(0, print.headBytes)) !== print.headHash";

/** The mistakes that the model must find, each in a copy of the follower's own source. */
export const bugs: readonly Bug[] = [
  {
    name: "identity: a file is its inode, whatever is in it",
    edits: [
      ["telemetry/identity.ts", related, 'return "same";'],
      ["telemetry/lines.ts", tailChecked, "false"],
      ["telemetry/followed.ts", headChecked, "false"],
    ],
  },
  {
    name: "identity: the bytes before the place are not compared",
    edits: [
      ["telemetry/identity.ts", related, 'return headSame ? "same" : "rewritten";'],
      ["telemetry/lines.ts", tailChecked, "false"],
    ],
  },
  {
    name: "identity: the first bytes are not compared",
    edits: [
      ["telemetry/identity.ts", related, 'return now.tailHash === known.tailHash ? "same" : "rewritten";'],
      ["telemetry/followed.ts", headChecked, "false"],
    ],
  },
  {
    name: "truncation: a file shorter than what was taken of it is taken for the same",
    edits: [
      [
        "telemetry/identity.ts",
        'if (fstatSync(fd).size < offset) return "truncated";',
        'if (fstatSync(fd).size < offset) return "same";',
      ],
      [
        "telemetry/tail.ts",
        'if (size < followed.offset) renew(followed, "truncated", unreadBytes);',
        "if (size < 0) return;",
      ],
    ],
  },
  {
    name: "cursor order: the cursor is saved for lines that are read and not yet handed out",
    edits: [
      [
        "telemetry/tail.ts",
        "if (last) advance(followed, last);",
        "if (last) advance(followed, followed.ready.at(-1) ?? last);",
      ],
    ],
  },
  {
    name: "compressed: what was taken while it was plain is read again",
    edits: [["telemetry/packed-generations.ts", ": this.#placeIn(entry, survey);", ": null;"]],
  },
  {
    name: "compressed: it is read beside the plain file that gives the same lines",
    edits: [
      ["telemetry/packed-generations.ts", "if (isBeside) this.#entries", "if (false) this.#entries"],
      [
        "telemetry/packed-origin.ts",
        "if (fd !== null && fstatSync(fd).size >= bytes && holdsAll(fd, survey)) return followed;",
        "",
      ],
    ],
  },
  {
    name: "compressed: it is read on from the first place that fits instead of the furthest",
    edits: [["telemetry/packed-origin.ts", "b.offset - a.offset", "a.offset - b.offset"]],
    steps: [
      { kind: "append", log: 0, lines: { count: 4, header: false, padded: false } },
      { kind: "start" },
      { kind: "glance", events: 1, batches: 1 },
      { kind: "stop" },
      { kind: "start" },
      { kind: "glance", events: 1, batches: 2 },
      { kind: "packtruncate", log: 0, ending: ".gz" },
      { kind: "poll", events: 500 },
    ],
  },
  {
    name: "compressed: the first of its bytes count and those before the place do not",
    edits: [["telemetry/packed-origin.ts", " && a.tailHash === b.tailHash", ""]],
    steps: [
      { kind: "start" },
      { kind: "append", log: 0, lines: { count: 1, header: true, padded: false } },
      { kind: "poll", events: 500 },
      { kind: "rewrite", log: 0, lines: { count: 1, header: true, padded: false } },
      { kind: "packtruncate", log: 0, ending: ".zst" },
      { kind: "poll", events: 500 },
    ],
  },
  {
    name: "compressed: it is taken for finished before its lines were handed out",
    edits: [
      [
        "telemetry/packed-generations.ts",
        "const packed = { ...entry.print, finished };",
        "const packed = { ...entry.print, finished: true };",
      ],
    ],
  },
  {
    name: "cursor order: a file's cursor is not saved when only a part of its lines was handed out",
    edits: [
      [
        "telemetry/tail.ts",
        "if (last) batch.cursors.push(cursorOf(followed));",
        "if (last && followed.readyAt === followed.ready.length) batch.cursors.push(cursorOf(followed));",
      ],
    ],
  },
];

/** The follower with a mistake in it, built into a directory; fails when a text to replace is not there just once. */
export async function plant({ name, edits }: Bug, directory: string): Promise<OpenFollower> {
  const outfile = join(directory, `${name.replace(/\W+/g, "-")}.mjs`);
  const planted: string[] = [];
  await build({
    entryPoints: [join(engine, "telemetry/tail.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    plugins: [
      {
        name: "plant",
        setup(step) {
          step.onLoad({ filter: /\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, "utf8");
            for (const [file, right, wrong] of edits) {
              if (path !== join(engine, file)) continue;
              if (contents.split(right).length !== 2) throw new Error(`${file} has not just one: ${right}`);
              contents = contents.replace(right, () => wrong);
              planted.push(right);
            }
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  if (planted.length !== edits.length) throw new Error(`not planted: ${name}`);
  const built: { openFollower: OpenFollower } = await import(outfile);
  return built.openFollower;
}
