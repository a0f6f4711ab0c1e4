const mostBytes = 74_994;

/** The sequence that puts a text into the clipboard of the user's own terminal (OSC 52); null when it is too long. */
export function clipboardSequence(text: string): string | null {
  const encoded = Buffer.from(text).toString("base64");
  return encoded.length > mostBytes ? null : `\u001b]52;c;${encoded}\u0007`;
}
