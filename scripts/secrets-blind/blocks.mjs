// Keys of many lines: private keys and a service account, whole, cut short, escaped, and one line behind another.
import { wraps } from "./contexts.mjs";
import { fromPattern, partsOf } from "./random.mjs";

const base64 = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

function linesOf(random, { begin = "", count, width, last, end }) {
  const lines = Array.from({ length: count }, () => random.letters(base64, width));
  lines[0] = begin + lines[0].slice(begin.length);
  return [...lines, random.letters(base64, last) + end];
}

function pem(label, shape) {
  return (random) => {
    const lines = linesOf(random, shape);
    const head = shape.head ?? [];
    const tail = shape.tail?.(random) ?? [];
    return { lines: [`-----BEGIN ${label}-----`, ...head, ...lines, ...tail, `-----END ${label}-----`], secret: lines };
  };
}

/** Every kind of block: its lines, and which of them are the key. */
export const blocks = {
  "rsa-private-key": pem("RSA PRIVATE KEY", { begin: "MIIEpAIBAAKCAQEA", count: 25, width: 64, last: 32, end: "=" }),
  "rsa-encrypted-key": pem("RSA PRIVATE KEY", {
    head: ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,4D6F0C1B92A7E35588D1F0A2C4B6E891", ""],
    count: 18,
    width: 64,
    last: 42,
    end: "==",
  }),
  "pkcs8-private-key": pem("PRIVATE KEY", {
    begin: "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA",
    count: 25,
    width: 64,
    last: 24,
    end: "",
  }),
  "ec-private-key": pem("EC PRIVATE KEY", { begin: "MHcCAQEEI", count: 2, width: 64, last: 34, end: "==" }),
  "openssh-private-key": pem("OPENSSH PRIVATE KEY", {
    begin: "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAA",
    count: 4,
    width: 70,
    last: 38,
    end: "==",
  }),
  "pgp-private-key": pem("PGP PRIVATE KEY BLOCK", {
    head: ["Version: GnuPG v2", ""],
    begin: "lQOYB",
    count: 20,
    width: 64,
    last: 38,
    end: "==",
    tail: (random) => [`=${random.letters(base64, 4)}`],
  }),
  "putty-private-key": (random) => {
    const key = linesOf(random, { count: 1, width: 44, last: 0, end: "" }).slice(0, 1);
    const mac = fromPattern("[0-9a-f]{64}", random).value;
    const head = ["PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none", "Comment: deploy", "Public-Lines: 1"];
    const open = "AAAAC3NzaC1lZDI1NTE5AAAAIE9jZWFuIHdhdmVz";
    return { lines: [...head, open, "Private-Lines: 1", ...key, `Private-MAC: ${mac}`], secret: key };
  },
};

const one = (lines) => lines.join("\n");
const oneLine = (lines) => lines.join("\\n");

const places = {
  plain: { write: (lines) => `$ cat deploy.key\n${one(lines)}\n$ ls\ndeploy.key` },
  heredoc: { write: (lines) => `cat > ~/.ssh/deploy <<'EOF'\n${one(lines)}\nEOF\nchmod 600 ~/.ssh/deploy` },
  "yaml-block": { write: (lines) => `tls:\n  key: |\n${one(lines).replace(/^/gm, "    ")}\n  port: 443` },
  dotenv: { write: (lines) => `PORT=8080\nDEPLOY_KEY="${oneLine(lines)}"\nLOG_LEVEL=info` },
  truncated: {
    write: (lines) => `$ head -c 400 deploy.key\n${one(lines.slice(0, Math.max(2, lines.length - 2)))}`,
    cut: 2,
  },
  numbered: { write: (lines) => lines.map((line, index) => `${String(index + 1).padStart(6)}\t${line}`).join("\n") },
};

const picked = (secret) =>
  [secret[0].slice(-16), secret[Math.floor(secret.length / 2)], secret.at(-1)].filter((line) => line.length > 8);

/** Every key of many lines in every place it is met in. */
export function* blockRows(openRandom) {
  for (const [family, make] of Object.entries(blocks)) {
    const random = openRandom(family);
    for (const [context, { write, cut = 0 }] of Object.entries(places)) {
      const { lines, secret } = make(random);
      if (cut && secret.length <= cut) continue;
      const kept = cut ? secret.slice(0, -cut) : secret;
      yield { family, context, text: write(lines), absent: picked(kept).flatMap(partsOf) };
    }
    for (const context of ["json-in-json", "json-twice", "crlf", "diff-add", "log-prefixed"]) {
      const { lines, secret } = make(random);
      yield { family, context, text: wraps[context].wrap(one(lines)), absent: picked(secret).flatMap(partsOf) };
    }
  }
  yield* serviceAccounts(openRandom("gcp-service-account"));
}

function* serviceAccounts(random) {
  for (const context of ["json", "json-in-json", "json-twice", "crlf"]) {
    const { lines, secret } = blocks["pkcs8-private-key"](random);
    const id = fromPattern("[0-9a-f]{40}", random).value;
    const email = "deployer@acme-demo.iam.gserviceaccount.com";
    const account = { type: "service_account", project_id: "acme-demo", private_key_id: id };
    const text = JSON.stringify({ ...account, private_key: `${one(lines)}\n`, client_email: email }, null, 2);
    const absent = picked(secret).flatMap(partsOf);
    yield { family: "gcp-service-account", context, text: wraps[context]?.wrap(text) ?? text, absent };
  }
}
