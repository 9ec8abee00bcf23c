const durationUnits = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

/** Seconds as people write them: `1h 30m`, `90s`, `2d`; `0s` for none. */
export function formatSeconds(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of Object.entries(durationUnits)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}

/** Reads `1h 30m`, `90 s`, `2d` or a bare number of seconds. @returns null when it is none of these */
export function parseSeconds(text: string): number | null {
  const trimmed = text.trim().toLowerCase();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  if (!/^(\d{1,9}\s*(d|h|m|min|s)\s*)+$/.test(trimmed)) return null;
  let seconds = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+)\s*(d|h|m|s)/g)) {
    const size = Object.entries(durationUnits).find(([name]) => name === unit)?.[1] ?? 0;
    seconds += Number(count) * size;
  }
  return seconds;
}

const byteUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/** Bytes by powers of 1024 where they come out even: `2Gi`, `1500`. */
export function formatByteCount(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value > 0 && value % 1024 === 0 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value}${byteUnits[unit] ?? ''}`;
}

/** Reads `2Gi`, `500 MiB`, `1500`. @returns whole bytes, or null */
export function parseByteCount(text: string): number | null {
  const found = /^(\d{1,15}(?:\.\d{1,6})?)\s*(?:(K|M|G|T)i?)?B?$/i.exec(text.trim());
  if (found === null) return null;
  const power = ['', 'K', 'M', 'G', 'T'].indexOf((found[2] ?? '').toUpperCase());
  return Math.round(Number(found[1]) * 1024 ** power);
}
