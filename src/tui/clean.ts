const suspect =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Default_Ignorable_Code_Point}]/u;
// A whole control sequence goes as one, so that "ESC[31m" leaves no "[31m" behind; one that never ends is cut.
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]{0,4}[0-~]?/g;
const breaks = /\r\n?|[\n\p{Zl}\p{Zp}]/gu;
const invisible = /[\p{Cc}\p{Cf}\p{Variation_Selector}\p{Emoji_Modifier}\p{Default_Ignorable_Code_Point}]/gu;
const flagLetters = /\p{Regional_Indicator}/gu;

/**
 * Text that is safe to show: no control character moves the cursor, rings the bell or changes a mode, nothing reorders
 * the row, and every character has the width that terminals agree on.
 */
export function clean(text: string): string {
  if (!suspect.test(text)) return text;
  return text
    .replace(sequence, "")
    .replaceAll("\t", "  ")
    .replace(breaks, " ")
    .replace(invisible, "")
    .replace(flagLetters, (letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65))
    .toWellFormed()
    .normalize("NFC");
}
