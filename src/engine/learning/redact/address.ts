import { tell } from "./assignment.ts";
import { type Finder, note, type Reading } from "./finder.ts";
import { isFiller, isRandom } from "./shape.ts";

const longestAddress = 600;
const mostTries = 8;
const placeholder =
  /^(?:password|passwd|pass|pwd|pw|secret|token|changeme|[A-Z_]*PASS(?:WORD)?|\$\{?[\w:?-]+\}?|\{{1,2}[\w. $-]+\}{1,2}|%\w+%?|%\(?s|:\w+|<[^>]*|\*+|x+|X+|\.{2,}|\[redacted:[a-z-]+\]?|#\{.*\}?|\$\(.*\)?)$/;
const host =
  /^(?:[A-Za-z0-9_](?:[\w-]{0,60}\.){0,8}[\w-]{0,60}|\[[\da-f:.]{2,45}\]|\$?\{[\w.]{1,40}\})(?::\d{1,5})?(?:[/?#,;:)\]}|*!.&]|$)/i;
const properHost =
  /^(?:localhost|(?:[\w-]{1,60}\.){1,8}[a-z][\w-]{1,20}|(?:\d{1,3}\.){3}\d{1,3}|[\w.-]{1,100}(?=:\d))(?::\d{1,5})?(?:[/?#]|$)/i;
const web = /(?:^|[^A-Za-z0-9])(?:https?|wss?|git|svn|ssh|git\+ssh|git\+https?)$/i;

const stop = /[\s"'`<>]|\\{1,4}[nrt"'`]|$/g;

// An address is walked once, however many of its parts look like the start of one.
function addressEnd({ text, memo }: Reading, from: number): number {
  const known = memo.get("address") ?? -1;
  if (known >= from) return Math.min(known, from + longestAddress);
  stop.lastIndex = from;
  const end = stop.exec(text)?.index ?? text.length;
  memo.set("address", end);
  return Math.min(end, from + longestAddress);
}

// The sign that ends a password: the last `@` with a host behind it, since a password may hold `@`, `/` and `#` itself.
function signOf(rest: string, isWeb: boolean): number {
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  const plain = authority.lastIndexOf("@");
  if (isWeb && plain > 0 && properHost.test(rest.slice(plain + 1))) return plain;
  const user = authority.indexOf(":");
  // Digits behind a colon and no sign are a port.
  if (plain < 0 && (user < 0 || /^:\d{1,5}$/.test(authority.slice(user)))) return -1;
  for (let sign = rest.lastIndexOf("@"), tries = 0; sign > 0 && tries < mostTries; tries++) {
    const after = rest.slice(sign + 1);
    if ((isWeb && sign !== plain ? properHost : host).test(after)) return sign;
    sign = rest.lastIndexOf("@", sign - 1);
  }
  return plain;
}

/** Passwords and tokens within addresses: `scheme://user:password@host`, `https://token@host`. */
export const addressFinder: Finder = {
  kinds: ["url-password"],
  words: ["://"],
  find(reading, wordStart, start) {
    const { text } = reading;
    // The next sign is near in most addresses or there is none: a look that costs little.
    const near = text.indexOf("@", start);
    const known = near < 0 ? text.length : near;
    if (known - start > longestAddress) return known - longestAddress;
    const end = addressEnd(reading, start);
    if (known >= end) return 0;
    const rest = text.slice(start, end);
    const isWeb = web.test(text.slice(Math.max(0, wordStart - 10), wordStart));
    const sign = signOf(rest, isWeb);
    if (sign < 0) return 0;
    const colon = rest.slice(0, sign).indexOf(":");
    const user = rest.slice(0, colon < 0 ? sign : colon);
    if (/[/?#]/.test(user)) return 0;
    const userIsToken =
      ((/^[\w~+=-]+$/.test(user) && isRandom(user, 16)) || /^[\da-f]{32,}$/i.test(user)) &&
      !user.startsWith("[redacted");
    if (userIsToken) tell(reading, user);
    if (colon < 0) return userIsToken ? note(reading, start, start + sign, "url-password") : 0;
    const password = rest.slice(colon + 1, sign);
    const empty = password.length < 4 || placeholder.test(password) || isFiller(password);
    if (userIsToken && empty) return note(reading, start, start + user.length, "url-password");
    if (empty || password === "x-oauth-basic") return 0;
    tell(reading, password);
    return note(reading, userIsToken ? start : start + colon + 1, start + sign, "url-password");
  },
};
