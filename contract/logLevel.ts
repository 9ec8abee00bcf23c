import { z } from 'zod';

/** How serious a line of a log says that it is; `unknown` for what does not say. */
export const LogLevel = z.enum(['trace', 'debug', 'info', 'warning', 'error', 'critical', 'unknown']);
export type LogLevel = z.infer<typeof LogLevel>;

const names: Record<string, LogLevel> = {
  trace: 'trace', debug: 'debug', dbg: 'debug', info: 'info', information: 'info', notice: 'info', warn: 'warning', warning: 'warning',
  err: 'error', error: 'error', fatal: 'critical', critical: 'critical', crit: 'critical', panic: 'critical', alert: 'critical', emerg: 'critical',
};
/** Levels as numbers: bunyan's and pino's tens, and Python's logging, which uses the same ones shifted. */
const numbers: Record<string, LogLevel> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'critical' };

const words = 'TRACE|DEBUG|DBG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|FATAL|CRITICAL|CRIT|PANIC';
// Where loggers put it: in capitals as a word of its own, in brackets, before a colon at the start, as `level=`, or as klog's first letter.
const capital = new RegExp(`(?:^|[\\s\\[(<|:])(${words})(?=$|[\\s\\])>|:,])`);
const bracketed = new RegExp(`[[(<](${words})[\\])>]`, 'i');
const leading = new RegExp(`^(?:\\S+ )?(${words}):`, 'i');
const keyed = /(?:^|\s)(?:level|lvl|severity)=["']?([A-Za-z]+)/;
const jsonKeyed = /"(?:level|lvl|levelname|severity|log\.level)"\s*:\s*(?:"([A-Za-z]+)"|(\d+))/;
const klog = /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}/;
const klogNames: Record<string, LogLevel> = { I: 'info', W: 'warning', E: 'error', F: 'critical' };
const python = /^(?:Traceback \(most recent call last\):|[\w.]*(?:Error|Exception): )/;
/** Characters of a line that are looked at: a level stands at its beginning. */
const lookedAt = 240;
const escapes = /\u001b\[[\d;:]*m/g;

/** The level that a line says it has. Nothing is guessed from words in its text. */
export function levelOf(line: string): LogLevel {
  const cut = line.slice(0, lookedAt);
  const head = cut.includes('\u001b') ? cut.replace(escapes, '') : cut;
  if (head.startsWith('{')) {
    const [, name, number] = jsonKeyed.exec(line) ?? [];
    return name !== undefined ? (names[name.toLowerCase()] ?? 'unknown') : number === undefined ? 'unknown' : (numbers[number] ?? 'unknown');
  }
  const found = (capital.exec(head) ?? keyed.exec(head) ?? bracketed.exec(head) ?? leading.exec(head))?.[1];
  if (found !== undefined) return names[found.toLowerCase()] ?? 'unknown';
  const letter = klog.exec(head)?.[1];
  if (letter !== undefined) return klogNames[letter] ?? 'unknown';
  return python.test(head) ? 'error' : 'unknown';
}
