import { type Rule, roomOf, rooms } from "./tree.ts";

/** Every source file lies in one of the rooms. */
export const everyFileHasARoom: Rule = ({ sources }) =>
  sources
    .filter(({ path, room }) => path.startsWith("src/") && !rooms.includes(room))
    .map(({ path }) => ({
      file: path,
      line: 1,
      rule: "room",
      todo: `move it into one of src/${rooms.join(", src/")}`,
    }));

/** Imports go leftwards only: engine ← services ← tui ← cli; `bin` knows `dist` and Node, nothing else. */
export const importsGoLeft: Rule = function* ({ sources }) {
  const place = (room: string) => rooms.indexOf(room);
  for (const { path: file, room, imports } of sources) {
    for (const { line, target, specifier } of imports) {
      const rule = "direction";
      if (room === "bin") {
        if (target?.startsWith("dist/") || specifier?.startsWith("node:")) continue;
        yield { file, line, rule, todo: `bin starts dist and nothing else; do not import ${specifier}` };
      } else if (target?.startsWith("src/")) {
        if (place(roomOf(target)) <= place(room)) continue;
        const todo = `${room} must not know ${roomOf(target)}; pass in what is needed, or move it left`;
        yield { file, line, rule, todo };
      } else if (target !== undefined && /\.[cm]?[jt]sx?$/.test(target)) {
        yield { file, line, rule, todo: `code outside src is not for src; do not import ${target}` };
      }
    }
  }
};

/** The screen takes only types from the rooms left of it. */
export const tuiTakesTypes: Rule = function* ({ sources }) {
  for (const { path: file, imports } of sources.filter(({ room }) => room === "tui")) {
    for (const { line, kind, target } of imports) {
      if (kind === "type" || !/^src\/(engine|services)\//.test(target ?? "")) continue;
      yield { file, line, rule: "tui-types", todo: `write \`import type\`, or have ${target}'s work handed in` };
    }
  }
};

/** The command line loads the screen only when it is asked for. */
export const cliAwaitsTui: Rule = function* ({ sources }) {
  for (const { path: file, imports } of sources.filter(({ room }) => room === "cli")) {
    for (const { line, kind, target } of imports) {
      if (kind === "await" || !target?.startsWith("src/tui/")) continue;
      yield { file, line, rule: "tui-awaited", todo: `write \`await import("…")\` where the screen is opened` };
    }
  }
};

/** The engine serves nothing and asks nobody: no HTTP server, no prompt, no terminal. */
export const engineHasNoTerminal: Rule = function* ({ sources }) {
  for (const { path: file, imports } of sources.filter(({ room }) => room === "engine")) {
    for (const { line, specifier } of imports) {
      if (!/^node:(https?|http2|readline|readline\/promises|tty)$/.test(specifier ?? "")) continue;
      yield { file, line, rule: "engine-quiet", todo: `${specifier} belongs to services or cli; move this there` };
    }
  }
};
