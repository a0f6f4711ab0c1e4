import { type Finder, note } from "./finder.ts";

const reach = 4000;
const blocks = /(?:string)?data\\{0,3}["']?\s{0,4}:[ \t]{0,4}(?:\{|(?=\\{0,3}[rn]|[\r\n]))/gi;
const entry =
  /(?:[\s,+]|\\{1,3}[nrt]){0,20}\\{0,3}["']?[\w.-]{1,80}\\{0,3}["']?[ \t]{0,4}:[ \t]{0,4}(?:[|>][-+]?(?:\s|\\{1,3}n|\+){1,20})?\\{0,3}["']?/y;
const data = /[A-Za-z0-9+/]{4,}={0,2}(?:(?:\r?\n|\\{1,3}n)[ \t+]{2,20}[A-Za-z0-9+/]{16,}={0,2}(?!:))*/y;
const plain = /[^\s"'\\,{}]{3,400}/y;

/** The values of a Secret of Kubernetes, encoded or not. */
export const kubernetesFinder: Finder = {
  kinds: ["secret"],
  words: [
    "kind: secret",
    'kind":"secret',
    'kind": "secret',
    'kind\\":\\"secret',
    'kind\\": \\"secret',
    'kind\\\\\\": \\\\\\"secret',
    'kind\\\\\\":\\\\\\"secret',
  ],
  find(reading, start, end) {
    const { text } = reading;
    if (/^[A-Za-z]/.test(text.slice(end, end + 1))) return 0;
    const from = Math.max(0, start - reach);
    const near = text.slice(from, start + reach);
    for (const match of near.matchAll(blocks)) {
      const encoded = !/^string/i.test(match[0]);
      let at = from + match.index + match[0].length;
      for (let count = 0; count < 100; count++) {
        entry.lastIndex = at;
        const name = entry.exec(text);
        if (name === null) break;
        const pattern = encoded ? data : plain;
        pattern.lastIndex = at + name[0].length;
        const value = pattern.exec(text);
        if (
          value === null ||
          value[0].startsWith("[redacted") ||
          /^(?:apiVersion|kind|metadata|type|immutable)\b/.test(
            name[0].trim().replace(/^(?:\\{1,3}[nrt]|["'+\s])+/, ""),
          )
        )
          break;
        at = note(reading, pattern.lastIndex - value[0].length, pattern.lastIndex, "secret");
        const closing = /^\\{0,3}["']/.exec(text.slice(at, at + 4))?.[0].length ?? 0;
        at += closing;
      }
    }
    return start + reach;
  },
};

const variable =
  /variable\s{1,4}\\{0,3}"[\w-]{0,60}(?:password|secret|token|api_?key|private_?key|access_?key|credential)[\w-]{0,40}\\{0,3}"\s{0,4}\{(?:[^}]){0,400}?default\s{0,9}=\s{0,9}\\{0,3}"([^"\\\n]{4,400})(?=\\{0,3}")/iy;

/** The default of a secret variable of Terraform. */
export const terraformFinder: Finder = {
  kinds: ["secret"],
  words: ["variable "],
  find(reading, start) {
    variable.lastIndex = start;
    const match = variable.exec(reading.text);
    const secret = match?.[1] ?? "";
    if (match === null || secret.startsWith("[redacted") || /^[<$]|your|change/i.test(secret)) return 0;
    const end = start + match[0].length;
    return note(reading, end - secret.length, end, "secret");
  },
};
