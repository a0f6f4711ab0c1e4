const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes in words: `512 bytes`, `22.8 MiB`. */
export function sizeWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A span of time in words: `216 ms`, `9.1 s`. */
export function spanWords(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
