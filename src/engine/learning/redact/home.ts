import { type Finder, note } from "./finder.ts";
import { isAlphanumeric, startsWord } from "./place.ts";

/** What stands in a home's place. */
export const homeMark = "~";

const underHome = /\/home\/([^\s/:"'`\\<>|,;)(\][{}*$%&?#=~]{1,64})(?=[/\\\s:"'`<>|,;)\]}&?#]|[$%#] |$)/y;
const underUsers =
  /[/\\]{1,4}Users[/\\]{1,4}([^\s/:"'`\\<>|,;)(\][{}*$%&?#=~]{1,64}(?: [A-Z][\w.-]{0,30}(?=[\\/]| [A-Z][\w.-]{0,30}[\\/])){0,3})(?=[/\\\s:"'`<>|,;)\]}&?#]|$)/y;
const root = /\/root(?=[#$] |[/\s:"'`\\,;)\]]|\.(?:\s|$|[\w-])|$)/y;
const encoded = /-(?:home|Users)-([A-Za-z0-9_]{1,64})(?=[^A-Za-z0-9_]|$)/y;
const nobody =
  /^(?:\.{1,3}|:.*|\d+|Shared|Public|Default|USER(?:NAME)?|NAME|user-?name|your[-_]?(?:user)?-?name|YourName|\w+\.(?:js|ts|py|html?|md|json|css))$/;

// What may stand before a home and goes with it, the longest first.
const before = ["/var", "/mnt", "/export", "/usr", "/data", "/private", "/System/Volumes/Data"];

function startOfHome(text: string, at: number): number | null {
  const prefix = before.find((name) => at >= name.length && text.startsWith(name, at - name.length));
  const start = at - (prefix?.length ?? 0);
  const unit = text.charCodeAt(start - 1);
  const free = start === 0 || (startsWord(text, start) && unit !== 95 && unit !== 46 && unit !== 126);
  // `}` and `)` end a variable or a call: what follows them is no absolute path.
  return free && unit !== 125 && unit !== 41 ? start : null;
}

function startOfUsers(text: string, at: number): number | null {
  const drive = /(?:\/(?:mnt\/|cygdrive\/)?[a-z]|(?:^|[^A-Za-z0-9]|\\[nrt]|file:\/{2,3})[A-Za-z]:)$/i.exec(
    text.slice(Math.max(0, at - 14), at),
  );
  if (drive === null) return startOfHome(text, at);
  const own = /(?:\/(?:mnt\/|cygdrive\/)?[a-z]|[A-Za-z]:)$/i.exec(drive[0])?.[0].length ?? 0;
  return drive[0].includes(":") ? at - own : startOfHome(text, at - own);
}

/** Homes: the path up to their owner's name becomes `~`, and what follows stays. */
export const homeFinder: Finder = {
  kinds: ["home"],
  words: ["/home/", "/users/", "\\users\\", "/users\\", "\\users/"],
  find(reading, wordStart) {
    const { text } = reading;
    let start = wordStart;
    while (text.charCodeAt(start - 1) === 92 && wordStart - start < 3) start--;
    const users = text.slice(wordStart + 1, wordStart + 6) === "Users";
    const pattern = users ? underUsers : underHome;
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (match === null || nobody.test(match[1] ?? "")) return 0;
    const from = users ? startOfUsers(text, start) : startOfHome(text, start);
    if (from === null) return 0;
    const name = (match[1] ?? "").replace(/\.+$/, "");
    const end = start + match[0].length - ((match[1] ?? "").length - name.length);
    return name === "" ? 0 : note(reading, from, end, "home");
  },
};

/** The home of root. */
export const rootFinder: Finder = {
  kinds: ["home"],
  words: ["/root"],
  find(reading, start) {
    const { text } = reading;
    root.lastIndex = start;
    const from = startOfHome(text, start);
    const drive =
      text.charCodeAt(start - 1) === 58 && /(?:^|[\s"'(=])[A-Za-z]:$/.test(text.slice(Math.max(0, start - 3), start));
    if (from !== start || drive || !root.test(text)) return 0;
    return note(reading, start, start + 5, "home");
  },
};

/** Homes in the names that tools give to folders of projects: `-home-alice-src`. */
export const encodedHomeFinder: Finder = {
  kinds: ["home"],
  words: ["-home-", "-users-"],
  find(reading, wordStart) {
    const { text } = reading;
    encoded.lastIndex = wordStart;
    const match = encoded.exec(text);
    if (match === null) return 0;
    const near = text.slice(Math.max(0, wordStart - 12), wordStart);
    const prefix = /(?:-(?:var|mnt|export)|-mnt-[a-z]|[A-Z]-)$/.exec(near)?.[0] ?? "";
    const start = wordStart - prefix.length;
    const unit = text.charCodeAt(start - 1);
    if (start > 0 && (unit === 45 || unit === 95 || isAlphanumeric(unit)) && !startsWord(text, start)) return 0;
    if (unit === 45 || unit === 95 || unit === 46) return 0;
    // A class of a style sheet or an option is no folder: one stands behind a slash or a quote, or has more names in it.
    const marked = start > 0 && /[/\\"'`]/.test(text.charAt(start - 1));
    if (!marked && !(/[\s=:(]/.test(text.charAt(start - 1) || " ") && text.charAt(wordStart + match[0].length) === "-"))
      return 0;
    return note(reading, start, wordStart + match[0].length, "home");
  },
};
