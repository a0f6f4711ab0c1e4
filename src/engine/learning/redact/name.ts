/** How much a name tells about its value: `strong` (a secret unless it is code), `medium` and `weak` (if it looks so). */
export type Strength = "strong" | "medium" | "weak";

const set = (words: string) => new Set(words.split(" "));

const passwords = set(
  "password passwd passphrase passwort passcode pwd psk mypassword userpassword dbpassword dbpass rootpassword adminpassword userpass sshpass pgpassword requirepass masterauth secret apisecret clientsecret appsecret secretkey apikey authkey accesskey privatekey authtoken accesstoken refreshtoken bearertoken apitoken secrettoken keyphrase passe kennwort rootpw dbpwd dbpasswd",
);
const keysBefore = set(
  "api secret private access auth master account encryption encrypt signing sign shared storage subscription admin decryption hmac aes cipher crypto consumer license licence deploy webhook jwt session cookie app functions host instrumentation ingest publishable ssh rsa service bot server stream data user personal org read write wifi wlan wpa wep",
);
const strongKeysBefore = set(
  "api secret private access auth master account encryption encrypt signing shared hmac aes cipher subscription consumer decryption",
);
const noKeysBefore = set(
  "public pub primary foreign sort partition cache unique natural composite index map row column object group query react list item dict translation i18n route bucket shift arrow enter escape tab ctrl alt meta cmd command modifier hot short press hash idempotency dedupe config setting settings json yaml field property prop attribute label message msg locale sequence surrogate candidate super join lookup registry environment env variable var dictionary store state node parent child",
);
const noTokensBefore = set(
  "pad eos bos unk sep cls mask special stop start end next page continuation per max min num total prompt completion input output cached new cancellation cancel design sync lock first last current prev previous word image audio text non tool reasoning thinking sub begin end_of",
);
const noHeads = set(
  "has is are show hide forgot forget reset change require requires required need needs toggle no use uses validate verify check hash compare generate missing invalid wrong incorrect bad empty expired without allow allows enable disable confirm_ask ask prompt print log read load fetch find delete remove revoke rotate on handle parse encode decode encrypt_with count by bypass compass trespass",
);
const noTails = set(
  "name names path paths file files filename url uri urls dir directory folder length len limit limits type types size count min max ttl expiry expires expiration expired timeout lifetime age field fields input inputs column columns policy policies rule rules regex pattern label hint placeholder prompt title error errors required enabled disabled valid invalid check checks reset changed at format version index ref refs reference selector store ring chain manager provider providers service handler factory validator hasher encoder strength algorithm algo scheme method header headers param params parameter endpoint host port user username usage used budget window rate cost costs prefix suffix separator delimiter kind mode status state scope scopes audience issuer source env var variable vars map list array set group groups class object bits bytes num rotation rotated generator storage cache table model schema view form page component button box icon toggle event callback func function fn hook mixin module package plugin spec id ids stdin prompted needed count limiter bucket counts per budget exists present mismatch match message messages text help description desc info url link visible visibility hidden shown show only less free safe ful word words board down up press code codes year owner policy based auth stdin via managed location",
);
const fineTails = set(
  "base value values confirm confirmation confirmed repeat again old new current backup admin root primary secondary data plain plaintext string default prod production dev development staging stage test testing live sandbox local hash hashed b64 base64 encoded raw main master pem txt v1 v2 v3 one two openai github gitlab aws azure google stripe slack db database postgres mysql redis rw ro hex key",
);

// Names that are written in one word: `storepass`, `smtppassword`, `identitytoken`.
const glued =
  /^(?:[a-z]{2,14}(?:password|passwd|passphrase)|(?:store|key|ssh|smtp|ftp|sftp|mail|imap|pop|ldap|vpn|http|https|proxy|redis|mysql|pg|sql|mongo|cert|bind|rpc|jks|trust|export|src|dest|srcstore|deststore|sudo|become|vault|login|site|wifi|ssl|admin|root|git|svn|repl)pass)$/;
const gluedToken =
  /^(?:identity|registry|session|bot|user|personal|deploy|reset|id|push|device|master|service|admin|git|github|gitlab|npm|slack)token$/;

function segmentsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((part) => part.replace(/\d{1,4}$/, ""))
    .filter((part) => part !== "");
}

function strengthAt(parts: readonly string[], at: number, shouted: boolean): Strength | null {
  const part = parts[at] ?? "";
  const before = parts[at - 1] ?? "";
  if (passwords.has(part)) return "strong";
  if (glued.test(part)) return "strong";
  if (gluedToken.test(part)) return "medium";
  if (part === "pass")
    return (before !== "" || shouted) &&
      !/^(?:first|second|single|multi|one|two|render|test|fail|did|forward|back|can|will|must|should)$/.test(before)
      ? "strong"
      : "medium";
  if (part === "pw" || part === "jwt" || part === "bearer" || part === "pat") return "medium";
  if (part === "token" || part === "tok") return noTokensBefore.has(before) ? null : "medium";
  if (part === "key" && strongKeysBefore.has(before)) return "strong";
  if (part === "key" && noKeysBefore.has(before)) return null;
  if (part === "key" && keysBefore.has(before)) return "medium";
  return /^(?:key|auth|cred|creds|credential|credentials|dsn|keyid)$/.test(part) ? "weak" : null;
}

/** Whether a name names no secret, whatever word stands before it. */
export function namesNone(name: string): boolean {
  const own = segmentsOf(name);
  if (own.length === 1 && /^(?:key|token|phrase)$/.test(own[0] ?? "")) return false;
  return strengthOf(name) === null;
}

/** How much a name tells about its value; null when it names no secret: `MAX_TOKENS`, `KEYWORDS`, `secretName`. */
export function strengthOf(name: string, wordBefore = ""): Strength | null {
  const own = segmentsOf(name);
  if (own.length === 1 && own[0] === "phrase") return /^pass$/i.test(wordBefore) ? "strong" : null;
  const speaks = wordBefore !== "" && own.length === 1 && /^(?:key|token)$/.test(own[0] ?? "");
  const parts = !speaks ? own : [wordBefore.toLowerCase(), ...own];
  const shouted = !/[a-z]/.test(name);
  let at = parts.length - 1;
  let found: Strength | null = null;
  for (; at >= 0 && found === null; at--) found = strengthAt(parts, at, shouted);
  if (found === null) return null;
  const tail = parts.slice(at + 2);
  const head = own.length > 1 ? (parts[0] ?? "") : "";
  if (tail.some((part) => noTails.has(part)) && !/access_?key_?id$/i.test(name)) return null;
  // What resets or confirms a password is itself a token.
  const opens =
    /^(?:reset|confirm|verify|change|invite|login)$/.test(head) && parts.length === 2 && parts[1] === "token";
  if (noHeads.has(head) && !opens) return null;
  return tail.every((part) => fineTails.has(part)) ? found : "weak";
}
