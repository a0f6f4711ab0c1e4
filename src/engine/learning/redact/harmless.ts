import { isCamelWords, isCmdlet, isFiller } from "./shape.ts";
import type { Value } from "./value.ts";

// Words that stand where a secret would, and are none.
const words = new Set(
  "longer shorter weaker stronger older newer your-password username password passwd passphrase pass pwd pw secret secrets token key apikey api_key username user value values string str text number int integer bool boolean bytes buffer any unknown object null nil none undefined true false yes no on off required optional include same-origin omit hidden required missing empty invalid incorrect wrong default changeme change_me change-me changeit todo tbd fixme n/a na unset redacted masked secretstr void never self this args data input config options params payload response request result env environment body req res event credentials credential auth authorization bearer basic oauth jwt inherit inherited prompt stdin file path plain plaintext plain-text text/plain encrypted hashed bcrypt argon2 sha256 md5 current-password new-password one-time-code off header query cookie local session public private read write none. id name label type char varchar list dict map array function async await return const let var new typeof import export from class enum symbol random generated dynamic static example sample dummy test-only placeholder insert replace enter type your the a an is was for and or not with is_valid my of to in it if else".split(
    " ",
  ),
);
// What programs call a password where they speak another language: translations stand beside its name.
const translated =
  /^(?:(?:das|ihr|dein|votre|su|tu|la|le|sua|seu|ваш|il|uw|je|あなたの) ?)?(?:passwort|kennwort|contraseña|mot de passe|senha|wachtwoord|hasło|parola|heslo|lösenord|salasana|adgangskode|şifre|пароль|密码|密碼|口令|パスワード|비밀번호|암호)(?: |$|を|的|不|必|错|錯)/i;
const secretWord = "(?:pass(?:word|wd|phrase|code)?s?|pwd|secrets?|tokens?|api_?keys?|keys?|credentials?|auth)";
const endsInSecretWord = new RegExp(`^[a-z][a-z\\d]{0,30}(?:[-_.][a-z\\d]{1,30}){0,5}[-_.]${secretWord}$`, "i");
const camelSecretWord =
  /^[a-z]{1,20}(?:[A-Z][a-z\d]{0,20}){0,4}(?:Pass(?:word|wd|phrase)?|Pwd|Secret|Token|Key|Credentials?|Auth)s?$/;
