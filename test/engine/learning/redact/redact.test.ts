import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { growth } from "../../../../scripts/bench/redact.mjs";
import { isInsidePlaceholder, placeholderPattern } from "../../../../src/engine/learning/redact/placeholder.ts";
import { redact, redactionKinds, redactSecrets, words } from "../../../../src/engine/learning/redact/redact.ts";
import { planted } from "../planted.ts";

describe("secrets are taken out of texts", () => {
  test.each(planted)("$kind", ({ text, secret }) => {
    expect(redact(text)).not.toContain(secret);
  });

  test("wherever they stand, and however often it is done", () => {
    const words = fc.stringMatching(/^[ a-z0-9.,:;()\n]{0,200}$/);
    fc.assert(
      fc.property(words, words, fc.constantFrom(...planted), (before, after, { text, secret }) => {
        const clean = redact(`${before}\n${text}\n${after}`);
        expect(clean).not.toContain(secret);
        expect(redact(clean)).toBe(clean);
      }),
      { numRuns: 2000 },
    );
  });

  test("homes lose their owner's name and keep the rest of the path", () => {
    expect(redact("see /home/alice/src/main.ts and /Users/bob/x")).toBe("see ~/src/main.ts and ~/x");
    expect(redact("C:\\Users\\carol\\notes.txt")).toBe("~\\notes.txt");
    expect(redact("/root/.bashrc")).toBe("~/.bashrc");
  });
});

test.each([
  "Use sk-learn and the sklearn package for this.",
  "The commit 9dbd2341a0c8d7e6f5b4a3928170655443322110 fixed it.",
  "id 550e8400-e29b-41d4-a716-446655440000 was seen",
  "interface Login { user: string; password: string; token: string }",
  "const token = getToken(); return token;",
  "Read https://example.com/docs/install?page=2 about keys and tokens.",
  "The key point is: configure the cache first.",
])("ordinary words stay: %s", (text) => {
  expect(redact(text)).toBe(text);
});

test("what a context told to be secret goes from the rest of the text too", () => {
  const clean = redact("password: Xk29fjQmz\n\nI typed Xk29fjQmz twice: Xk29fjQmz.");
  expect(clean).toBe("password: [redacted:secret]\n\nI typed [redacted:secret] twice: [redacted:secret].");
  expect(redact("password: swordfish\nA swordfish is a fish.")).toContain("A swordfish is a fish.");
});

test("homes stay where only secrets must go", () => {
  expect(redactSecrets("/home/alice/x -home-alice-src password=hunter2")).toBe(
    "/home/alice/x -home-alice-src password=[redacted:secret]",
  );
});

test.each([
  ["/var/home/alice/x", "~/x"],
  ["/export/home/alice", "~"],
  ["file:///home/alice/x", "file://~/x"],
  ["C:\\\\Users\\\\carol\\\\x", "~\\\\x"],
  ["C:\\Users\\John Doe\\x", "~\\x"],
  ["/mnt/c/Users/carol/x and /c/Users/carol", "~/x and ~"],
  ["~/.claude/projects/-home-alice-src/", "~/.claude/projects/~-src/"],
  ["alice@host:/home/alice$ ls", "alice@host:~$ ls"],
  ["GET /users/123", "GET /users/123"],
  ["/home/ and /home", "/home/ and /home"],
])("the home in %s becomes a tilde", (text, clean) => {
  expect(redact(text)).toBe(clean);
});

const pieces = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(
    "=",
    ": ",
    ' = "',
    "'",
    "\n",
    "\\n",
    "@",
    "/",
    " is ",
    "&",
    ";",
    "[redacted:secret]",
    "[redacted:",
    "]",
    "~",
    "-",
    "a1B2c3D4e5F6g7H8",
    "\ud83d",
    "\ude00",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(...planted).map(({ text }) => text),
);

test("a text once redacted stays as it is, whatever stands in it", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const clean = redact(parts.join(""));
      expect(redact(clean)).toBe(clean);
    }),
    { numRuns: 20_000 },
  );
}, 60_000);

test("no half of a character is made", () => {
  const halves = (text: string) => [...text].filter((letter) => /^[\ud800-\udfff]$/.test(letter)).length;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
      const text = parts.join("");
      expect(halves(redact(text))).toBeLessThanOrEqual(halves(text));
    }),
    { numRuns: 5000 },
  );
});

