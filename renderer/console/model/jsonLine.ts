/** Keys that loggers use for what stands first in a line, the likeliest first. */
const timeKeys = ['time', 'timestamp', 'ts', '@timestamp', 'asctime'];
const levelKeys = ['level', 'levelname', 'severity', 'lvl', 'log.level'];
const messageKeys = ['message', 'msg', 'event', 'text'];
/** A longer line is shown as it is. */
const longest = 20_000;

function take(fields: Map<string, unknown>, keys: readonly string[]): unknown {
  for (const key of keys) {
    if (!fields.has(key)) continue;
    const value = fields.get(key);
    fields.delete(key);
    return value;
  }
  return undefined;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/**
 * A line that is a JSON object, as a person would write it: time, level and message first, then the other fields as `key=value`.
 * Null for anything else. It is never longer than the line, because what JSON needs around a value is longer.
 */
export function jsonLineText(line: string): string | null {
  if (line.length > longest || !/^\s*\{.*\}\s*$/.test(line)) return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const head = [take(fields, timeKeys), take(fields, levelKeys), take(fields, messageKeys)].filter((part) => part !== undefined).map(shown);
  const text = [...head, ...[...fields].map(([key, field]) => `${key}=${shown(field)}`)].join(' ').replaceAll('\n', '\u23ce');
  return text.length <= line.length ? text : null;
}