const reference =
  /^(?:\$(?:env:|script:|global:|using:)?[A-Za-z_][A-Za-z0-9_]*$|![a-z]+(?:_[a-z]+)+$|\$?\{|\$\(|\$\[|\{\{|\{%|%\{|#\{|<[%\w$ ./|=-]{1,60}>?$|%[A-Za-z_]\w*%|%\(?[sdvr]|@[A-Z_]+@|__[A-Z_]+__|\[redacted|!(?:Ref|Sub|secret|vault|env|GetAtt|include)\b|env[:(.]|vault:|secret:\/\/|op:\/\/|ref\+|keyring:|file:|ssm:|arn:aws|projects\/|data\.|var\.|local\.|module\.|process\.|os\.|import\.meta|secrets\.|self\.|this\.|settings\.|config\.|github\.|steps\.|\*{2,}|\.{2,}|-{3,}|_{3,}|\?+$|:\w+$)/i;
const call =
  /^(?:await |new |return )?[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][\w$]*)*!?(?:<[\w, ]{1,40}>)?(?:\?\.)?(?:\(|\[)/;
const member = /^[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$][A-Za-z_$]*\d{0,2})+!?$/;
const memberAndMore = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$]+)+[,;]\w{1,30}(?:\.\w{1,30}){0,4}=/;
const pathLetters = /^(?:~|\.{1,2})?\/([\w.@/-]*)$/;
const windowsPath = /^[A-Za-z]:[\\/]/;
const webAddress = /^[a-z][a-z\d+.-]{1,20}:\/\/[^@]*$/i;
const typeExpression =
  /^(?:readonly |const )?[A-Za-z_][\w.]*(?:\s*\|\s*[A-Za-z_][\w.]*)+$|^(?:Optional|Option|List|Maybe|Union|Annotated|Promise|Array|Record)[[<]|^z\.|^&?(?:mut )?str$|^\*?string$|^\(/;
const showing =
  /^(?:your|my|enter|insert|put|paste|replace|add|set|the|some|any|new|choose|type|please|provide|use|same|must|should|is|was|invalid|wrong|forgot|reset|confirm|repeat|show|hide|create|current|change)(?:[-_ ]|$)/i;

// Each name in a path has a small letter; one expression for all of them would take exponential time.
function isPathLike(text: string): boolean {
  const names = pathLetters.exec(text)?.[1]?.replace(/\/$/, "");
  return names !== undefined && (names === "" || names.split("/").every((name) => /[a-z_.-]/.test(name)));
}

function isPath(text: string): boolean {
  return (
    (isPathLike(text) && !(/[A-Z]/.test(text) && /\d/.test(text) && text.length >= 24 && !/\.\w{1,5}$/.test(text))) ||
    windowsPath.test(text)
  );
}

/** Whether a value only stands for a secret or is none: a placeholder, a reference, a path, a type, code, a label. */
export function isHarmlessValue(value: Pick<Value, "text" | "quoted">): boolean {
  const { text, quoted } = value;
  if (isStandIn(value)) return true;
  if (quoted && text.split(/\s+/).some((word) => drawn.test(word))) return false;
  if (showing.test(text) && !/\d/.test(text)) return true;
  return quoted ? isSentence(text) : isCode(text);
}

// A word that no sentence has: small and capital letters with digits between them.
const drawn = /^(?=\S{0,80}[a-z])(?=\S{0,80}[A-Z])(?=\S{0,80}\d\S{0,80}\d)\S{6,80}$/;

/**
 * The same for a value in quotes that can hardly be a label, such as that of a variable of the environment: only a whole
 * sentence is none there.
 */
export function isHarmlessPhrase(text: string): boolean {
  const isLong = text.trim().split(/\s+/).length > 8;
  return isStandIn({ text, quoted: true }) || isLong || (/^[A-Z].*\s.*[.!?…:]$/s.test(text) && !/\d/.test(text));
}

function isStandIn({ text, quoted }: Pick<Value, "text" | "quoted">): boolean {
  if (text.length < 4 || /^\W*$/.test(text) || words.has(text.toLowerCase().replace(/[.!?]$/, ""))) return true;
  if (!quoted && text.endsWith(":")) return true;
  if (isFiller(text) || reference.test(text) || isPath(text) || webAddress.test(text)) return true;
  if (endsInSecretWord.test(text) || camelSecretWord.test(text)) return true;
  if (/^[~^=<>v]{0,2}\d+(?:\.\d+){1,3}(?:-(?:alpha|beta|rc)[\w.]{0,10})?$/.test(text)) return true;
  if (
    translated.test(text) ||
    /^(?:argon2(?:id|[id])?|scrypt|pbkdf2(?:[-_:]\w{1,20})?|md5-crypt|sha\d{3}-crypt)$/i.test(text)
  )
    return true;
  if (/^sha\d{1,3}[-:]/i.test(text) || typeExpression.test(text)) return true;
  if (
    text.includes("${") ||
    text.includes("{{") ||
    /^[^%]*%[A-Z_]{3,}%/.test(text) ||
    /\$\(|\{[a-z_]{1,30}\}/i.test(text)
  )
    return true;
  return false;
}

// Labels and messages stand in quotes beside names of secrets.
function isSentence(text: string): boolean {
  const spaced = text.trim().split(/\s+/);
  if (spaced.length < 2) return false;
  const named = new RegExp(`\\b${secretWord}\\b`, "i").test(text);
  return (
    named ||
    spaced.length > 8 ||
    (/^[A-Z]/.test(text) && spaced.length >= 2 && !/\d/.test(text) && /[.!?:…]$/.test(text)) ||
    /\b(?:is|are|must|the|your|not|to|be|cannot|please|has|with)\b/i.test(text)
  );
}

function isCode(text: string): boolean {
  if (isCmdlet(text) || memberAndMore.test(text)) return true;
  if (call.test(text) || /^0x[\da-f]{1,8}$/i.test(text)) return true;
  if (member.test(text) || (/^_?(?:[a-z]+|[A-Z][a-z]+)(?:[A-Z][a-z]+)+$/.test(text) && isCamelWords(text))) return true;
  if (
    /^[\w$]+(?:\.[\w$]+)+$/.test(text) &&
    text.split(".").every((part) => isCamelWords(part) || /^[a-z]+$/.test(part))
  )
    return true;
  return (
    /^[{[(<]/.test(text) ||
    /^(?:[a-z]+_)+[a-z]+$/.test(text) ||
    /^[|>][-+]?$/.test(text) ||
    text.startsWith('f"') ||
    /^[=<>|]|^&['a-z]/.test(text)
  );
}
