import { tell } from "./assignment.ts";
import { type Finder, note, type Reading } from "./finder.ts";
import { isHarmlessValue } from "./harmless.ts";
import { startsWord } from "./place.ts";
import { isMixed, isRandom } from "./shape.ts";
import { readValue, type Value } from "./value.ts";

// What other languages call a password; the first letter is left out where it may be a capital beyond ASCII.
const labels = [
  "kennwort",
  "wlan-schlüssel",
  "api-schlüssel",
  "netzwerkschlüssel",
  "contraseña",
  "contrasena",
  "contrasenya",
  "clave secreta",
  "mot de passe",
  "senha",
  "palavra-passe",
  "wachtwoord",
  "lösenord",
  "losenord",
  "adgangskode",
  "salasana",
  "hasło",
  "heslo",
  "jelszó",
  "parola d'ordine",
  "parolă",
  "parola",
  "şifre",
  "sifre",
  "kata sandi",
  "mật khẩu",
  "лозинка",
  "ароль",
  "密码",
  "密碼",
  "口令",
  "秘钥",
  "密钥",
  "令牌",
  "パスワード",
  "暗証番号",
  "비밀번호",
  "암호",
  "รหัสผ่าน",
  "كلمة المرور",
  "كلمة السر",
  "סיסמה",
  "ωδικός",
  "पासवर्ड",
] as const;

// In JSON for ASCII alone, also within a string of such: `contrase\u00f1a`.
const escapes = labels.flatMap((label) => {
  const escaped = (slashes: string) =>
    label.replace(/[^ -~]/g, (letter) => `${slashes}u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return /[^ -~]/.test(label) ? [escaped("\\"), escaped("\\\\")] : [];
});
const spelled: ReadonlySet<string> = new Set([...labels, ...escapes]);

// The scan reads the low byte of each letter, so a word is told by these.
const lowBytes = (word: string) => Buffer.from(word, "latin1").toString("latin1").toLowerCase();
const byLow = new Map<string, string[]>();
for (const label of spelled) byLow.set(lowBytes(label), [...(byLow.get(lowBytes(label)) ?? []), label]);

const preposition = "(?:de|del|da|do|di|du|för|für|för|til|para|pour|per|voor|для|за|от|к|на|do)";
const verb = "(?:is|ist|lautet|est|es|é|è|er|är|on|jest|je|to|это|—|-)";
const closing = "[ \\t]{0,3}[*\"'`»”)\\]\\\\]{0,8}[ \\t]{0,3}";
const given = new RegExp(
  `\\p{L}{0,6}(?:[ \\t]${preposition}(?:[ \\t][\\p{L}\\w.@-]{1,30}){1,3}?|(?:[ \\t][\\p{L}\\d.@-]{1,24}){1,2}(?=[ \\t]?[:：]))?(?:${closing}(?:[:：=]|=>|->)|[ \\t]${verb}(?:[ \\t]?:)?[ \\t]|(?:是|為|为|は|는|은|이)[:：]?)\\s{0,3}[*]{0,2}`,
  "uy",
);

const prepositional = new RegExp(`^[ \\t]${preposition}[ \\t]`);

// A label with its colon gives letters too; with other words between, they may be a sentence's.
function isFirm(sign: string): boolean {
  return /[:：=]/.test(sign) && (!/^[ \t]\p{L}/u.test(sign) || prepositional.test(sign));
}

function isTyped({ text, quoted, endsLine }: Value, firm: boolean): boolean {
  if (/\s/.test(text)) return quoted && text.length >= 12;
  if (isMixed(text) || /[^\p{L}\d\s.,-]/u.test(text.slice(0, -1)) || isRandom(text, 12)) return text.length >= 5;
  return firm && (quoted || endsLine) && text.length >= 6 && /^[A-Za-z\d._-]+$/.test(text);
}

/** Passwords behind what other languages and scripts call one. */
export const labelFinder: Finder = {
  kinds: ["secret"],
  words: [...byLow.keys()],
  find(reading, start, end) {
    const { text } = reading;
    const found = text.slice(start, end).toLowerCase();
    if (!spelled.has(found) || !(startsWord(text, start) || found === "ωδικός")) return 0;
    given.lastIndex = end;
    const sign = given.exec(text);
    if (sign === null) return 0;
    const value = readValue(reading, end + sign[0].length, "mark");
    if (value === null || isHarmlessValue(value) || !isTyped(value, isFirm(sign[0]))) return 0;
    tell(reading, value.text);
    return note(reading, value.start, value.end, "secret");
  },
};

const user = String.raw`\\{0,3}["'\`*]{0,3}[\w.+-]{2,40}(?:@[\w.-]{2,40})?\\{0,3}["'\`*]{0,3}`;
const pair = new RegExp(
  String.raw`(?:log(?:ged|ging)?[ -]?in|sign(?:ed)?[ -]?in|login|credentials?|creds|connect(?:ed)?|auth(?:enticate)?|account|anmelden|user(?:name)?\s?(?:\/|and|&|\+)\s?(?:pass(?:word)?|pw|pwd))(?:[ \t](?:is|are|as|with|using|via|mit|für|to)){0,2}\s?[:=]?\s{1,3}${user}\s?(?:\/|:|,?[ \t](?:with|and|mit|und)(?:[ \t](?:the[ \t])?(?:pass(?:word)?|pw|pwd|passwort))?[ \t])\s?`,
  "iy",
);

