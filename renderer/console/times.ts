/** How the time of a line is shown beside it. */
export type TimeMode = 'off' | 'relative' | 'local' | 'utc';

export const timeModes: readonly TimeMode[] = ['off', 'relative', 'local', 'utc'];
/** Columns that a time takes, the space after it counted. */
export const timeColumns: Record<TimeMode, number> = { off: 0, relative: 15, local: 13, utc: 25 };

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

function clockOf(hours: number, minutes: number, seconds: number, ms: number): string {
  return `${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds, 2)}.${digits(ms, 3)}`;
}

/**
 * The time of a line in words: since the run's start (`+0:00:01.250`), by the clock of this computer, or UTC as ISO 8601.
 * @param timeMs milliseconds since 1970
 */
export function timeText(mode: TimeMode, timeMs: number, startedMs: number): string {
  const date = new Date(timeMs);
  switch (mode) {
    case 'off':
      return '';
    case 'utc':
      return date.toISOString();
    case 'local':
      return clockOf(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds());
    case 'relative': {
      const since = Math.abs(timeMs - startedMs);
      const text = clockOf(Math.floor(since / 3_600_000), Math.floor(since / 60_000) % 60, Math.floor(since / 1000) % 60, since % 1000);
      return `${timeMs < startedMs ? '-' : '+'}${text}`;
    }
  }
}

/** Where someone wants to go: a line (first is 1), a moment, or one of the ends. */
export type Destination = { kind: 'line'; line: number } | { kind: 'time'; timeMs: number };

const lineForm = /^(?:line\s+)?(\d[\d,._\s]*)$/i;
const sinceForm = /^\+(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)\s*s?$/;
const clockForm = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,3})\d*)?)?(z?)$/i;
const dateForm = /^(\d{4}-\d{2}-\d{2})(?:[T ](.+))?$/i;

/**
 * Understands `1200` (a line), `10:02:11` (the first time after the start that a clock here shows it; with `Z` UTC), `+1:30` or `+90`
 * (since the start), or any date and time of ISO 8601. Null for anything else.
 */
export function parseDestination(text: string, startedMs: number): Destination | null {
  const wanted = text.trim();
  const line = lineForm.exec(wanted)?.[1];
  if (line !== undefined) return { kind: 'line', line: Math.max(1, Number(line.replace(/\D/g, ''))) };
  const since = sinceForm.exec(wanted);
  if (since !== null) return { kind: 'time', timeMs: startedMs + (Number(since[1] ?? 0) * 3600 + Number(since[2] ?? 0) * 60 + Number(since[3])) * 1000 };
  const clock = clockForm.exec(wanted);
  if (clock !== null) return { kind: 'time', timeMs: clockTime(clock, startedMs) };
  const [, date, time = '00:00'] = dateForm.exec(wanted) ?? [];
  // A comma before the milliseconds, as Python's logging writes it. Without a zone it is the time of this computer, for a date alone as well.
  const parsed = date === undefined ? Number.NaN : Date.parse(`${date}T${time.replace(',', '.')}`);
  return Number.isNaN(parsed) ? null : { kind: 'time', timeMs: parsed };
}

function clockTime([, hours = '0', minutes = '0', seconds = '0', fraction = '0', zone = '']: RegExpExecArray, startedMs: number): number {
  const date = new Date(startedMs);
  const time = [Number(hours), Number(minutes), Number(seconds), Number(fraction.padEnd(3, '0'))] as const;
  if (zone === '') date.setHours(...time);
  else date.setUTCHours(...time);
  const day = 86_400_000;
  // A run that goes past midnight: what would be long before its start is of the next day.
  return date.getTime() < startedMs - day / 2 ? date.getTime() + day : date.getTime();
}
