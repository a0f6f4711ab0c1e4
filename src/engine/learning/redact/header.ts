import { tell } from "./assignment.ts";
import { type Finder, note } from "./finder.ts";
import { isHarmlessValue } from "./harmless.ts";
import { startsWord } from "./place.ts";
import { isMixed, isOrdinary } from "./shape.ts";
import { readValue } from "./value.ts";

const opening = /authorization\\{0,7}["'`\])]{0,2}\s{0,9}(?:[:=,]|=>)\s{0,9}(?:\\{0,7}["'`]|f["'`]|b["'`])?/iy;
const schemed =
  /(bearer|basic|token|digest|apikey|api-key|key|bot|negotiate|ntlm|hawk|oauth|ssws|genie_?key|splunk|aws4-hmac-sha256|hmac|signature|dpop|gnap|private-token|discogs|mac|[A-Za-z][\w-]{1,30})(?:\\?[ \t]{1,4}|:[ \t]|%20|\+)/iy;
const lists = /^(?:digest|hawk|oauth|aws4-hmac-sha256|hmac|signature|mac|discogs)$/i;

function restOfLine(text: string, from: number): number {
  let end = from;
  while (end - from < 4000 && !/[\n\r"`]/.test(text.charAt(end) || "\n")) {
    if (text.charAt(end) === "'" && /['][\s,)}\];]|'$/.test(text.slice(end, end + 2))) break;
    if (text.charAt(end) === "\\" && /^\\{1,4}[nr]/.test(text.slice(end, end + 6))) break;
    end++;
  }
  return end;
}

/** What an Authorization header carries, whatever its scheme. */
export const authorizationFinder: Finder = {
  kinds: ["authorization"],
  words: ["authorization"],
  find(reading, start) {
    const { text } = reading;
    opening.lastIndex = start;
    const open = opening.exec(text);
    if (open === null) return 0;
    const at = start + open[0].length;
    schemed.lastIndex = at;
    const scheme = schemed.exec(text);
    const from = at + (scheme?.[0].length ?? 0);
    if (scheme !== null && lists.test(scheme[1] ?? "")) {
      // A list of parameters keeps its quotes: it goes to the end of its line.
      const line = /[\n\r]/.exec(text.slice(from, from + 4000))?.index;
      const end = /=\\{0,3}"/.test(text.slice(from, from + 60))
        ? from + (line ?? Math.min(4000, text.length - from))
        : restOfLine(text, from);
      const secret = text.slice(from, end);
      return /[=:]/.test(secret) && secret.length >= 12 && !secret.startsWith("[redacted")
        ? note(reading, from, end, "authorization")
        : 0;
    }
    const value = readValue(reading, from, "mark");
    if (value === null || value.quoted || isHarmlessValue(value)) return 0;
    const known =
      /^(?:bearer|basic|token|apikey|api-key|key|bot|ssws|genie_?key|splunk|negotiate|private-token|dpop)$/i.test(
        scheme?.[1] ?? "",
      );
    const secret = text.slice(value.start, value.end);
    if (
      !(known
        ? secret.length >= 4 && (/\d|[^\w-]/.test(secret) || secret.length >= 12 || !isOrdinary(secret))
        : isMixed(secret) && secret.length >= 8) ||
      !/^[\w.~+/:=%-]+/.test(secret)
    )
      return 0;
    tell(reading, secret);
    return note(reading, value.start, value.end, "authorization");
  },
};

const bearer = /(bearer(?:\s{1,4}|%20|\\?["'],\s?\\?["']))((?=[\w.~+/-]{0,400}\d)[\w.~+/-]{12,}={0,2})/iy;
const basic = /(basic\s{1,4})([A-Za-z0-9+/]{8,600}={0,2})(?![A-Za-z0-9+/=])/iy;

/** A bearer token outside a header. */
export const bearerFinder: Finder = {
  kinds: ["bearer"],
  words: ["bearer"],
  find(reading, start) {
    bearer.lastIndex = start;
    const match = startsWord(reading.text, start) ? bearer.exec(reading.text) : null;
    if (match === null || !isMixed(match[2] ?? "") || /\.{3}|x{6}|your/i.test((match[2] ?? "").slice(0, 200))) return 0;
    return note(reading, start + (match[1] ?? "").length, start + match[0].length, "bearer");
  },
};

/** A user and password of HTTP's basic scheme outside a header. */
export const basicFinder: Finder = {
  kinds: ["authorization"],
  words: ["basic "],
  find(reading, start) {
    basic.lastIndex = start;
    const match = startsWord(reading.text, start) ? basic.exec(reading.text) : null;
    if (match === null) return 0;
    const plain = Buffer.from(match[2] ?? "", "base64").toString("latin1");
    if (!/^[\x20-\x7e]*:[\x20-\x7e]*$/.test(plain)) return 0;
    return note(reading, start + (match[1] ?? "").length, start + match[0].length, "authorization");
  },
};

const cookies =
  /(set-)?cookie2?\\{0,7}["'`\])]{0,2}(?:\s{0,9}(?::|=|,|=>)\s{0,9}|,\s{0,20}\\{0,7}["']value\\{0,7}["']\s{0,3}:\s{0,3})(?:\\{0,7}["'`]|f["'`])?(?=[\w.$%-]{1,100}=)/iy;
const pair = /\s{0,4}([\w.$%-]{1,100})(?:=|$)/y;
const attributes = /^(?:path|domain|expires|max-age|samesite|priority|version|comment|httponly|secure|partitioned)$/i;
const leastCookie = 6;

/** All values of a Cookie header, and those of Set-Cookie. */
export const cookieFinder: Finder = {
  kinds: ["cookie"],
  words: ["cookie"],
  find(reading, wordStart) {
    const { text } = reading;
    const start = text.slice(wordStart - 4, wordStart).toLowerCase() === "set-" ? wordStart - 4 : wordStart;
    cookies.lastIndex = start;
    const open = cookies.exec(text);
    if (open === null) return 0;
    let at = start + open[0].length;
    for (let count = 0; count < 100; count++) {
      pair.lastIndex = at;
      const name = pair.exec(text);
      if (name === null) break;
      const from = at + name[0].length;
      let end = from;
      while (
        !/[\s;"'`,<>]/.test(text.charAt(end) || " ") &&
        !(text.charAt(end) === "\\" && /^\\{1,4}[nrt"'`]/.test(text.slice(end, end + 6)))
      )
        end++;
      const secret = text.slice(from, end);
      const harmless = attributes.test(name[1] ?? "") || secret.length < leastCookie || secret.startsWith("[redacted");
      if (!harmless && !/^\$?[{<]|^\$\w+$|\*{3}|\.{3}/.test(secret.slice(0, 200))) note(reading, from, end, "cookie");
      at = end;
      if (text.charAt(at) !== ";") break;
      at++;
    }
    return at;
  },
};

const option = /((?:^|[\s"'])(?:-b|--cookie)[ =]\\{0,3}["']?)(?=[\w.$%-]{1,100}=)/y;

/** Cookies that curl is told to send. */
export const cookieOptionFinder: Finder = {
  kinds: ["cookie"],
  words: [" -b ", " --cookie "],
  find(reading, start) {
    const { text } = reading;
    option.lastIndex = start;
    const open = option.exec(text);
    if (open === null || !/curl[^\n]{0,400}$/.test(text.slice(Math.max(0, start - 400), start))) return 0;
    const at = start + open[0].length;
    const pattern = /["']/.test(open[0].slice(-1)) ? /^[^\n"'\\]{1,2000}/ : /^[^\s"'\\]{1,2000}/;
    const list = pattern.exec(text.slice(at, at + 2000))?.[0] ?? "";
    let from = at;
    for (const part of list.split(";")) {
      const sign = part.indexOf("=");
      const end = from + part.trimEnd().length;
      if (sign >= 0 && end - from - sign - 1 >= leastCookie && !/[$<{]/.test(part.slice(sign + 1)))
        note(reading, from + sign + 1, end, "cookie");
      from += part.length + 1;
    }
    return from;
  },
};
