import { type Finder, note } from "./finder.ts";
import { isAlphanumeric, startsWord } from "./place.ts";

/** What stands in a home's place. */
export const homeMark = "~";

const underHome =
  /(?:\/|\\{1,8})home(?:\/|\\{1,8})([^\s/:"'`\\<>|,;)(\][{}*$%&?#=~]{1,64})(?=[/\\\s:"'`<>|,;)\]}&?#]|[$%#] |$)/y;
const underUsers =
  /[/\\]{1,8}(?:users|documents and settings)[/\\]{1,8}([^\s/:"'`\\<>|,;)(\][{}*$%&?#=~]{1,64}(?: [A-Z][\w.-]{0,30}(?=[\\/]| [A-Z][\w.-]{0,30}[\\/])){0,3})(?=[/\\\s:"'`<>|,;)\]}&?#]|$)/iy;
const media = /\/run\/media\/([^\s/:"'`\\<>|,;)(\][{}*$%&?#=~]{1,64})(?=[/\s"'`]|$)/y;
const root = /\/root(?=[#$] |[/\s:"'`\\,;)\]]|\.(?:\s|$|[\w-])|$)/y;
const folders =
  "src|source|sources|projects?|code|coding|work|workspaces?|repos?|repositories|dev|develop(?:ment)?|git|github|gitlab|documents|desktop|downloads|apps?|dotfiles|tmp|go|sites|www|lab|playground|sandbox|notebooks|ideaprojects|local|config";
// A name of several parts goes up to a folder as homes have them.
const encoded = new RegExp(
  `-(?:home|Users)-((?:[A-Za-z0-9_]{1,30}(?:-[A-Za-z0-9_]{1,30}){1,2}(?=-(?:${folders})(?![A-Za-z0-9_])))|[A-Za-z0-9_]{1,64})(?=[^A-Za-z0-9_]|$)`,
  "y",
);
const startsInFolder = new RegExp(`^([A-Za-z0-9_]{1,64})-(?:${folders})(?![A-Za-z0-9_])`, "i");
const nobody =
  /^(?:\.{1,3}|:.*|\d+|Shared|Public|Default|USER(?:NAME)?|NAME|user-?name|your[-_]?(?:user)?-?name|YourName|\w+\.(?:js|ts|py|html?|md|json|css))$/;

// What may stand before a home and goes with it, the longest first.
const before = ["/var", "/mnt", "/export", "/usr", "/data", "/private", "/System/Volumes/Data"];

// The homes of a container, a snapshot or another machine have its path or its name before them.
const elsewhere =
  /(?:\/var\/lib\/(?:machines|lxc|lxd|containers?|docker|incus|libvirt|flatpak)\/[\w./@:-]{0,60}|\/(?:rootfs|merged|chroot|sysroot|snapshots?|backups?|overlay|mnt|media)(?:\/[\w.@-]{1,40}){0,3}|\\{2,16}wsl(?:\$|\.localhost)\\{1,8}[\w.-]{1,40}|(?:vscode-remote|vscode-vfs|sftp|ssh|scp|smb|nfs|file|rsync|git\+ssh):\/\/[\w.@+%:-]{1,60})$/i;
// What a page links to or a server answers is no folder, and these are pages as a site has them.
const linked =
  /(?:(?:href|to|action|formaction|hx-get|hx-post|routerLink|:to)\s?=\s?\\{0,3}["'`{]{1,2}|(?:navigate|redirect|push|replace|revalidatePath|visit|redirect_to|navigateTo|goto)\(\\{0,3}["'`]|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) |\.(?:get|post|put|patch|delete|route)\(\\{0,3}["'`])$/;
const page =
  /^(?:settings|dashboard|index|about|help|news|feed|profile|login|logout|search|overview|page|main|contact|privacy|terms|faq|pricing|blog|notifications|messages|account|new|edit|list|stats|activity|explore|welcome|hero|banner|header|footer|home|components?|views?|styles?|assets?)$/i;

/** Whether a name is nobody's, or only stands for one. */
export function isNobody(name: string): boolean {
  return nobody.test(name);
}

/** Whether a name is a page's, as a site has them. */
export function isPage(name: string): boolean {
  return page.test(name);
}

function isRoute(text: string, from: number, { 0: found, 1: name = "" }: RegExpExecArray): boolean {
  const lead = text.slice(Math.max(0, from - 40), from);
  return linked.test(lead) || (page.test(name) && /["'`(]$/.test(lead) && !/[\\]/.test(found));
}

function startOfHome(text: string, at: number): number | null {
  if (/[\w$.@+-]/.test(text.charAt(at - 1)) && elsewhere.test(text.slice(Math.max(0, at - 120), at))) return at;
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
  if (drive === null) {
    // A machine's name of Windows, or the folder as macOS writes it: `/users/5` is what a server answers to.
    if (/(?:^|[\s"'`(=>])\\{2,16}[\w.-]{1,60}$/.test(text.slice(Math.max(0, at - 80), at))) return at;
    return /^[/\\]{1,8}(?:Users|Documents)/.test(text.slice(at, at + 20)) ? startOfHome(text, at) : null;
  }
  const own = /(?:\/(?:mnt\/|cygdrive\/)?[a-z]|[A-Za-z]:)$/i.exec(drive[0])?.[0].length ?? 0;
  return drive[0].includes(":") ? at - own : startOfHome(text, at - own);
}

/** Homes: the path up to their owner's name becomes `~`, and what follows stays. */
export const homeFinder: Finder = {
  kinds: ["home"],
  words: [
    "/home/",
    "\\home\\",
    "/users/",
    "\\users\\",
    "/users\\",
    "\\users/",
    "\\documents and settings\\",
    "/documents and settings/",
  ],
  find(reading, wordStart) {
    const { text } = reading;
    let start = wordStart;
    while (text.charCodeAt(start - 1) === 92 && wordStart - start < 7) start--;
    const users = !text.slice(wordStart + 1, wordStart + 5).startsWith("home");
    const pattern = users ? underUsers : underHome;
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (match === null || nobody.test(match[1] ?? "")) return 0;
    const from = users ? startOfUsers(text, start) : startOfHome(text, start);
    if (from === null || (!users && isRoute(text, from, match))) return 0;
    const name = (match[1] ?? "").replace(/\.+$/, "");
    const end = start + match[0].length - ((match[1] ?? "").length - name.length);
    return name === "" ? 0 : note(reading, from, end, "home");
  },
};

/** What is plugged in lies under its owner's name. */
export const mediaFinder: Finder = {
  kinds: ["home"],
  words: ["/run/media/"],
  find(reading, start) {
    media.lastIndex = start;
    const match = media.exec(reading.text);
    if (match === null || nobody.test(match[1] ?? "")) return 0;
    return note(reading, start, start + match[0].length, "home");
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
    // Behind a second slash it is the user or the host of an address.
    if (from !== start || drive || text.charCodeAt(start - 1) === 47 || !root.test(text)) return 0;
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
    const lead = /^-(?:home|Users)-/.exec(match[0])?.[0].length ?? 0;
    const own = startsInFolder.exec(text.slice(wordStart + lead, wordStart + lead + 100))?.[1];
    const end = own === undefined ? wordStart + match[0].length : wordStart + lead + own.length;
    const near = text.slice(Math.max(0, wordStart - 12), wordStart);
    const prefix = /(?:-(?:var|mnt|export)|-mnt-[a-z]|[A-Z]-)$/.exec(near)?.[0] ?? "";
    const start = wordStart - prefix.length;
    const unit = text.charCodeAt(start - 1);
    if (start > 0 && (unit === 45 || unit === 95 || isAlphanumeric(unit)) && !startsWord(text, start)) return 0;
    if (unit === 45 || unit === 95 || unit === 46) return 0;
    // A class of a style sheet or an option is no folder: one stands behind a slash or a quote, or has more names in it.
    const marked = start > 0 && /[/\\"'`]/.test(text.charAt(start - 1));
    if (!marked && !(/[\s=:(]/.test(text.charAt(start - 1) || " ") && text.charAt(end) === "-")) return 0;
    return note(reading, start, end, "home");
  },
};
