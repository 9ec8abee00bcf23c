/** Parses a URL; null when it is none. (`URL.parse` and `URL.canParse` are too new for Electron 22.) */
export function parseAddress(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
