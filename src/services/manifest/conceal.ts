import type { Environment } from "../../engine/home.ts";
import { redactSecrets } from "../../engine/learning/redact/redact.ts";

/** What stands in a secret's place. */
const concealed = "[secret]";

const telling = /pass(word|wd|phrase)?|secret|token|api_?key|private_?key|access_?key|credential/i;
const flag = /^-{1,2}[\w-]*(pass(word|wd|phrase)?|secret|token|key|credentials?)$|^requirepass$/i;

/** Whether a variable's value is a secret by its name; one that names a file is none. */
export function isSecretName(name: string, value: string): boolean {
  return telling.test(name) && !/_FILE$/i.test(name) && value !== "";
}

const leastLetters = 4;

/** The values of all variables that are secrets by their name, the longest first; very short ones could stand anywhere. */
export function secretValues(environment: Environment, file: ReadonlyMap<string, string>): string[] {
  const all = [...Object.entries(environment), ...file];
  const secret = all.flatMap(([name, value = ""]) => (isSecretName(name, value) ? [value] : []));
  return [...new Set(secret)].filter(({ length }) => length >= leastLetters).toSorted((a, b) => b.length - a.length);
}

/** A text without these values. */
export function hideValues(text: string, values: readonly string[]): string {
  return values.reduce((rest, value) => rest.replaceAll(value, concealed), text);
}

/** An environment that may be shown. */
export function concealEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      isSecretName(name, value) ? concealed : concealText(value),
    ]),
  );
}

// Reading a secret's file is no secret, however much it looks like a password being set.
const reading = /("?\$\(cat \/run\/secrets\/[\w.-]+\)"?)/;

/** A text that may be shown: for its owner, so secrets go and homes stay. */
export function concealText(text: string): string {
  return text
    .split(reading)
    .map((part) => (reading.test(part) ? part : redactSecrets(part)))
    .join("");
}

/** A command that may be shown: what stands after a flag for a secret is concealed too. */
export function concealWords(words: readonly string[]): string[] {
  return words.map((word, index) => (flag.test(words[index - 1] ?? "") ? concealed : concealText(word)));
}
