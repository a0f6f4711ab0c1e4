import { type Form, form } from "../form.ts";
import { isHarmlessValue } from "../harmless.ts";
import { isFiller } from "../shape.ts";

const end = "(?![A-Za-z0-9])";
const sticky = (source: string) => new RegExp(source, "y");
const open = (secret: string) => !isFiller(secret) && !/^\$?\{|^\$\w+$|^:\w+$|^%\w+%?$|^\?$/.test(secret);

/** Databases: their services' keys, and passwords in their statements and files. */
export const databaseForms: readonly Form[] = [
  form("databricks", ["dapi", "dkea", "dose"], sticky(`(?:dapi|dkea|dose)[\\da-f]{32}(?:-\\d)?${end}`)),
  form("planetscale", ["pscale_"], /pscale_(?:tkn|oauth|pw|api)_[\w.=-]{30,}/y),
  form(
    "supabase",
    ["sbp_", "sb_secret_", "sb_publishable_"],
    /(?:sbp_[\da-f]{36,}|sb_(?:secret|publishable)_[\w-]{20,})/y,
  ),
  form("clickhouse", ["4b1d"], sticky(`4b1d[A-Za-z0-9]{38}${end}`)),
  form("confluent", ["cflt"], /cflt[A-Za-z0-9+/]{50,}/y),
  form("cockroach", ["ccdb1_"], /CCDB1_[A-Za-z0-9]{20,}_[A-Za-z0-9]{30,}/y),
  form("fauna", ["fna"], sticky(`fnA[A-Za-z][\\w-]{36,}`), { check: (text) => /\d/.test(text) }),
  form("xata", ["xau_"], /xau_[A-Za-z0-9]{30,}/y),
  form("neon", ["napi_"], /napi_[a-z\d]{40,}/y),
  form("prisma", ["api_key=ey"], /(api_key=)(ey[\w.-]{30,})/iy),
  form("mongodb-atlas", ["mdb_sa_"], /mdb_sa_sk_[\w-]{30,}/y),
  form(
    "upstash",
    ["upstash"],
    /((?:upstash)[\w .-]{0,40}["'\\`]{0,4}\s{0,3}[:=]\s{0,3}["'\\`]{0,4})([\w=-]{36,}={0,2})/gi,
  ),
  form(
    "sql",
    ["identified "],
    /(identified\s{1,5}(?:with\s{1,5}[\w'"]{1,40}\s{1,5})?(?:by|as)\s{1,5}(?:password\s{1,5})?\\{0,3}['"])((?:[^'"\\\n]|''){1,200})(?=\\{0,3}['"])/iy,
    { check: open },
  ),
  form(
    "sql",
    ["identified by "],
    /(?<=\b(?:create|alter|grant|user|role)\b[^\n;]{0,150})(identified\s{1,5}by\s{1,5}(?:values\s{1,5})?)([^\s'"\\;,()`]{4,100})/iy,
    {
      check: open,
    },
  ),
  form(
    "sql",
    ["password '", "password('", "password ('", "password \\'", "password  '"],
    /(password\s{0,3}(?:\(\s{0,2})?\\{0,3}')((?:[^'\\\n]|''){4,200})(?=\\{0,3}')/iy,
    { glued: true, check: (secret) => open(secret) && !isHarmlessValue({ text: secret, quoted: true }) },
  ),
  form(
    "pgpass",
    [":5432:", ":5433:", ":6432:", ":5434:", ":*:"],
    /(?<=[\w.*\]-]):(?:\d{2,5}|\*):[^:\s"'\\]{1,64}:[^:\s"'\\/]{1,64}:(?:[^\s:"'\\`]|\\:){3,200}/y,
    { glued: true, check: (text) => !/^:\d+:\d/.test(text) && open(text.slice(text.lastIndexOf(":") + 1)) },
  ),
  form(
    "pgpass",
    ["pgpass"],
    /((?<![\w.*-])[\w.*-]{1,80}:(?:\d{2,5}|\*):[^:\s"'\\]{1,64}:[^:\s"'\\/]{1,64}:)((?:[^\s:"'\\`]|\\:){3,200})/g,
    { check: open },
  ),
  form("secret", ["pwd={", "password={"], /((?:pwd|password)=\{)((?:[^}\n]|\}\}){4,200})(?=\})/iy, {
    glued: true,
    check: (secret) => open(secret) && /\d|[^\w.]/.test(secret) && !/[()\s]|^\{/.test(secret),
  }),
  form("url-password", ["jdbc:oracle:"], /(jdbc:oracle:\w{1,10}:[\w.]{1,60}\/)([^@\s"']{3,100})(?=@)/iy),
  form("password-hash", ["'*"], /(')(\*[\dA-F]{40})(?=')/y, { glued: true }),
  form(
    "password-hash",
    [
      "$apr1$",
      "$2y$",
      "$2a$",
      "$2b$",
      "$1$",
      "$5$",
      "$6$",
      "$7$",
      "$y$",
      "$argon2",
      "$scrypt$",
      "$pbkdf2",
      "$gy$",
      "$md5$",
      "$sha1$",
    ],
    /\$(?:apr1|2[aby]|[1567]|g?y|argon2(?:id|i|d)?|scrypt|pbkdf2[\w-]{0,20}|md5|sha1)\$[\w./$,=+-]{20,}/y,
    { glued: true },
  ),
  form(
    "password-hash",
    ["{sha}", "{ssha}", "{ssha256}", "{ssha512}", "{smd5}", "{crypt}"],
    /\{(?:S?SHA(?:256|512)?|SMD5|CRYPT)\}[\w+/=$.]{13,}/iy,
    { glued: true },
  ),
  form(
    "password-hash",
    ["pbkdf2_sha", "bcrypt_sha256$", "scrypt:", "pbkdf2:sha"],
    /(?:pbkdf2_sha\d{1,3}\$\d{3,8}\$|bcrypt_sha256\$+|scrypt:\d{1,8}:\d{1,3}:\d{1,3}\$|pbkdf2:sha\d{1,3}:\d{1,8}\$)[\w./$=+-]{20,}/y,
  ),
  form("password-hash", ["scram-sha-256$"], /SCRAM-SHA-256\$\d{3,6}:[\w+/=]{8,}\$[\w+/=]{20,}:[\w+/=]{20,}/y),
];
