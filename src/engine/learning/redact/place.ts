/** Whether a UTF-16 unit is an ASCII letter or digit. */
export function isAlphanumeric(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57);
}

function isHex(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 102) || (unit >= 65 && unit <= 70);
}

/** Whether the letter at a place belongs to an escape: `\n`, `\r`, `\t`, `%3D`, `=`, or a terminal colour. */
export function endsEscape(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit === 110 || unit === 114 || unit === 116) return text.charCodeAt(at - 1) === 92;
  if (unit === 109) return /\[[\d;]{0,10}m$/.test(text.slice(Math.max(0, at - 12), at + 1));
  if (!isHex(unit) || !isHex(text.charCodeAt(at - 1))) return false;
  return text.charCodeAt(at - 2) === 37 || /\\u[\da-f]{4}$/i.test(text.slice(Math.max(0, at - 5), at + 1));
}

/** Whether a word may start here: nothing, no ASCII letter or digit, or an escape stands before; `_` may glue. */
export function startsWord(text: string, at: number): boolean {
  return at === 0 || !isAlphanumeric(text.charCodeAt(at - 1)) || endsEscape(text, at - 1);
}
