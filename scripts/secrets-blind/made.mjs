// Tokens that are more than random letters: with a checksum, or with JSON inside.
import { crc32 } from "node:zlib";
import { fromPattern } from "./random.mjs";

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const letters = Array.from(base62);
const web = Array.from(`${base62}-_`);
const hex = Array.from("0123456789abcdef");
const packed = (value, how = "base64url") => Buffer.from(JSON.stringify(value)).toString(how);

function checksum(text) {
  let rest = crc32(text);
  let out = "";
  for (let index = 0; index < 6; index++) {
    out = letters[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

function jwt(header, claims, signatureLength, random) {
  const payload = packed(claims);
  const signature = random.letters(web, signatureLength);
  return { value: `${packed(header)}.${payload}.${signature}`, secrets: [signature, payload.slice(-24)] };
}

/** The value is a prefix and one packed object: all after the prefix and the fixed beginning is secret. */
function packedToken(prefix, object, random, { how, tail } = {}) {
  const body = packed(object, how);
  const end = tail ? `_${random.letters(web, tail)}` : "";
  return { value: `${prefix}${body}${end}`, secrets: [tail ? end.slice(1) : body.slice(-40)] };
}

const makers = {
  discord: (random) => {
    const id = Buffer.from(`1${random.letters(Array.from("0123456789"), 18)}`).toString("base64url");
    const end = random.letters(web, 38);
    return { value: `${id}.G${random.letters(web, 5)}.${end}`, secrets: [end] };
  },
  jwt: (random) =>
    jwt({ alg: "HS256", typ: "JWT" }, { sub: random.letters(hex, 16), iat: 1_760_000_000, role: "editor" }, 43, random),
  "jwt-rs": (random) =>
    jwt(
      { alg: "RS256", kid: "k1", typ: "JWT" },
      { iss: "https://id.example.com/", aud: "web", sub: `auth|${random.letters(hex, 24)}`, exp: 1_770_000_000 },
      342,
      random,
    ),
  kube: (random) =>
    jwt(
      { alg: "RS256", kid: random.letters(web, 43) },
      { iss: "kubernetes/serviceaccount", sub: `system:serviceaccount:ci:deployer-${random.letters(hex, 8)}` },
      342,
      random,
    ),
  supabase: (random) =>
    jwt(
      { alg: "HS256", typ: "JWT" },
      { iss: "supabase", ref: random.letters(hex, 20), role: "service_role", iat: 1_760_000_000, exp: 2_075_576_000 },
      43,
      random,
    ),
  mapbox: (random) => {
    const body = packed({ u: "atlas-maps", a: random.letters(letters, 25).toLowerCase() });
    const end = random.letters(web, 22);
    return { value: `sk.${body}.${end}`, secrets: [body.slice(-32), end] };
  },
  tunnel: (random) =>
    packedToken(
      "",
      { a: random.letters(hex, 32), t: fromPattern("<uuid>", random).value, s: random.letters(letters, 48) },
      random,
    ),
  sentry: (random) =>
    packedToken(
      "sntrys_",
      { iat: 1_760_000_000.12, url: "https://sentry.io", region_url: "https://us.sentry.io", org: "acme" },
      random,
      { how: "base64", tail: 43 },
    ),
  grafana: (random) =>
    packedToken("glc_", { o: "701234", n: "metrics-push", k: random.letters(letters, 24), m: { r: "eu" } }, random, {
      how: "base64",
    }),
  "grafana-old": (random) => packedToken("", { k: random.letters(letters, 32), n: "ci", id: 1 }, random),
  onepassword: (random) =>
    packedToken(
      "ops_",
      { signInAddress: "acme.1password.com", secretKey: `A3-${random.letters(letters, 26).toUpperCase()}` },
      random,
    ),
};

/** Makes the value that one row of the table of tokens describes. */
export function makeToken(pattern, random) {
  if (pattern.startsWith("@crc:")) {
    const prefix = pattern.slice(5);
    const body = random.letters(letters, 30);
    const secret = body + checksum(body);
    return { value: prefix + secret, secrets: [secret] };
  }
  return pattern.startsWith("@") ? makers[pattern.slice(1)](random) : fromPattern(pattern, random);
}
