import { isMap, isScalar, LineCounter, parseAllDocuments, stringify, type Document } from 'yaml';
import type { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import { ProfileName, ProfileSettings } from '../../../contract/profiles.ts';

export interface NamedSettings {
  name: string;
  settings: ProfileSettings;
}

/** Most profiles in one text. */
const maxDocuments = 100;

/** A profile as a person writes it: its name, and what differs from the defaults. */
export function profileToYaml({ name, settings }: NamedSettings): string {
  return stringify({ name, ...differences(settings, ProfileSettings.parse({})) });
}

function differences(value: object, defaults: object): Record<string, unknown> {
  const usual = new Map(Object.entries(defaults));
  return Object.fromEntries(Object.entries(value).filter(([key, field]) => JSON.stringify(field) !== JSON.stringify(usual.get(key))));
}

/**
 * Reads profiles from YAML, one a document.
 * @throws AppError INVALID_INPUT what is wrong, with its line and field
 */
export function profilesFromYaml(text: string): NamedSettings[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  if (!Array.isArray(documents) || documents.length === 0) throw refused('The text holds no profile', 1);
  if (documents.length > maxDocuments) throw refused(`The text holds more than ${maxDocuments} profiles`, 1);
  return documents.filter((document) => document.contents !== null || document.errors.length > 0).map((document) => profileOf(document, lines));
}

function profileOf(document: Document.Parsed, lines: LineCounter): NamedSettings {
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [fault] = document.errors;
  if (fault !== undefined) throw refused(fault.message.split(/ at line \d/, 1)[0] ?? 'This is not YAML', lineAt(fault.pos[0]));
  const start = lineAt(document.contents?.range[0] ?? 0);
  if (!isMap(document.contents)) throw refused('A profile is a list of fields', start);

  let value: unknown;
  try {
    // Nothing in a profile is worth an alias, and a few of them can stand for gigabytes.
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refused('Aliases (*name) are not understood here', start);
  }
  const { name, ...fields } = Object.fromEntries(Object.entries(value ?? {}));
  const line = (path: readonly PropertyKey[]): number => {
    for (let depth = path.length; depth > 0; depth--) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) return lineAt(Number(node.range[0]));
    }
    return start;
  };

  /** What stands at a key may begin in the next line. */
  const keyLine = (field: string): number => {
    const pair = isMap(document.contents) ? document.contents.items.find(({ key }) => isScalar(key) && String(key.value) === field) : undefined;
    return isScalar(pair?.key) ? lineAt(pair.key.range?.[0] ?? 0) : start;
  };

  if ('apiVersion' in fields && 'kind' in fields) throw refused(`This is a Kubernetes object (${kindOf(fields['kind'])}), not a profile as its export writes it`, start);
  const unknown = Object.keys(fields).find((key) => !(key in ProfileSettings.shape));
  if (unknown !== undefined) throw refused(`There is no field "${unknown}"`, keyLine(unknown));
  const parsedName = ProfileName.safeParse(name);
  if (!parsedName.success) throw refused('A profile needs a name of at most 100 characters', line(['name']));
  const parsed = ProfileSettings.safeParse(withTexts(document, fields));
  if (parsed.success) return { name: parsedName.data, settings: parsed.data };
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  throw refused(`${path.join('.')}: ${issue === undefined ? 'not understood' : messageOf(issue)}`, line(path));
}

/** The fields with the text that was written where YAML sees a number or a truth, and a text is wanted: `cpu: 0.5`, `env: { DEBUG: 1 }`. */
function withTexts(document: Document.Parsed, fields: Record<string, unknown>): Record<string, unknown> {
  for (const issue of ProfileSettings.safeParse(fields).error?.issues ?? []) {
    const node: unknown = issue.code === 'invalid_type' && issue.expected === 'string' ? document.getIn(issue.path, true) : undefined;
    if (isScalar(node) && node.source !== undefined && (typeof node.value === 'number' || typeof node.value === 'boolean')) document.setIn(issue.path, node.source);
  }
  const { name, ...texts } = Object.fromEntries(Object.entries(document.toJS({ maxAliasCount: 0 }) ?? {}));
  void name;
  return texts;
}

const wanted: Record<string, string> = { string: 'A text is wanted.', number: 'A number is wanted.', int: 'A whole number is wanted.', array: 'A list is wanted.', object: 'Fields are wanted.', record: 'Names with values are wanted.' };

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return wanted[issue.expected] ?? issue.message;
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

function kindOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : 'of no kind';
}

function refused(what: string, line: number): AppError {
  return new AppError('INVALID_INPUT', `${what} (line ${line}). Nothing was imported.`, { action: 'Mend the line and import again.' });
}
