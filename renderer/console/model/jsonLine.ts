import { jsonFields, type JsonField } from './prettyJson.ts';

/** Keys that loggers use for what stands first in a line, the likeliest first. */
const timeKeys = ['time', 'timestamp', 'ts', '@timestamp', 'asctime'];
const levelKeys = ['level', 'levelname', 'severity', 'lvl', 'log.level'];
const messageKeys = ['message', 'msg', 'event', 'text'];
/** A longer line is shown as it is. */
const longest = 20_000;

function take(fields: JsonField[], keys: readonly string[]): string[] {
  for (const key of keys) {
    const at = fields.findIndex((field) => field.key === key);
    if (at !== -1) return fields.splice(at, 1).map(({ value }) => value);
  }
  return [];
}

/**
 * A line that is a JSON object, as a person would write it: time, level and message first, then the other fields as `key=value`.
 * Null for anything else. It is never longer than the line, because what JSON needs around a value is longer.
 */
export function jsonLineText(line: string): string | null {
  if (line.length > longest || !/^\s*\{.*\}\s*$/.test(line)) return null;
  const fields = jsonFields(line);
  // An empty object would be an empty line.
  if (fields === null || fields.length === 0) return null;
  const head = [...take(fields, timeKeys), ...take(fields, levelKeys), ...take(fields, messageKeys)];
  const text = [...head, ...fields.map(({ key, value }) => `${key}=${value}`)].join(' ').replaceAll('\n', '\u23ce');
  return text.length <= line.length ? text : null;
}
