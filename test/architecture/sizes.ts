import type { Rule } from "./tree.ts";

const mostLines = 300;
const medianLines = 60;
const p90Lines = 180;

/** No file is longer than 300 code lines; half are at most 60, nine in ten (nearest rank) at most 180. */
export const filesAreSmall: Rule = function* ({ sources }) {
  const files = sources.filter(({ path }) => path.startsWith("src/"));
  for (const { path, codeLines } of files.filter(({ codeLines }) => codeLines > mostLines)) {
    const todo = `${codeLines} code lines, at most ${mostLines}: a noun is hiding, give it a file`;
    yield { file: path, line: 1, rule: "size", todo };
  }
  const sizes = files.map(({ codeLines }) => codeLines).sort((a, b) => a - b);
  const at = (rank: number) => sizes[Math.ceil(rank) - 1] ?? 0;
  const median = (at(sizes.length / 2) + at((sizes.length + 1) / 2)) / 2;
  if (median > medianLines) {
    const todo = `the median file has ${median} code lines, at most ${medianLines}: split files by noun`;
    yield { file: "src", line: 1, rule: "size-median", todo };
  }
  const p90 = at(sizes.length * 0.9);
  if (p90 > p90Lines) {
    const long = files.filter(({ codeLines }) => codeLines > p90Lines).map(({ path }) => path);
    const todo = `p90 is ${p90} code lines, at most ${p90Lines}: split some of ${long.join(", ")}`;
    yield { file: "src", line: 1, rule: "size-p90", todo };
  }
};
