const factors: Record<string, number> = {
  m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number (kubernetes.io, "Quantity"); NaN if it is none. */
export function quantityOf(text: string): number {
  const match = /^([+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?)(m|k|[MGTPE]|[KMGTPE]i)?$/i.exec(text.trim());
  const factor = factors[match?.[2] ?? ''];
  return match === null || factor === undefined ? Number.NaN : Number(match[1]) * factor;
}

/** Twice a size in memory, in the unit that needs no fraction: `1536Mi` of `768Mi`, `2Gi` of `1Gi`. */
export function doubled(memory: string): string {
  const bytes = Math.ceil(quantityOf(memory) * 2);
  for (const [unit, size] of [['Gi', 2 ** 30], ['Mi', 2 ** 20], ['Ki', 2 ** 10]] as const) if (bytes % size === 0) return `${bytes / size}${unit}`;
  return String(bytes);
}

/** Bytes for a person who set a limit in Mi or Gi: `512 MiB`, `1.5 GiB`. */
export function memoryText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value)} ${units[unit] ?? ''}`;
}

/** Seconds for a person: `90 s`, `15 min`, `2 h`. */
export function secondsText(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
