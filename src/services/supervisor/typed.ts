/** A podman command as it could be typed into a shell. */
export function typed(argv: readonly string[]): string {
  return ["podman", ...argv]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