test("a cut within a placeholder is told", () => {
  const text = `a [redacted:secret] b ${"x".repeat(100)}`;
  const inside = [...text].map((_, index) => index).filter((index) => isInsidePlaceholder(text, index));
  expect(inside).toEqual(Array.from({ length: 16 }, (_, index) => 3 + index));
  expect(text.replace(placeholderPattern, "")).toBe(`a  b ${"x".repeat(100)}`);
  for (const kind of redactionKinds) expect(isInsidePlaceholder(`[redacted:${kind}]`, 4)).toBe(true);
});

test("a text built against a rule takes time as it has letters", () => {
  const letters = 40_000;
  // Four times the length takes four times as long; were it the square, it would be sixteen.
  const steep = growth(letters).filter(({ quarterMs, wholeMs }) => wholeMs > 40 && wholeMs > 8 * quarterMs);
  expect(steep).toEqual([]);
}, 120_000);

test.each(["/", "/a/", "~/A/", "a.", "a_", "A1 ", "-a"])(
  "a long value behind %s takes no longer than another",
  (part) => {
    const started = performance.now();
    redact(`password=${part}${"a".repeat(100)}ó=!`);
    redact(`password="${part.repeat(40)}${"a".repeat(60)}ó!"`);
    expect(performance.now() - started).toBeLessThan(1000);
  },
);

const drawn = "Zq8vXk27Lmwp93";

test.each([
  ["an address that was escaped", "open %2Fhome%2Fzorrobert%2Fproj", "open ~%2Fproj"],
  ["one escaped twice", "?p=%252Fvar%252Fhome%252Fzorrobert%252Fx", "?p=~%252Fx"],
  ["a file's address", "file%3A%2F%2F%2FUsers%2Fzorrobert", "file%3A%2F%2F~"],
  ["a shell", "cd ~zorrobert/proj", "cd ~/proj"],
  ["a copy from elsewhere", "scp host:~zorrobert/a .", "scp host:~/a ."],
  ["an escaped line", "x\\n~zorrobert/a", "x\\n~/a"],
  [
    "the owner of a listed file",
    "drwxr-xr-x 5 zorrobert zorrobert 4096 Jan  1 10:00 /home/zorrobert/x",
    "drwxr-xr-x 5 ~ ~ 4096 Jan  1 10:00 ~/x",
  ],
])("a home goes as it stands in %s", (_title, text, clean) => {
  expect(redact(text)).toBe(clean);
  expect(redact(clean)).toBe(clean);
});

test.each([
  "GET https%3A%2F%2Fhome%2Fassistant%2Fapi",
  "projects/group%2Fhome%2Fpages/issues",
  "?next=%2Fhome%2Fsettings&tab=1",
  "api%2Fusers%2Falice%2Frepos and %2Fusers%2Falice",
  '@import "~bootstrap/scss/bootstrap";',
  "git diff HEAD~2 ~/x ~~gone/~~",
  "-rw-r--r-- 1 www-data www-data 4096 Jan  1 10:00 /srv/www-data/x",
  "drwxr-xr-x 5 root wheel 4096 Jan  1 10:00 /usr/lib",
  "the chip's pin is 1234 and pin 12345 floats",
  "Put my pin is here",
  'spawn ssh host\nexpect "$ "\nsend "uptime --pretty\\r"',
  'expect "Password:"\nsend "$env(PASSWORD)\\r"',
  'echo "bob:$PASSWORD" | chpasswd',
])("what only looks like a home or a secret stays: %s", (text) => {
  expect(redact(text)).toBe(text);
});

test.each([
  `use the passphrase "correct ${drawn} staple"`,
  `the wifi key is ${drawn}`,
  `the WLAN key: ${drawn}`,
  "my pin is 483920",
  "Our door's PIN code is 4839.",
  "her SIM card pin: 4839",
  `expect "Password:"\nsend "${drawn}\\r"`,
  `expect {\n  "*assword:*" { send -- "${drawn}\\r" }\n}`,
  `expect \\"Password:\\"\\nsend \\"${drawn}\\\\r\\"`,
  `la contrase\\u00f1a es ${drawn}`,
  `\\"contrase\\\\u00f1a\\": \\"${drawn}\\"`,
  `\\u5bc6\\u7801: ${drawn}`,
  `echo \\"bob:${drawn}\\" | chpasswd`,
  `echo "bob:${drawn}" | sudo chpasswd`,
])("a secret goes from %j", (text) => {
  const clean = redact(text);
  expect(clean).not.toMatch(/Zq8v|4839/);
  expect(clean).toContain("[redacted:secret]");
  expect(redact(clean)).toBe(clean);
});
