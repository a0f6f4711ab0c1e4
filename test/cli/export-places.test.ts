import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../parts.ts";
import { logOf, workOf } from "./export-corpus.ts";
import { aistack, aistackJson, lasting, startAistack, temporary, until } from "./running.ts";

const home = lasting();
const program = fileURLToPath(new URL("../../dist/aistack.js", import.meta.url));
const pairs = 4000;

// About 20 MB, so that an export takes long enough to be stopped in the middle.
function learnOnce() {
  if (existsSync(join(home, "dataset.jsonl"))) return;
  const words = (at: number) => Array.from({ length: 700 }, (_, word) => `w${at * 1000 + word}`).join(" ");
  const works = Array.from({ length: pairs }, (_, at) =>
    workOf("inference", at, `What is number ${at} for?`, words(at)),
  );
  writeFileSync(join(home, "own-events.jsonl"), logOf(works.flat()));
  aistackJson(["learn", "--once", "--home", home, "--source", join(home, "own-events.jsonl")]);
}

const own = ["dataset", "export", "--home", home, "--format", "openai"];
const both = ["--part", "both", "--validation", "0.2"];
const linesOf = (file: string) => readFileSync(file, "utf8").split("\n").length - 1;

function exported(...options: string[]) {
  learnOnce();
  return aistack([...own, ...options]);
}

