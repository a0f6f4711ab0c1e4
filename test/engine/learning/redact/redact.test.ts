import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redact } from "../../../../src/engine/learning/redact/redact.ts";
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

test("a text made to be slow is not", () => {
  for (const part of ["A_KEY", "://a", "-----BEGIN ", "password=", "sk-", "eyJhbGciOi.", "token: ", "bearer "]) {
    const text = part.repeat(Math.ceil(1e5 / part.length));
    const started = performance.now();
    redact(text);
    expect([part, performance.now() - started < 500]).toEqual([part, true]);
  }
});
