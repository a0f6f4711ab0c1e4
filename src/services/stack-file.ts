import { tiers } from "../engine/tiers.ts";
import type { Action, Argument, Given, Plain } from "./action.ts";
import type { LoadOptions } from "./manifest/load.ts";
import type { Stack } from "./stack.ts";

/** The flags that choose a part of the stack. */
export const stackArguments: readonly Argument[] = [
  { name: "tier", type: "string", sentence: "Tier instead of the measured one", choices: ["auto", ...tiers] },
  { name: "profile", type: "list", sentence: "Profile that is on, beside those of the setting" },
];

/** What those flags mean. */
export function stackOptions(given: Given): LoadOptions {
  const text = given.text("tier");
  const tier = text === "auto" ? text : tiers.find((one) => one === text);
  return { tier, profiles: given.list("profile") };
}

async function configAsPlain(stack: Stack, given: Given): Promise<Plain> {
  const { loadStack } = await import("./manifest/load.ts");
  const { composeOf } = await import("./manifest/print.ts");
  const { tier, tierChosen, profiles, files, inactive, manifest, machine, hidden } = await loadStack(
    stack.config,
    stackOptions(given),
  );
  return { tier, tierChosen, profiles, files, machine, inactive, compose: composeOf(manifest, hidden) };
}

async function* configAsText(stack: Stack, given: Given): AsyncIterable<string> {
  const { loadStack } = await import("./manifest/load.ts");
  const { composeText } = await import("./manifest/print.ts");
  const { tier, tierChosen, profiles, files, inactive, manifest, hidden } = await loadStack(
    stack.config,
    stackOptions(given),
  );
  yield `# ${files.join(" + ")}`;
  yield `# tier ${tier} (${tierChosen}), profiles ${profiles.length === 0 ? "none" : profiles.join(", ")}`;
  for (const { name, why } of inactive) yield `# ${name} does not run: ${why}`;
  yield composeText(manifest, hidden).trimEnd();
}

/** What can be asked about the stack's Compose files. */
export const stackFileActions: readonly Action[] = [
  {
    name: "stack config",
    sentence: "Print the stack as one resolved Compose file; secrets are never shown",
    args: stackArguments,
    reads: true,
    run: (stack, given) => (given.flag("json") ? configAsPlain(stack, given) : configAsText(stack, given)),
  },
  {
    name: "stack lint",
    sentence: "Say what is wrong with the stack's Compose files and what could be better",
    args: stackArguments,
    reads: true,
    isBad: ({ ok }) => ok !== true,
    async run(stack, given) {
      const { examineStack } = await import("./manifest/load.ts");
      const { placeText } = await import("./manifest/finding.ts");
      const { tier, files, findings, manifest } = await examineStack(stack.config, stackOptions(given));
      const errors = findings.filter(({ level }) => level === "error").length;
      return {
        ok: errors === 0,
        errors,
        warnings: findings.length - errors,
        tier,
        files,
        services: manifest.services.map(({ name }) => name),
        findings: findings.map(({ place, level, rule, service, key, message, hint }) => ({
          level,
          rule,
          service,
          key,
          place: place === null ? null : placeText(place),
          message,
          hint,
        })),
      };
    },
  },
];
