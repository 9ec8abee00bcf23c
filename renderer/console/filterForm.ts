import type { LogLevel, OutputFilter, OutputSource, TextStream } from '../../contract/index.ts';
import { parseDestination } from './times.ts';

/** What the person has put into the filter's fields. */
export interface FilterForm {
  query: string;
  regex: boolean;
  matchCase: boolean;
  /** The least serious level that is wanted; `all` wants those that say none, too. */
  level: LevelChoice;
  stream: TextStream | 'all';
  source: string;
  from: string;
  to: string;
  context: '0' | '1' | '3' | '10';
}

export type LevelChoice = 'all' | 'debug' | 'info' | 'warning' | 'error' | 'unknown';

export const emptyForm: FilterForm = { query: '', regex: false, matchCase: false, level: 'all', stream: 'all', source: '', from: '', to: '', context: '0' };

/** Whether a form asks for nothing in particular. */
export function isEmptyForm(form: FilterForm): boolean {
  return form.query === '' && form.level === 'all' && form.stream === 'all' && form.source === '' && form.from.trim() === '' && form.to.trim() === '';
}

const rising: readonly LogLevel[] = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

export function sourceName({ container, attempt }: OutputSource): string {
  return `${container}, attempt ${attempt}`;
}

function levelsOf(choice: LevelChoice): LogLevel[] {
  return choice === 'unknown' ? ['unknown'] : rising.slice(rising.indexOf(choice === 'all' ? 'trace' : choice));
}

/** The filter that a form asks for, or what is wrong with its times. */
export function filterOf(form: FilterForm, sources: readonly OutputSource[], startedMs: number): { filter: OutputFilter } | { fault: string } {
  const { query, regex, matchCase, level, stream } = form;
  const filter: OutputFilter = { query, regex, matchCase };
  for (const [field, key] of [['from', 'fromMs'], ['to', 'toMs']] as const) {
    const text = form[field].trim();
    if (text === '') continue;
    const destination = parseDestination(text, startedMs);
    if (destination?.kind !== 'time') return { fault: `"${text}" is no time: write 10:02:11, +1:30 or 2026-11-22T10:02:11Z.` };
    filter[key] = Math.max(0, Math.floor(destination.timeMs));
  }
  if (level !== 'all') filter.levels = levelsOf(level);
  if (stream !== 'all') filter.streams = [stream];
  const source = sources.find((one) => sourceName(one) === form.source);
  if (source !== undefined) filter.sources = [source];
  return { filter };
}

/** Whether a filter leaves anything out. */
export function isFiltering(filter: OutputFilter): boolean {
  return filter.query !== '' || [filter.levels, filter.streams, filter.sources, filter.fromMs, filter.toMs].some((condition) => condition !== undefined);
}
