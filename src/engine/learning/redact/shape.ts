const counts = new Uint16Array(256);

/** The bits a letter of a text carries on average (Shannon). */
export function entropyBits(text: string): number {
  counts.fill(0);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at) & 255;
    counts[unit] = (counts[unit] ?? 0) + 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

function hasFewLetters(text: string): boolean {
  const seen = [text.charCodeAt(0)];
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (!seen.includes(unit) && seen.push(unit) > 3) return false;
  }
  return true;
}

/** Whether a text has both a letter and a digit. */
export function isMixed(text: string): boolean {
  return /\d/.test(text) && /[A-Za-z]/.test(text);
}

const filler = /x{6}|X{6}|0{12}|\.{3}|…|\*{3}|_{4}|your[-_ ]?|YOUR[-_ ]?|<[\w .-]{1,40}>|placeholder|redacted/;

/** Whether a text in a secret's form only shows where the secret goes: `sk-...`, `ghp_xxxxxxxx`, `YOUR_KEY`. */
export function isFiller(secret: string): boolean {
  const start = secret.slice(0, 200);
  return filler.test(start) || (secret.length >= 8 && hasFewLetters(start));
}

const short =
  /^(?:pwd|str|cfg|msg|ctx|src|dst|tmp|ptr|cmd|btn|img|svg|css|html|https?|xml|sql|txt|std|fmt|rgb|ssh|ssl|tls|rsa|jwt)s?$/i;

/** Whether letters are words written together in camel case, with few digits: random ones have shorter humps. */
export function isCamelWords(text: string): boolean {
  if (!/^[\w$]+$/.test(text)) return false;
  const humps = text.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? [];
  const letters = humps.join("").length;
  if (humps.some((hump) => hump.length > 2 && /[a-z]/.test(hump) && !/[aeiouy]/i.test(hump) && !short.test(hump)))
    return false;
  if (text.length >= 20 && humps.filter((hump) => hump.length <= 2).length * 2 >= humps.length) return false;
  const capitals = text.replace(/[^A-Z]/g, "").length;
  return capitals > 0 && capitals < letters && text.length - letters <= 4 && letters / humps.length >= 2.8;
}

/** Whether a text is words and numbers held together by `-`, `_`, `.`, `/`, `:` or blanks: a name, no random value. */
export function isWordy(text: string): boolean {
  return text
    .split(/[-_./:@+ ]/)
    .every(
      (part) =>
        /^(?:[A-Za-z]?[a-z]{0,20}|[A-Z]{0,16}|v?\d{0,8}[a-z]?|[a-z]{1,12}\d{1,3})$/.test(part) ||
        (part.length < text.length && /^[A-Za-z]+$/.test(part) && isCamelWords(part)),
    );
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a text is a UUID. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Whether a text looks as if drawn at random: long, mixed, and not made of words. */
export function isRandom(text: string, least = 16): boolean {
  if (text.length < least || !/^[\w+/=.~:@!#$%^&*-]+$/.test(text) || isWordy(text) || isCamelWords(text)) return false;
  const cases = /[a-z]/.test(text) && /[A-Z]/.test(text);
  return (isMixed(text) || (cases && text.length >= 20)) && entropyBits(text.slice(0, 200)) >= 2.8;
}

/** Whether letters without a digit are none of a language: their vowels are too few, their consonants too many. */
export function isGibberish(text: string): boolean {
  if (text.length < 16 || !/^[A-Za-z]+$/.test(text)) return false;
  const rare = text.replace(/[^qxzjkvw]/gi, "").length / text.length;
  const vowels = text.replace(/[^aeiouy]/gi, "").length / text.length;
  const signs = [rare >= 0.16, vowels <= 0.28, /[bcdfghjklmnpqrstvwxz]{5}/i.test(text)];
  return (
    entropyBits(text) >= 3.2 &&
    (signs.filter(Boolean).length >= 2 || (!isCamelWords(text) && /[a-z][A-Z]{2,4}[a-z]/.test(text)))
  );
}

const powershell =
  /^(?:Read|Get|New|Set|ConvertTo|ConvertFrom|Import|Export|Invoke|Select|Out|Join|Write)-[A-Z][A-Za-z]+$/;

/** Whether a text is a command of PowerShell. */
export function isCmdlet(text: string): boolean {
  return powershell.test(text);
}

/** Whether a word is too ordinary to be looked for elsewhere in a text: letters as a language has them. */
export function isOrdinary(word: string): boolean {
  if (/\s/.test(word)) return word.length < 12;
  if (/^[\W\d_]+$/.test(word)) return word.length < 10;
  if (isCamelWords(word)) return true;
  if (!/^[A-Za-z]+$/.test(word)) return isWordy(word) && !/\d/.test(word);
  return !/[bcdfghjklmnpqrstvwxz]{5}/i.test(word) && /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(word);
}