describe("an export goes where it is told to, whole or not at all", () => {
  test("to a new private file; an existing one is replaced only by --force", () => {
    const file = join(temporary(), "out.jsonl");
    expect(exported("--output", file).status).toBe(0);
    expect([linesOf(file), statSync(file).mode & 0o777]).toEqual([pairs, 0o600]);
    writeFileSync(file, "mine\n", { mode: 0o644 });
    const refused = exported("--output", file);
    expect([refused.status, readFileSync(file, "utf8")]).toEqual([2, "mine\n"]);
    expect(refused.stderr).toMatch(/it exists already\n.*--force/);
    expect(exported("--output", file, "--force").status).toBe(0);
    expect([linesOf(file), statSync(file).mode & 0o777]).toEqual([pairs, 0o600]);
  });

  test("to standard output, also as -", () => {
    expect(exported("--output", "-").stdout).toBe(exported().stdout);
    expect(existsSync("-")).toBe(false);
  });

  test("both parts to a directory, which is replaced only by --force and only if it holds an export", () => {
    const directory = join(temporary(), "split");
    const { train, validation } = aistackJson([...own, ...both, "--output", directory]);
    expect([train + validation, readdirSync(directory).toSorted()]).toEqual([
      pairs,
      ["train.jsonl", "validation.jsonl"],
    ]);
    expect(linesOf(join(directory, "validation.jsonl"))).toBe(validation);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(exported(...both, "--output", directory).stderr).toContain("--force");
    expect(exported(...both, "--output", directory, "--force").status).toBe(0);
    writeFileSync(join(directory, "notes.txt"), "mine");
    expect(exported(...both, "--output", directory, "--force").stderr).toContain("holds something else");
    expect(readdirSync(directory)).toHaveLength(3);
  });

  test("through a link to the file behind it", () => {
    const directory = temporary();
    const [file, link] = [join(directory, "out.jsonl"), join(directory, "link")];
    writeFileSync(file, "");
    symlinkSync(file, link);
    expect(exported("--output", link, "--force").status).toBe(0);
    expect([readlinkSync(link), linesOf(file)]).toEqual([file, pairs]);
  });

  const places: readonly [string, (directory: string) => string, string][] = [
    ["a directory", (directory) => directory, "it is a directory"],
    ["a name that ends in a slash", (directory) => `${join(directory, "new")}/`, "names a directory"],
    ["an empty name", () => "", "--output is empty"],
    ["a directory that does not exist", (directory) => join(directory, "no/out.jsonl"), "mkdir -p"],
    [
      "a place behind a file",
      (directory) => {
        writeFileSync(join(directory, "file"), "");
        return join(directory, "file/out.jsonl");
      },
      "is no directory",
    ],
    [
      "a link that leads nowhere",
      (directory) => {
        symlinkSync(join(directory, "gone"), join(directory, "link"));
        return join(directory, "link");
      },
      "leads nowhere",
    ],
    [
      "a link that leads to itself",
      (directory) => {
        symlinkSync("loop", join(directory, "loop"));
        return join(directory, "loop");
      },
      "leads to itself",
    ],
    [
      "a pipe",
      (directory) => {
        spawnSync("mkfifo", [join(directory, "pipe")]);
        return join(directory, "pipe");
      },
      "no regular file",
    ],
    ["a device", () => "/dev/null", "no regular file"],
    ["the dataset itself", () => join(home, "dataset.jsonl"), "the dataset itself"],
    ["a name that is too long", (directory) => join(directory, "x".repeat(300)), "ENAMETOOLONG"],
    ["a place nobody may write", () => "/sys/out.jsonl", "Name another place with --output"],
  ];
  test.each(places)("not to %s, whatever is forced; nothing is left there", (_what, make, why) => {
    const directory = temporary();
    const place = make(directory);
    const before = [
      readdirSync(directory),
      existsSync(join(home, "dataset.jsonl")) && statSync(join(home, "dataset.jsonl")).size,
    ];
    const { status, stderr } = exported("--output", place, "--force");
    expect(status).not.toBe(0);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain("    at ");
    expect(readdirSync(directory)).toEqual(before[0]);
    if (before[1] !== false) expect(statSync(join(home, "dataset.jsonl")).size).toBe(before[1]);
  });

  test("a name of the greatest length is fine", () => {
    const file = join(temporary(), "x".repeat(255));
    expect(exported("--output", file).status).toBe(0);
    expect(linesOf(file)).toBe(pairs);
  });

  test.each([[[]], [both]])("a file that may not grow further is named, and nothing of it stays (%j)", (options) => {
    learnOnce();
    const directory = temporary();
    const words = [process.execPath, program, ...own, ...options, "--output", join(directory, "out")];
    const line = `ulimit -f 4000; exec ${words.map((word) => `'${word}'`).join(" ")}`;
    const { status, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/out was not written: .*may not grow further[\s\S]*ulimit -f/);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("a full standard output is named", () => {
    learnOnce();
    const line = `exec ${[process.execPath, program, ...own].map((word) => `'${word}'`).join(" ")} >/dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/standard output is full/);
    expect(stderr).not.toContain("    at ");
  });
});

test("an export of nothing is refused, as no trainer loads an empty one", () => {
  learnOnce();
  const directory = temporary();
  const words = ["dataset", "export", "--home", home, "--format", "dpo", "--output", join(directory, "out")];
  const { status, stderr } = aistack(words);
  expect(status).toBe(1);
  expect(stderr).toContain("there is no row");
  expect(readdirSync(directory)).toEqual([]);
  expect(aistack(words.slice(0, -2))).toMatchObject({ status: 1, stdout: "" });
});

test("exports to one place at once: one is there in the end, whole, and nothing beside it", async () => {
  learnOnce();
  const directory = temporary();
  const runs = Array.from({ length: 4 }, (_, at) => {
    const options = at % 2 === 0 ? ["--force"] : [];
    return startAistack([...own, "--output", join(directory, "out"), ...options]);
  });
  const codes = await Promise.all(runs.map(({ ended }) => ended));
  expect([codes[0], codes[2]]).toEqual([0, 0]);
  expect([readdirSync(directory), linesOf(join(directory, "out"))]).toEqual([["out"], pairs]);
});

describe.skipIf(needs("mount").missing)("an export to a file system of its own", () => {
  function mounted(...options: string[]) {
    const directory = temporary();
    spawnSync("mount", ["-t", "tmpfs", ...options, "none", directory]);
    onTestFinished(() => void spawnSync("umount", [directory]));
    return directory;
  }

  test.each([[[]], [both]])("that is full is named, and nothing of it stays (%j)", (options) => {
    const directory = mounted("-o", "size=4m");
    const { status, stderr } = exported(...options, "--output", join(directory, "out"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/out was not written: the disk that holds .* is full/);
    expect(readdirSync(directory)).toEqual([]);
    expect(statSync(directory).isDirectory()).toBe(true);
  });

  test("that is read-only is named", () => {
    const directory = mounted("-o", "ro");
    const { status, stderr } = exported("--output", join(directory, "out"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/read-only file system\n.*--output/);
  });
});

describe("an export that is stopped in the middle", () => {
  const begun = (directory: string, bytes = 0) =>
    readdirSync(directory, { recursive: true, encoding: "utf8" }).some(
      (name) =>
        name.startsWith(".aistack-export-") &&
        (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? -1) >= bytes,
    );

  test.each([[[]], [both]])("leaves nothing when it is interrupted (%j)", async (options) => {
    learnOnce();
    const directory = temporary();
    const running = startAistack([...own, ...options, "--output", join(directory, "out")]);
    await until(() => begun(directory) || existsSync(join(directory, "out")));
    running.child.kill("SIGINT");
    const code = await running.ended;
    // It may have been done just then.
    expect(readdirSync(directory)).toEqual(code === 130 ? [] : ["out"]);
  });

  test.each([[[]], [both]])(
    "leaves its place as it was when it is killed, and is tidied by the next one (%j)",
    async (options) => {
      learnOnce();
      for (let round = 0; round < 4; round++) {
        const directory = temporary();
        const words = [program, ...own, ...options, "--output", join(directory, "out")];
        const child = spawn(process.execPath, words, { stdio: "ignore" });
        const ended = new Promise((resolve) => child.on("exit", resolve));
        await until(() => begun(directory) || existsSync(join(directory, "out")));
        await new Promise((resolve) => setTimeout(resolve, round * 30));
        child.kill("SIGKILL");
        await ended;
        const wasDone = existsSync(join(directory, "out"));
        const again = aistack([
          ...own,
          ...options,
          "--output",
          join(directory, "out"),
          ...(wasDone ? ["--force"] : []),
        ]);
        expect([again.status, readdirSync(directory)]).toEqual([0, ["out"]]);
        const files = options.length === 0 ? ["out"] : ["out/train.jsonl", "out/validation.jsonl"];
        expect(files.reduce((sum, file) => sum + linesOf(join(directory, file)), 0)).toBe(pairs);
      }
    },
  );
});

describe("a dataset in an odd place is named, with what to set", () => {
  const odd: readonly [string, (directory: string) => string, string][] = [
    ["a directory", (directory) => directory, "it is a directory"],
    [
      "a pipe",
      (directory) => {
        spawnSync("mkfifo", [join(directory, "pipe")]);
        return join(directory, "pipe");
      },
      "no regular file",
    ],
    ["a device", () => "/dev/null", "no regular file"],
    [
      "a link that leads nowhere",
      (directory) => {
        symlinkSync(join(directory, "gone"), join(directory, "link"));
        return join(directory, "link");
      },
      "leads nowhere",
    ],
    [
      "a place behind a file",
      (directory) => {
        writeFileSync(join(directory, "file"), "");
        return join(directory, "file/dataset.jsonl");
      },
      "no directory",
    ],
    [
      "a file of somebody else's",
      (directory) => {
        writeFileSync(join(directory, "notes.txt"), "my notes without a last newline");
        return join(directory, "notes.txt");
      },
      "something else than lines of JSON",
    ],
    ["the store", () => join(home, "aistack.db"), "something else than lines of JSON"],
  ];
  test.each(odd)("%s", (_what, make, why) => {
    learnOnce();
    const directory = temporary();
    const place = make(directory);
    const sizeOf = () => (lstatSync(place, { throwIfNoEntry: false })?.isFile() ? statSync(place).size : null);
    const before = existsSync(join(directory, "file")) ? null : sizeOf();
    const set = ["--set", `dataset.path=${place}`];
    mkdirSync(join(directory, "home"));
    const runs = [
      aistack([...own, ...set]),
      aistack([
        "learn",
        "--once",
        "--home",
        join(directory, "home"),
        "--source",
        join(home, "own-events.jsonl"),
        ...set,
      ]),
    ];
    for (const { status, stderr } of runs) {
      expect(status).toBe(2);
      expect(stderr).toContain(why);
      expect(stderr).toContain("config set dataset.path");
    }
    if (before !== null) expect(sizeOf()).toBe(before);
  });
});

describe("a place of the system's own is never called a dead link, and nobody is told to remove it", () => {
  const aside = (target: string) => {
    const directory = temporary();
    symlinkSync(target, join(directory, "link"));
    return join(directory, "link");
  };
  test.each([
    ["standard output by its name", () => "/dev/stdout"],
    ["a descriptor", () => "/proc/self/fd/1"],
    ["a descriptor that is not open", () => "/dev/fd/99"],
    ["a device", () => "/dev/null"],
    ["a new name among devices", () => "/dev/aistack-export.jsonl"],
    ["a link to standard output", () => aside("/dev/stdout")],
    ["a link to a descriptor", () => aside("/proc/self/fd/1")],
    ["standard output through a link to its directory", () => join(aside("/dev"), "stdout")],
    ["a new name through such a link", () => join(aside("/proc"), "x")],
  ])("%s", (_title, place) => {
    learnOnce();
    for (const more of [[], ["--force"], both]) {
      const { status, stdout, stderr } = aistack([...own, ...more, "--output", place()]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(/leave --output away/);
      expect(stderr).not.toMatch(/\brm\b|mkdir|nowhere/);
    }
  });
});
