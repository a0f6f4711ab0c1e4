import { type Finder, note } from "./finder.ts";
import { isNobody, isPage } from "./home.ts";
import { startsWord } from "./place.ts";

const slash = "%(?:25){0,2}2F";
const escaped = new RegExp(
  `${slash}(?:home|Users|users)${slash}([A-Za-z0-9_.-]{1,64}?)\\.{0,3}(?=%|[^A-Za-z0-9_.-]|$)`,
  "iy",
);
const prefix = new RegExp(`(?:${slash}(?:var|mnt|export|usr|data|private|System${slash}Volumes${slash}Data))$`, "i");

/** Homes in what is escaped for an address: `%2Fhome%2Falice%2Fsrc`. */
export const escapedHomeFinder: Finder = {
  kinds: ["home"],
  words: ["2fhome%2", "2fusers%2"],
  find(reading, wordStart) {
    const { text } = reading;
    const lead = /%(?:25){0,2}$/.exec(text.slice(Math.max(0, wordStart - 5), wordStart))?.[0].length ?? 0;
    escaped.lastIndex = wordStart - lead;
    const match = lead === 0 ? null : escaped.exec(text);
    const name = match?.[1] ?? "";
    if (match === null || isNobody(name) || isPage(name)) return 0;
    // As homes are written: what a server answers to is `users`.
    if (/users%/.test(match[0])) return 0;
    const end = wordStart - lead + match[0].length;
    const near = text.slice(Math.max(0, wordStart - lead - 60), wordStart - lead);
    const start = wordStart - lead - (prefix.exec(near)?.[0].length ?? 0);
    // Behind two slashes it is the host of an address; behind a name it is no whole path.
    if (/(?:%3A|:)(?:%(?:25){0,2}2F|\/)$/i.test(text.slice(Math.max(0, start - 12), start))) return 0;
    return startsWord(text, start) || text.charCodeAt(start - 1) === 70 ? note(reading, start, end, "home") : 0;
  },
};

const tilde = /~([a-z_][a-z0-9_-]{2,31})(?=\/)/y;

/** The home of somebody as a shell writes it, `~alice/src`; in quotes it is rather an import of a style sheet. */
export const tildeFinder: Finder = {
  kinds: ["home"],
  words: [" ~", ":~", "\t~", "\n~", "n~"],
  find(reading, _start, wordEnd) {
    const { text } = reading;
    const start = wordEnd - 1;
    tilde.lastIndex = start;
    const match = tilde.exec(text);
    if (match === null || (text.charAt(start - 1) === "n" && text.charAt(start - 2) !== "\\")) return 0;
    return isNobody(match[1] ?? "") ? 0 : note(reading, start, start + match[0].length, "home");
  },
};

const listedFile =
  /[-dlbcps](?:[r-][w-][xsS-]){2}[r-][w-][xtT-][+.@]?\s{1,4}\d{1,9}\s{1,4}([\w.-]{1,64})\s{1,20}([\w.-]{1,64})\s[^\n\r]{0,200}?\/(?:home|Users)\/([\w.-]{1,64})(?=[/\s"'`\\]|$)/y;

/** The owner of a file in a long listing, where the file itself lies in the home of that name. */
export const ownerFinder: Finder = {
  kinds: ["home"],
  words: ["drwx", "-rw-", "-rwx", "lrwx", "-r--", "-r-x", "dr-x"],
  find(reading, start) {
    listedFile.lastIndex = start;
    const match = listedFile.exec(reading.text);
    const [all = "", owner = "", group = "", name = ""] = match ?? [];
    if (match === null || isNobody(name)) return 0;
    const ownerAt = all.indexOf(` ${owner} `) + 1;
    const groupAt = all.indexOf(` ${group} `, ownerAt + owner.length) + 1;
    if (owner === name && ownerAt > 0) note(reading, start + ownerAt, start + ownerAt + owner.length, "home");
    if (group === name && groupAt > 0) note(reading, start + groupAt, start + groupAt + group.length, "home");
    return start + 10;
  },
};
