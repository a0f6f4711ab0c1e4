const mostBytes = 74_994;
// GNU screen takes no longer string.
const screenBytes = 700;

/** What stands between this program and the user's own terminal. */
export type Multiplexer = "tmux" | "screen";

/**
 * The sequence that puts a text into the clipboard of the user's own terminal (OSC 52); null when it is too long. tmux
 * takes it as it is where `set-clipboard` is on, and hands it through where `allow-passthrough` is: it gets both.
 */
export function clipboardSequence(text: string, through: Multiplexer | null = null): string | null {
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > mostBytes) return null;
  const plain = `\u001b]52;c;${encoded}\u0007`;
  if (through === "tmux") return `${plain}\u001bPtmux;${plain.replaceAll("\u001b", "\u001b\u001b")}\u001b\\`;
  if (through === null) return plain;
  const parts = Array.from({ length: Math.ceil(plain.length / screenBytes) }, (_, at) =>
    plain.slice(at * screenBytes, (at + 1) * screenBytes),
  );
  return parts.map((part) => `\u001bP${part}\u001b\\`).join("");
}

/** Which multiplexer an environment tells of; null for none. */
export function multiplexerOf({ TMUX, STY }: Readonly<Record<string, string | undefined>>): Multiplexer | null {
  return TMUX ? "tmux" : STY ? "screen" : null;
}
