import { z } from 'zod';

/** How serious a line of a log says that it is; `unknown` for what does not say. */
export const LogLevel = z.enum(['trace', 'debug', 'info', 'warning', 'error', 'critical', 'unknown']);
export type LogLevel = z.infer<typeof LogLevel>;

const names: Record<string, LogLevel> = {
  trace: 'trace', debug: 'debug', dbg: 'debug', verbose: 'debug', info: 'info', information: 'info', notice: 'info', success: 'info', warn: 'warning',
  warning: 'warning', err: 'error', error: 'error', severe: 'error', fatal: 'critical', critical: 'critical', crit: 'critical', panic: 'critical',
  dpanic: 'critical', alert: 'critical', emerg: 'critical', emergency: 'critical',
};
/** Levels as numbers: bunyan's and pino's tens, and Python's logging, which uses the same ones shifted. */
const numbers: Record<string, LogLevel> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'critical' };

const words = 'TRACE|DEBUG|DBG|INFO|NOTICE|SUCCESS|WARN|WARNING|ERR|ERROR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|ALERT|EMERG';
// Where loggers put it: in capitals as a word of its own, in brackets (padded, too), before a colon at the start, as `level=`, or as klog's first letter.
const capital = new RegExp(`(?:^|[\\s\\[(<|:])(${words})(?=$|[\\s\\])>|:,])`);
/** What stands before a word in a sentence, and not before a logger's level. */
const sentence = /(?:^|\s)(?:[A-Za-z']+,?\s+){3}$/;
const bracketed = new RegExp(`[[(<]\\s*(${words})\\s*[\\])>]`, 'i');
const leading = new RegExp(`^(?:\\S+ )?(${words}):`, 'i');
const keyed = /(?:^|\s)(?:level|lvl|severity)=["']?([A-Za-z]+)/;
const jsonKeyed = /"(?:level|lvl|levelname|severity|log\.level)"\s*:\s*(?:"([A-Za-z]+)"|(\d+))/;
const jsonNamed = /"level"\s*:\s*\{[^{}]*?"name"\s*:\s*"([A-Za-z]+)"/;
/** Syslog's number of facility and severity (RFC 5424, 6.2.1), as systemd takes it too, and what its severities are here. */
const syslog = /^<(\d{1,2}|1\d\d)>(?=\S)/;
const severities: readonly LogLevel[] = ['critical', 'critical', 'critical', 'error', 'warning', 'info', 'info', 'debug'];
const klog = /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}/;
const klogNames: Record<string, LogLevel> = { I: 'info', W: 'warning', E: 'error', F: 'critical' };
const python = /^(?:Traceback \(most recent call last\):|[\w.]*(?:Error|Exception): )/;
/** As Python's warnings are printed: `train.py:3: UserWarning: slow`. */
const pythonWarning = /^\S.*:\d+: [\w.]*Warning: /;
/** Characters of a line that are looked at: a level stands at its beginning. */
const lookedAt = 240;
const escapes = /\u001b\[[\d;:]*m/g;

/** The level that a line says it has. Nothing is guessed from words in its text. */
export function levelOf(line: string): LogLevel {
  const cut = line.slice(0, lookedAt);
  const head = cut.includes('\u001b') ? cut.replace(escapes, '') : cut;
  if (head.startsWith('{')) return levelOfJson(line);
  const inCapitals = capital.exec(head);
  const isSaid = inCapitals !== null && !sentence.test(head.slice(0, inCapitals.index + 1));
  const found = ((isSaid ? inCapitals : null) ?? keyed.exec(head) ?? bracketed.exec(head) ?? leading.exec(head))?.[1];
  if (found !== undefined) return names[found.toLowerCase()] ?? 'unknown';
  const letter = klog.exec(head)?.[1];
  if (letter !== undefined) return klogNames[letter] ?? 'unknown';
  const priority = syslog.exec(head)?.[1];
  if (priority !== undefined) return Number(priority) > 191 ? 'unknown' : (severities[Number(priority) & 7] ?? 'unknown');
  if (python.test(head)) return 'error';
  return pythonWarning.test(head) ? 'warning' : 'unknown';
}

function levelOfJson(line: string): LogLevel {
  const found = jsonKeyed.exec(line);
  // Within another object it counts only when the line itself has none.
  const own = found !== null && line.slice(1, found.index).includes('{') ? ownLevel(line) : null;
  const [, name, number] = own ?? found ?? jsonNamed.exec(line) ?? [];
  return name !== undefined ? (names[name.toLowerCase()] ?? 'unknown') : number === undefined ? 'unknown' : (numbers[number] ?? 'unknown');
}

const levelKeys = ['level', 'lvl', 'levelname', 'severity', 'log.level'];

/** The level of an object itself, as `jsonKeyed` finds it; null if it has none. */
function ownLevel(line: string): RegExpExecArray | null {
  try {
    const fields = z.record(z.string(), z.unknown()).parse(JSON.parse(line));
    const key = levelKeys.find((known) => typeof fields[known] === 'string' || typeof fields[known] === 'number');
    return key === undefined ? null : jsonKeyed.exec(JSON.stringify({ [key]: fields[key] }));
  } catch {
    // It is no JSON, or was cut.
    return null;
  }
}
