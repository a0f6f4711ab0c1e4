// The former redaction as it was, frozen: what the present one is measured beside.
import { openWordScan } from "./former-scan.mjs";

const wordsOf = {
  "private-key": ["-----begin"],
  anthropic: ["sk-ant-"],
  openai: ["sk-"],
  aws: ["akia", "asia", "abia", "acca", "aroa", "aida"],
  github: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
  gitlab: ["glpat-"],
  google: ["aiza"],
  slack: ["xox"],
  stripe: ["sk_", "rk_", "whsec_"],
  npm: ["npm_"],
  pypi: ["pypi-"],
  huggingface: ["hf_"],
  jwt: ["eyj"],
  "url-password": ["://"],
  authorization: ["authorization"],
  bearer: ["bearer"],
  cookie: ["cookie"],
  secret: ["key", "secret", "token", "pass", "credential"],
  env: ["key", "token", "secret", "pass", "pwd", "credential", "private", "auth", "dsn"],
  flag: ["--"],
  home: ["/home/", "/users/", "\\users", "/root"],
};
const rule = (kind, pattern, replacement = `[redacted:${kind}]`, words = kind) => ({
  kind,
  words: wordsOf[words] ?? [],
  assigned: words === "secret" || words === "env",
  pattern,
  replacement,
});
const secretName = String.raw`(?:api[_-]?key|access[_-]?key|private[_-]?key|secret|token|passwd|password|passphrase|credential)[\w.-]{0,20}`;
const rules = [
  rule(
    "private-key",
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z0-9 ]{0,40}-----)?/g,
  ),
  rule("anthropic", /(?<![A-Za-z0-9])sk-ant-[\w-]{8,}/g),
  rule("openai", /(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|admin-|or-v1-)?(?=[\w-]{0,200}\d)[A-Za-z0-9_-]{16,}/g),
  rule("aws", /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])/g),
  rule("github", /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})/g),
  rule("gitlab", /(?<![A-Za-z0-9])glpat-[\w-]{16,}/g),
  rule("google", /(?<![A-Za-z0-9])AIza[\w-]{30,}/g),
  rule("slack", /(?<![A-Za-z0-9])xox[abeoprs]-[\w-]{8,}/g),
  rule("stripe", /(?<![A-Za-z0-9])(?:sk|rk|whsec)_(?:live|test)?_?[A-Za-z0-9]{16,}/g),
  rule("npm", /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g),
  rule("pypi", /(?<![A-Za-z0-9])pypi-[\w-]{30,}/g),
  rule("huggingface", /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{20,}/g),
  rule("jwt", /(?<![A-Za-z0-9])eyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]+/g),
  rule("url-password", /(:\/\/[^\s:/@"']{0,100}):[^\s@"'<>]{1,200}@/g, "$1:[redacted:url-password]@"),
  rule(
    "authorization",
    /\b((?:proxy-)?authorization["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token|digest)\s+)[^\s"',\\]+/gi,
    "$1[redacted:authorization]",
  ),
  rule("bearer", /\b(bearer\s+)(?=[\w.~+/-]{0,400}\d)[\w.~+/-]{12,}=*/gi, "$1[redacted:bearer]"),
  rule("cookie", /\b((?:set-)?cookie["']?\s{0,9}:\s{0,9}["']?[\w.-]{1,100}=)[^\s;"']{8,}/gi, "$1[redacted:cookie]"),
  rule(
    "secret",
    new RegExp(String.raw`(--[\w-]{0,40}${secretName}[= ])(?!\[redacted)[^\s"'\\]{4,}`, "gi"),
    "$1[redacted:secret]",
    "flag",
  ),
  rule(
    "env",
    /^([ \t]{0,40}(?:export[ \t]{1,9})?[A-Z0-9_]{0,60}(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD|PASS|CREDENTIALS?|PRIVATE|AUTH|DSN)[A-Z0-9_]{0,40}[ \t]{0,9}=[ \t]{0,9})(?!\[redacted)(?:"[^"\n]*"|'[^'\n]*'|[^\s#]+)/gm,
    "$1[redacted:env]",
  ),
  rule(
    "env",
    /((?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)[A-Z0-9_]{0,40}=)(?!\[redacted)(?:"[^"\n]*"|'[^'\n]*'|[^\s"'#]+)/g,
    "$1[redacted:env]",
  ),
  rule(
    "secret",
    new RegExp(String.raw`(${secretName}\\?["']\s{0,9}:\s{0,9}\\?["'])(?!\[redacted)[^"'\\\n]{4,}`, "gi"),
    "$1[redacted:secret]",
  ),
  rule(
    "secret",
    new RegExp(String.raw`(${secretName}["']?\s{0,9}[:=]\s{0,9}["'])(?!\[redacted)[^"'\n]{4,4000}(?=["'])`, "gi"),
    "$1[redacted:secret]",
  ),
  rule(
    "secret",
    new RegExp(
      String.raw`(${secretName}\s{0,9}[:=]\s{0,9})(?!\[redacted)(?=[^\s"']{0,400}\d)[^\s"'(){}\[\],;]{8,}`,
      "gi",
    ),
    "$1[redacted:secret]",
  ),
  rule("home", /(^|[^\w.])(?:\/(?:home|Users)\/[^\s/:"'\\<>|,;)]+|\/root)(?=[/\s:"'\\,;)]|$)/g, "$1~"),
  rule("home", /\b[A-Za-z]:\\{1,2}Users\\{1,2}[^\s\\:"'<>|]+/g, "~"),
];
const redactionKinds = [...new Set(rules.map(({ kind }) => kind))];
const scan = openWordScan(
  rules.flatMap(({ words, assigned }, index) => words.map((word) => ({ word, assigned, bits: 1 << index }))),
);
function redact(text) {
  const needed = scan(text);
  if (needed === 0) return text;
  let clean = text;
  for (const [index, { pattern, replacement }] of rules.entries()) {
    if ((needed & (1 << index)) !== 0) clean = clean.replace(pattern, replacement);
  }
  return clean;
}

export { redact, redactionKinds };
