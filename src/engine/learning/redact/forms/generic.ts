import { type Form, form } from "../form.ts";
import { isMixed } from "../shape.ts";

/** Forms that belong to no provider. */
export const genericForms: readonly Form[] = [
  form("jwt", ["zxlk"], /ZXlK[A-Za-z0-9+/_-]{40,}={0,2}/y),
  form("age", ["age-secret-key-"], /AGE-SECRET-KEY-1[A-Z0-9]{40,}/iy),
  form("age", ["age-plugin-"], /AGE-PLUGIN-[A-Z0-9-]{3,30}-1[A-Z0-9]{20,}/iy),
  form("django", ["django-insecure-"], /django-insecure-[^\s"'\\]{20,}/y),
  form(
    "rails",
    ["master.key", "master_key", "credentials.yml.enc"],
    /((?:master[._]key|credentials\.yml\.enc)[^\n]{0,40}?[\s"':=`\\n]{1,8})([\da-f]{32})(?![A-Za-z0-9])/gi,
  ),
  form("laravel", ["base64:"], /(base64:)([A-Za-z0-9+/]{42,44}={0,2})/y),
  form("totp", ["otpauth://"], /(otpauth:\/\/[^\s"'<>]{1,200}?secret=)([A-Za-z2-7%=]{8,200})/iy),
  form("signed-url", ["sig=", "signature="], /(sig(?:nature)?=)([\w%+/~-]{20,}={0,2})/iy, {
    check: (secret) => isMixed(secret) || /[a-z]/.test(secret) === /[A-Z]/.test(secret),
    glued: true,
  }),
  form("signed-url", ["policy="], /((?:[?&])?policy=)([\w~-]{60,})/iy),
  form(
    "ansible-vault",
    ["$ansible_vault;"],
    /(\$ANSIBLE_VAULT;[\d.]{1,5};AES(?:256)?[\w;]{0,40})((?:\s{1,20}|\\{1,3}n\s{0,20})[\da-f]{20,100}(?:(?:\s{1,20}|\\{1,3}n\s{0,20})[\da-f]{2,100})*)/y,
    { glued: true },
  ),
  form(
    "wireguard",
    ["privatekey", "presharedkey", "private_key", "preshared_key"],
    /((?:private|preshared)_?key["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([A-Za-z0-9+/]{42,43}=)/iy,
    { glued: true },
  ),
  form("jwk", ["kty"], /(\\{0,3}"(?:d|p|q|dp|dq|qi|k)\\{0,3}"\s{0,5}:\s{0,5}\\{0,3}")([\w-]{20,2000})(?=\\{0,3}")/g),
  form(
    "mnemonic",
    ["mnemonic", "seed phrase", "recovery phrase", "seed words", "recovery words", "seed_phrase", "recovery_phrase"],
    /((?:mnemonic|(?:seed|recovery)[ _](?:phrase|words))(?:[ _]?(?:phrase|words))?["'\\`*]{0,6}(?:\s{0,3}[:=]|\s{1,3}(?:is|was))\s{0,5}["'\\`*]{0,6})((?:[a-z]{3,8}[ ,]{1,3}){11,23}[a-z]{3,8})/iy,
    { glued: true },
  ),
  form("ethereum", ["0x"], /(?<=priv(?:ate)?[ _-]?key[^\n]{0,20})0x[\da-f]{64}(?![A-Za-z0-9])/iy),
];
