import { ProfileSettings } from '../../contract/profiles.ts';
import { formatByteCount, formatSeconds, parseByteCount, parseSeconds } from './amounts.ts';
import { formGroups, type FieldKind, type RowsField } from './formFields.ts';

/** One line of a list in the form: its columns as text. */
export type DraftRow = Readonly<Record<string, string>>;

/** A profile as it is typed: nothing but text, by the paths of formFields. */
export interface ProfileDraft {
  values: Readonly<Record<string, string>>;
  rows: Readonly<Record<string, readonly DraftRow[]>>;
}

/** What is wrong, by path: `memory`, `env.0.name`. */
export type Faults = ReadonlyMap<string, string>;

export type DraftCheck = { ok: true; settings: ProfileSettings } | { ok: false; faults: Faults };

const valueFields = formGroups.flatMap((group) => group.fields).filter((field) => field.type === 'value');
const rowsFields = formGroups.flatMap((group) => group.fields).filter((field) => field.type === 'rows');

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function getIn(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

function setIn(target: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const next = isObject(inner) ? inner : {};
  target[first] = next;
  setIn(next, rest.join('.'), value);
}

function textOf(value: unknown, kind: FieldKind): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'number') return kind === 'seconds' ? formatSeconds(value) : kind === 'bytes' ? formatByteCount(value) : String(value);
  return typeof value === 'string' ? value : '';
}

/** The settings as text. */
export function toDraft(settings: ProfileSettings): ProfileDraft {
  const values: Record<string, string> = {};
  for (const { path, kind } of valueFields) values[path] = textOf(getIn(settings, path), kind);
  const rows: Record<string, readonly DraftRow[]> = {};
  for (const field of rowsFields) rows[field.path] = rowsOf(getIn(settings, field.path), field);
  return { values, rows };
}

function rowsOf(value: unknown, field: RowsField): DraftRow[] {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => ({ ...emptyRow(field), ...Object.fromEntries(Object.entries(isObject(item) ? item : { value: item }).map(([key, one]) => [key, String(one)])) }));
  }
  return Object.entries(isObject(value) ? value : {}).map(([name, one]) => ({ name, value: String(one) }));
}

/** A new row: choices at their first. */
export function emptyRow({ columns }: RowsField): DraftRow {
  return Object.fromEntries(columns.map(({ key, options }) => [key, options?.[0]?.value ?? '']));
}

/** A row in which nothing was typed yet counts as none. */
function isBlank(row: DraftRow, { columns, blankCounts = false }: RowsField): boolean {
  return !blankCounts && columns.every(({ key, options }) => options !== undefined || (row[key] ?? '').trim() === '');
}

/** The value that a text means; a string with what is wrong when it means none. */
function valueOf(text: string, kind: FieldKind): { value: unknown } | { fault: string } {
  const trimmed = text.trim();
  switch (kind) {
    case 'text':
    case 'choice':
      return { value: trimmed };
    case 'optional':
      return { value: trimmed === '' ? null : trimmed };
    case 'list':
      return { value: trimmed.split(/[\s,]+/).filter((one) => one !== '') };
    case 'optionalNumber':
      return trimmed === '' ? { value: null } : wholeNumber(trimmed);
    case 'number':
      return wholeNumber(trimmed);
    case 'seconds': {
      const seconds = parseSeconds(trimmed);
      return seconds === null ? { fault: 'A length of time such as 90s, 30m or 1h 30m.' } : { value: seconds };
    }
    case 'bytes': {
      const bytes = parseByteCount(trimmed);
      return bytes === null ? { fault: 'A size such as 500Mi or 2Gi.' } : { value: bytes };
    }
  }
}

function wholeNumber(text: string): { value: number } | { fault: string } {
  return /^\d{1,15}$/.test(text) ? { value: Number(text) } : { fault: 'A whole number.' };
}

/** A row of an array as the contract has it: without what its choice has no use for. */
function itemOf(row: DraftRow, field: RowsField): Record<string, string> {
  const item: Record<string, string> = {};
  for (const { key, options, onlyIf } of field.columns) {
    const text = row[key]?.trim() ?? '';
    if (onlyIf !== undefined && !onlyIf.values.includes(row[onlyIf.key] ?? '')) continue;
    // `every` effect of a toleration is none in particular; an empty text is left to the default.
    if (options === undefined ? text === '' && key !== 'secret' && key !== 'claim' : text === 'every') continue;
    item[key] = text;
  }
  return item;
}

/** An array of texts. */
function isPlain({ columns }: RowsField): boolean {
  return columns.length === 1;
}

/** Records, by the path of their list: the key is the column `name`. */
const recordPaths = ['env', 'extendedResources', 'nodeSelector'];

/** The settings that a draft means, or what is wrong with it. */
export function checkDraft(draft: ProfileDraft): DraftCheck {
  const faults = new Map<string, string>();
  const input: Record<string, unknown> = {};
  for (const { path, kind } of valueFields) {
    const read = valueOf(draft.values[path] ?? '', kind);
    if ('fault' in read) faults.set(path, read.fault);
    else setIn(input, path, read.value);
  }
  /** Rows as the person sees them, by the place that they have in the settings: `env.NAME`, `artifacts.patterns.0`. */
  const places = new Map<string, number>();
  for (const field of rowsFields) {
    const kept = (draft.rows[field.path] ?? []).map((row, index) => ({ row, index })).filter(({ row }) => !isBlank(row, field));
    const isRecord = recordPaths.includes(field.path);
    const record: Record<string, unknown> = {};
    for (const [place, { row, index }] of kept.entries()) {
      const name = row['name']?.trim() ?? '';
      places.set(`${field.path}.${isRecord ? name : place}`, index);
      if (!isRecord) continue;
      if (name in record) faults.set(`${field.path}.${index}.name`, 'It is here twice.');
      record[name] = field.path === 'extendedResources' ? Number(row['value']) : (row['value'] ?? '');
    }
    setIn(input, field.path, isRecord ? record : kept.map(({ row }) => (isPlain(field) ? (row['value'] ?? '').trim() : itemOf(row, field))));
  }
  const parsed = ProfileSettings.safeParse(input);
  if (parsed.success && faults.size === 0) return { ok: true, settings: parsed.data };
  for (const issue of parsed.error?.issues ?? []) {
    const nested = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
    const path = placeOf(issue.path.map(String), places, nested !== undefined);
    if (!faults.has(path)) faults.set(path, nested ?? issue.message);
  }
  return { ok: false, faults };
}

/** Where a fault of the contract is in the form. */
function placeOf(path: readonly string[], places: ReadonlyMap<string, number>, isKey: boolean): string {
  const field = rowsFields.find((one) => path.join('.').startsWith(`${one.path}.`));
  if (field === undefined) return path.join('.');
  const depth = field.path.split('.').length;
  const index = places.get(`${field.path}.${path[depth] ?? ''}`);
  if (index === undefined) return path.join('.');
  const column = recordPaths.includes(field.path) ? (isKey ? 'name' : 'value') : isPlain(field) ? 'value' : path.slice(depth + 1).join('.');
  return [field.path, String(index), column].filter((part) => part !== '').join('.');
}

/** The fault of a field, or of one of the entries of its list. */
export function faultAt(faults: Faults, path: string): string | null {
  return faults.get(path) ?? [...faults].find(([at]) => at.startsWith(`${path}.`))?.[1] ?? null;
}
