/** A text as an https address; null if it is none. (`URL.canParse` and `URL.parse` are younger than the oldest Electron that runs the window.) */
export function httpsUrl(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}