function isPassword(text: string): boolean {
  if (text.length < 6 || /\//.test(text) || /^v?\d+(?:[.:]\d+)*$/.test(text)) return false;
  const marked = /[A-Z!@#$%^&*_-]/.test(text);
  return isMixed(text) ? marked || /\d{2}/.test(text) : /[!@#$%^&*]/.test(text.slice(0, -1));
}

/** The second of a user and a password as people write them: "log in as admin / X". */
export const pairInProseFinder: Finder = {
  kinds: ["secret"],
  words: [
    "login",
    "log in",
    "logged in",
    "signin",
    "sign in",
    "signed in",
    "cred",
    "connect",
    "account",
    "user",
    "anmelden",
  ],
  find(reading, start) {
    const { text } = reading;
    if (!startsWord(text, start)) return 0;
    pair.lastIndex = start;
    const match = pair.exec(text);
    if (match === null) return 0;
    const value = readValue(reading, start + match[0].length, "mark");
    if (value === null || isHarmlessValue(value) || !isPassword(value.text)) return 0;
    tell(reading, value.text);
    return note(reading, value.start, value.end, "secret");
  },
};

const pin =
  /(?<=(?:^|[^\p{L}\p{N}])(?:my|your|our|his|her|their|card|sim|bank|phone|debit|credit|unlock|door|alarm|safe)(?:['’]s)?(?: (?:card|sim|bank|phone|debit|credit|unlock|door|alarm|safe|new|old)){0,2}) pin(?:[ -](?:code|number))?(?: for [\w ]{1,30}?)?(?: (?:is|was|to)(?: now)?|[ \t]?[:=])[ \t]{1,3}["'`*]{0,3}(\d{4,8})(?![\w.]\w|\d)/iuy;

/** The number that somebody calls their own PIN. */
export const pinFinder: Finder = {
  kinds: ["secret"],
  words: [" pin"],
  find(reading, start) {
    pin.lastIndex = start;
    const match = pin.exec(reading.text);
    if (match === null) return 0;
    const end = start + match[0].length;
    return note(reading, end - (match[1] ?? "").length, end, "secret");
  },
};

const codesLead =
  /(?:recovery|backup|rescue|emergency|scratch|2fa|mfa)[ _-]?codes?\\{0,3}["'`*]{0,3}(?:[ \t](?:are|is|\([^)\n]{0,40}\)|[\w ]{1,30}(?=:)))?[ \t]{0,3}[:=]?/iy;
const code =
  /(?:[\s,;[|>*"'`+-]|\d{1,2}[.)][ \t]|\\{1,7}[nrt"']){1,20}((?=[A-Za-z-]{0,24}\d)[A-Za-z0-9]{4,8}(?:-[A-Za-z0-9]{4,8}){1,4}|\d{4}(?: \d{4}){1,3}|(?=[A-Za-z]*\d)[A-Za-z0-9]{8,16}|\d{6,8})(?![\w-])/y;

/** The codes of a list that open an account when a second factor is lost. */
export const codesFinder: Finder = {
  kinds: ["secret"],
  words: ["recovery", "backup", "rescue", "emergency", "scratch", "2fa", "mfa"],
  find(reading, start) {
    const { text } = reading;
    codesLead.lastIndex = start;
    const lead = codesLead.exec(text);
    if (lead === null) return 0;
    let at = start + lead[0].length;
    for (let count = 0; count < 30; count++) {
      code.lastIndex = at;
      const match = code.exec(text);
      if (match === null || !/\d/.test(match[1] ?? "")) break;
      at = note(reading, at + match[0].length - (match[1] ?? "").length, at + match[0].length, "secret");
    }
    return at;
  },
};

const quoted = String.raw`\\{0,3}["'\`]([^"'\`\n\\]{8,300})\\{0,3}["'\`]`;
const keyed = new RegExp(
  String.raw`(?:(?:jwt|jsonwebtoken|jose)\.(?:sign|verify|encode|decode)\([^"'\`\n()]{1,80},\s{0,5}|createHmac\(\\{0,3}["'\`][\w-]{2,12}\\{0,3}["'\`],\s{0,5}|hmac\.new\(\s{0,5}b?|cookieParser\(\s{0,5}|Fernet\(\s{0,5}b?|SignedString\(\[\]byte\(|hash_hmac\(\\{0,3}["'][\w-]{2,12}\\{0,3}["'],\s{0,3}\$?[\w>-]{1,40},\s{0,5}|JWT\.(?:encode|decode)[( ][^"'\n()]{1,60},\s{0,5})${quoted}`,
  "y",
);

/** Keys that code gives to what signs or encrypts. */
export const callFinder: Finder = {
  kinds: ["secret"],
  words: [
    "jwt.",
    "jsonwebtoken.",
    "jose.",
    "createhmac(",
    "hmac.new(",
    "cookieparser(",
    "fernet(",
    "signedstring(",
    "hash_hmac(",
  ],
  find(reading: Reading, start) {
    const { text } = reading;
    keyed.lastIndex = start;
    const match = keyed.exec(text);
    const secret = match?.[1] ?? "";
    if (match === null || isHarmlessValue({ text: secret, quoted: true })) return 0;
    const from = start + match[0].lastIndexOf(secret);
    tell(reading, secret);
    return note(reading, from, from + secret.length, "secret");
  },
};
