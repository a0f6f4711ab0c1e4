import { tell } from "./assignment.ts";
import { type Finder, note } from "./finder.ts";
import { isHarmlessValue } from "./harmless.ts";
import { startsWord } from "./place.ts";
import { readValue, type Value } from "./value.ts";

/** A tool that takes a secret in its arguments; the expression ends right before the secret. */
interface Command {
  readonly words: readonly string[];
  readonly pattern: RegExp;
  /** Whether the secret is what stands after the first colon (or `%`) of the argument. */
  readonly afterUser?: RegExp;
}

const between = String.raw`(?:[^\n|;&]|\\\r?\n){0,240}?`;
const gap = String.raw`(?:\s|[+>-](?=\s)|\\{1,7}[nrt]){1,20}`;
const tool = (names: string, option: string, flags = "y") =>
  new RegExp(String.raw`(?:${names})(?![\w-])${between}[\s"'](?:${option})`, flags);

const commands: readonly Command[] = [
  {
    words: ["curl", "wget", "httpie", "xh ", "http "],
    pattern: tool("curl|http|xh", "-[a-zA-Z]{0,6}u ?|--user[ =]|--proxy-user[ =]|-U ?|-a ?|--auth[ =]"),
    afterUser: /^[^:\s]*:/,
  },
  {
    words: ["mysql", "mariadb", "mycli"],
    pattern: tool("mysql(?:dump|admin|import|pump|sh|check|show)?|mariadb(?:-dump|-admin)?|mycli", "-p(?=[^\\s-])"),
  },
  { words: ["sshpass"], pattern: tool("sshpass", "-p ?") },
  { words: ["redis-cli", "valkey-cli", "keydb-cli"], pattern: tool("(?:redis|valkey|keydb)-cli", "-a |--pass[ =]") },
  {
    words: [
      "docker",
      "podman",
      "nerdctl",
      "helm",
      "oras",
      "buildah",
      "skopeo",
      "crane",
      "az ",
      "oc ",
      "nuget",
      "heroku",
      "bw ",
      "cf ",
      "vercel",
      "argocd",
    ],
    pattern: tool(
      "(?:docker|podman|nerdctl|buildah|oras|crane|az|oc|cf|argocd)(?:\\s{1,4}auth)?\\s{1,4}login|helm\\s{1,4}registry\\s{1,4}login|skopeo",
      "-p[ =]|--password[ =]|--token[ =]|--creds[ =][^:\\s]{1,80}:",
    ),
  },
  {
    words: [
      "mongo",
      "mongodump",
      "mongosh",
      "mongoexport",
      "mongoimport",
      "mongorestore",
      "cqlsh",
      "clickhouse-client",
      "influx",
      "snowsql",
      "rabbitmqadmin",
      "vncviewer",
      "xfreerdp",
      "7z",
    ],
    pattern: tool("mongo(?:sh|dump|restore|export|import|stat|top)?|cqlsh|influx|rabbitmqadmin", "-p "),
  },
  { words: ["7z", "7za"], pattern: tool("7za?", "-p(?=[^\\s-])") },
  {
    words: [
      "zip ",
      "unzip",
      "sqlcmd",
      "bcp ",
      "smbclient",
      "ldapsearch",
      "ldapadd",
      "ldapmodify",
      "ldapwhoami",
      "ldappasswd",
      "kinit",
    ],
    pattern: tool("(?:un)?zip|sqlcmd|bcp", "-P ?"),
  },
  {
    words: ["ldapsearch", "ldapadd", "ldapmodify", "ldapwhoami", "ldappasswd", "ldapdelete"],
    pattern: tool("ldap(?:search|add|modify|whoami|passwd|delete)", "-w ?"),
  },
  {
    words: ["smbclient", "rpcclient", "smbmap", "mount"],
    pattern: tool("smbclient|rpcclient", "-U ?"),
    afterUser: /^[^%\s]*%/,
  },
  { words: ["xfreerdp", "wfreerdp", "freerdp"], pattern: tool("[xw]?freerdp", "/p:") },
  { words: ["-passin ", "-passout ", "-pass "], pattern: /-pass(?:in|out)? pass:/iy },
  { words: ["chpasswd"], pattern: /chpasswd\s{0,3}<<<\s{0,3}["']?[\w.-]{1,40}:/y },
  {
    words: ["htpasswd"],
    pattern: /htpasswd\s{1,4}-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}\s{1,4}\S{1,100}\s{1,4}\S{1,60}\s{1,4}/y,
  },
  { words: ["htpasswd"], pattern: /htpasswd\s{1,4}-[a-zA-Z]{0,6}n[a-zA-Z]{0,6}b[a-zA-Z]{0,6}\s{1,4}\S{1,60}\s{1,4}/y },
  {
    words: ["rabbitmqctl"],
    pattern: /rabbitmqctl\s{1,4}(?:-\S{1,30}\s{1,4}){0,4}(?:add_user|change_password)\s{1,4}\S{1,60}\s{1,4}/y,
  },
  { words: ["vault login"], pattern: /vault login (?:-[\w=-]{1,30} ){0,4}(?=[^\s-])/y },
  { words: ["net use "], pattern: /net use (?:[A-Z*]:? )?\\\\\S{1,80}\s{1,4}(?=[^/\s*])/iy },
  { words: ["net user "], pattern: /net user \S{1,60}\s{1,4}(?=[^/\s*])/iy },
  { words: ["openssl enc"], pattern: tool("openssl enc", "-k ") },
  { words: ["requirepass", "masterauth"], pattern: /(?:requirepass|masterauth)\s{1,4}/iy },
  { words: ["login"], pattern: new RegExp(`login${gap}[^\\s\\\\]{1,100}${gap}password${gap}`, "y") },
  {
    words: ["default login", "machine "],
    pattern: new RegExp(`machine${gap}[^\\s\\\\]{1,100}${gap}password${gap}`, "y"),
  },
  {
    words: ["sqlplus", "sqlldr", "expdp", "impdp", "rman "],
    pattern:
      /(?:sqlplus|sqlldr|expdp|impdp|rman target)\s{1,3}(?:-\S{1,10}\s{1,3}){0,4}(?:userid=)?\\{0,3}["']?[\w$#.]{1,40}\/(?=[^\s/@])/iy,
  },
  { words: ["convertto-securestring"], pattern: /ConvertTo-SecureString\s{1,3}(?:-String\s{1,3})?(?=\\{0,3}["'])/iy },
  {
    words: ["wpa_passphrase"],
    pattern: /wpa_passphrase\s{1,3}(?:"[^"\n]{1,40}"|'[^'\n]{1,40}'|[^\s"']{1,40})\s{1,3}/iy,
  },
  { words: ["secret set"], pattern: /secret set [\w. -]{1,80}?(?:--body|-b)[ =]/y },
  { words: ["rdesktop"], pattern: tool("rdesktop", "-p ") },
  { words: ["ipmitool"], pattern: tool("ipmitool", "-P ") },
  { words: ["snmpwalk", "snmpget", "snmpset", "snmpbulk"], pattern: tool("snmp[a-z]{3,8}", "-A ") },
  { words: ["snmpwalk", "snmpget", "snmpset", "snmpbulk"], pattern: tool("snmp[a-z]{3,8}", "-X ") },
  { words: ["lftp"], pattern: tool("lftp", "-u ?|--user[ =]"), afterUser: /^[^,\s]{1,60},/ },
  { words: ["oathtool"], pattern: /oathtool (?:-\S{1,30} ){0,4}(?=[A-Za-z2-7]{16})/y },
  {
    words: ["passcommand", "passcmd", "passeval", "password", "passphrase", "pass-c", "pass_c"],
    pattern:
      /pass(?:word|phrase|wd)?[-_]?(?:command|cmd|eval)["']?(?:\s|=|:\s?){1,3}\\{0,3}["']?(?:echo|printf)\s{1,3}(?:-n\s|'?%s(?:\\n)?'?\s)?/iy,
  },
  { words: ["-auth user"], pattern: /-auth user [\w.-]{1,40} /y },
  {
    words: ["config set "],
    pattern: /config set [\w.:/-]{0,80}(?:_authToken|_auth|_password|token|password|secret|api[_-]?key)[ =]/iy,
  },
  { words: ["aws configure set "], pattern: /aws configure set (?:aws_)?(?:secret_access_key|session_token) /iy },
  { words: ["auth "], pattern: /(?:(?<=[\n>] {0,4})|(?<=^))AUTH (?:[\w.-]{1,40} )?(?=\S{6,})/y },
];

function isTaken(value: Value): boolean {
  return (
    value.text.length >= 3 && !isHarmlessValue({ ...value, text: value.text.padEnd(4, "0") }) && !/^-/.test(value.text)
  );
}

function commandFinder({ words, pattern, afterUser }: Command): Finder {
  return {
    kinds: ["secret"],
    words,
    find(reading, start) {
      const { text } = reading;
      if (!startsWord(text, start)) return 0;
      pattern.lastIndex = start;
      const match = pattern.exec(text);
      if (match === null) return 0;
      // A backtick right behind an option ends what a text shows as code.
      if (text.charAt(start + match[0].length) === "`") return 0;
      const value = readValue(reading, start + match[0].length, "blank");
      if (value === null) return 0;
      const skip = afterUser === undefined ? 0 : (afterUser.exec(value.text)?.[0].length ?? -1);
      if (skip < 0) return 0;
      const secret = { ...value, text: value.text.slice(skip), start: value.start + skip };
      if (!isTaken(secret)) return 0;
      tell(reading, secret.text);
      return note(reading, secret.start, secret.end, "secret");
    },
  };
}

const piped =
  /(echo\s{1,3}(?:-n\s{1,3})?(?:-e\s{1,3})?\\{0,3}["']?)([^\s"'|$`\\][^"'|\n$`]{2,200}?)(?=\\{0,3}["']?\s{0,3}\|\s{0,3}(?:sudo\s{1,3})?(?:-S\s|docker login|podman login|helm registry login|sudo -S|passwd --stdin|chpasswd|gh auth login|cryptsetup|gpg [^\n]{0,60}--passphrase-fd|vault login|base64[^\n|]{0,20}\|\s?kubectl create secret))/iy;

/** What is piped into a tool that reads a secret. */
const pipeFinder: Finder = {
  kinds: ["secret"],
  words: ["echo "],
  find(reading, start) {
    piped.lastIndex = start;
    const match = startsWord(reading.text, start) ? piped.exec(reading.text) : null;
    if (match === null) return 0;
    const from = start + (match[1] ?? "").length;
    const skip = /^[\w.-]{1,40}:/.exec(match[2] ?? "")?.[0].length ?? 0;
    return note(reading, from + skip, from + (match[2] ?? "").length, "secret");
  },
};

const userAndSecret =
  /(?:auth\s{0,3}[=:]\s{0,3}[[(]|(?:basic_?auth|credentials?|digest_?auth|login|authenticate)\()\s{0,3}\\{0,3}["'][^"'\n]{1,80}["']\s{0,3},\s{0,3}\\{0,3}["']([^"'\n\\]{4,200})(?=\\{0,3}["'])/iy;

/** The second of two arguments that are a user and a password. */
const pairFinder: Finder = {
  kinds: ["secret"],
  words: [
    "auth=",
    "auth =",
    "auth(",
    '"auth"',
    "auth: [",
    "auth_",
    "credential(",
    "credentials(",
    "basicauth",
    "digestauth",
    "login(",
    "authenticate(",
  ],
  find(reading, start) {
    const { text } = reading;
    const from = text.slice(Math.max(0, start - 6), start).search(/(?:basic|digest)_?$/i);
    const at = from < 0 ? start : Math.max(0, start - 6) + from;
    userAndSecret.lastIndex = at;
    const match = userAndSecret.exec(text);
    const secret = match?.[1] ?? "";
    if (match === null || isHarmlessValue({ text: secret, quoted: true })) return 0;
    tell(reading, secret);
    return note(reading, at + match[0].length - secret.length, at + match[0].length, "secret");
  },
};

const sent =
  /send(?:_tty)?\s{1,3}(?:--?\w{0,9}\s{1,3}){0,2}\\{0,3}"([^"\n$[][^"\n]{3,200}?)(?:\\{1,4}[rn]){0,2}\\{0,3}"/iy;
const asksBefore =
  /(?:p?ass(?:word|phrase|wd|code)?|passwort|kennwort|secret|token|pin)[^"\n{}]{0,40}(?:\\{0,3}["}*]|\{)(?:[\s;{}]|\\{1,4}[nrt]){0,40}$/i;

/** What a script of expect sends where a password was asked for. */
const expectFinder: Finder = {
  kinds: ["secret"],
  words: ['send "', 'send \\"', "send --", "send -s", "send_tty"],
  find(reading, start) {
    const { text } = reading;
    sent.lastIndex = start;
    const match = sent.exec(text);
    const secret = match?.[1] ?? "";
    if (match === null || isHarmlessValue({ text: secret, quoted: true })) return 0;
    if (!asksBefore.test(text.slice(Math.max(0, start - 120), start))) return 0;
    tell(reading, secret);
    const from = start + match[0].indexOf(secret, match[0].indexOf('"'));
    return note(reading, from, from + secret.length, "secret");
  },
};

/** Secrets in the arguments of tools: `curl -u`, `mysql -p`, `sshpass -p`, and in `.netrc`. */
export const commandFinders: readonly Finder[] = [...commands.map(commandFinder), pipeFinder, pairFinder, expectFinder];
