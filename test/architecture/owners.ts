import { packageOf } from "./imports.ts";
import type { Rule } from "./tree.ts";

/** Who alone may import a package, types included, so that it can be replaced in one place. */
export interface Owner {
  /** Package names; a trailing `*` stands for any ending. */
  readonly packages: readonly string[];
  readonly files: RegExp;
  readonly said: string;
  /** Whether a start of the program must not load it before it is needed. */
  readonly lazy: boolean;
}

/** Every owned package; a package that is not listed may be imported anywhere. */
export const owners: readonly Owner[] = [
  {
    packages: ["execa"],
    files: /^src\/services\/supervisor\/podman\.ts$/,
    said: "src/services/supervisor/podman.ts",
    lazy: true,
  },
  {
    packages: ["undici"],
    files: /^src\/(engine|services\/http)\/call\.ts$/,
    said: "src/engine/call.ts or src/services/http/call.ts",
    lazy: true,
  },
  {
    packages: ["pg"],
    files: /^src\/engine\/stores\/postgres[^/]*\.ts$/,
    said: "src/engine/stores/postgres*.ts",
    lazy: true,
  },
  {
    packages: ["@qdrant/js-client-rest"],
    files: /^src\/engine\/stores\/qdrant[^/]*\.ts$/,
    said: "src/engine/stores/qdrant*.ts",
    lazy: true,
  },
  {
    packages: ["node:sqlite", "sqlite-vec"],
    files: /^src\/engine\/stores\/sqlite[^/]*\.ts$/,
    said: "src/engine/stores/sqlite*.ts",
    lazy: true,
  },
  {
    packages: ["koffi"],
    files: /^src\/engine\/native\.ts$/,
    said: "src/engine/native.ts",
    lazy: true,
  },
  {
    packages: ["opossum", "bottleneck"],
    files: /^src\/engine\/guards\/[^/]+\.ts$/,
    said: "src/engine/guards/*.ts",
    lazy: true,
  },
  {
    packages: ["yaml", "ajv"],
    files: /^src\/services\/manifest\/[^/]+\.ts$/,
    said: "src/services/manifest",
    lazy: true,
  },
  { packages: ["conf"], files: /^src\/engine\/config\.ts$/, said: "src/engine/config.ts", lazy: true },
  {
    packages: ["zod"],
    files: /^src\/(engine\/config(\/[^/]+)?|(.+\/)?shapes)\.ts$/,
    said: "src/engine/config.ts, its folder, and the files named shapes.ts",
    lazy: false,
  },
  { packages: ["yargs"], files: /^src\/cli\//, said: "src/cli", lazy: false },
  { packages: ["ink", "react"], files: /^src\/tui\//, said: "src/tui", lazy: true },
  {
    packages: ["@modelcontextprotocol/*"],
    files: /^src\/(.+\/)?mcp\.ts$/,
    said: "the files named mcp.ts",
    lazy: true,
  },
  {
    packages: ["prom-client", "@opentelemetry/*"],
    files: /^src\/(.+\/)?observe\//,
    said: "the observe folder",
    lazy: true,
  },
];

/** Each heavy package is imported by its owner alone. */
export const packagesHaveOwners: Rule = function* ({ sources }) {
  for (const { path: file, imports } of sources.filter(({ path }) => path.startsWith("src/"))) {
    for (const { line, specifier } of imports) {
      const owner = ownerOf(specifier);
      if (owner === undefined || owner.files.test(file)) continue;
      yield { file, line, rule: "owner", todo: `${specifier} is for ${owner.said}; call what that exports` };
    }
  }
};

/** Nobody starts processes but Podman's file, and that one through execa. */
export const nobodySpawns: Rule = function* ({ sources }) {
  for (const { path: file, imports } of sources.filter(({ path }) => path.startsWith("src/"))) {
    for (const { line, specifier } of imports) {
      if (specifier !== "node:child_process") continue;
      yield {
        file,
        line,
        rule: "child-process",
        todo: "let src/services/supervisor/podman.ts start it, through execa",
      };
    }
  }
};

/** What is imported stands in the source as text, so that the other rules can see it. */
export const importsAreLiteral: Rule = function* ({ sources }) {
  for (const { path: file, imports } of sources) {
    for (const { line, specifier } of imports) {
      if (specifier === undefined)
        yield { file, line, rule: "import-literal", todo: "write the module's name as text" };
    }
  }
};

/** Starting the program loads no heavy package: on the way from `main.ts` to each lies an `await import()`. */
export const heavyPackagesWait: Rule = function* ({ sources }) {
  const files = new Map(sources.map((source) => [source.path, source]));
  const start = "src/cli/main.ts";
  const ways = new Map(files.has(start) ? [[start, start]] : []);
  for (const [file, way] of ways) {
    for (const { kind, line, specifier, target } of files.get(file)?.imports ?? []) {
      if (kind !== "value") continue;
      if (ownerOf(specifier)?.lazy === true) {
        yield { file, line, rule: "lazy", todo: `${specifier} loads at every start; put an await import() in ${way}` };
      }
      if (target !== undefined && !ways.has(target)) ways.set(target, `${way} → ${target}`);
    }
  }
};

function ownerOf(specifier: string | undefined): Owner | undefined {
  const name = packageOf(specifier ?? "");
  return owners.find(({ packages }) =>
    packages.some((owned) => (owned.endsWith("*") ? name.startsWith(owned.slice(0, -1)) : name === owned)),
  );
}
