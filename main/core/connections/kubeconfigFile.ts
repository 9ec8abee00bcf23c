import { dirname, isAbsolute, join } from 'node:path';
import { LineCounter, parseDocument, visit, YAMLParseError, type Alias, type Document } from 'yaml';
import { z } from 'zod';

/** A kubeconfig larger than this is none. */
export const maxKubeconfigBytes = 8 * 1024 * 1024;
/** How many nodes aliases may stand for: enough for anchors of people, too few for a bomb. */
const maxAliasCount = 100;

export type Entry = Record<string, unknown>;

/** What one kubeconfig defines, its relative paths made absolute. */
export interface KubeconfigContents {
  clusters: Map<string, Entry>;
  users: Map<string, Entry>;
  contexts: Map<string, Entry>;
  currentContext: string;
}

export type KubeconfigParse =
  | { ok: true; contents: KubeconfigContents }
  | { ok: false; message: string; line: number | null; column: number | null };

const Named = z.looseObject({ name: z.coerce.string().min(1) });
const Whole = z.looseObject({
  clusters: z.array(z.unknown()).nullish(),
  users: z.array(z.unknown()).nullish(),
  contexts: z.array(z.unknown()).nullish(),
  'current-context': z.coerce.string().nullish(),
});

/** Reads a kubeconfig's text. An entry that is no entry is left out; what refers to it says so. */
export function parseKubeconfig(text: string, path: string): KubeconfigParse {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: true, uniqueKeys: true, merge: true });
    const fault = document.errors[0];
    if (fault?.code === 'MULTIPLE_DOCS') return broken('It holds more than one document.', fault.linePos?.[0].line ?? null, fault.linePos?.[0].col ?? null);
    if (fault !== undefined) return broken(firstSentence(fault.message), fault.linePos?.[0].line ?? null, fault.linePos?.[0].col ?? null);
    const plain = plainOf(document);
    if ('fault' in plain) {
      const at = plain.fault.offset === null ? null : lines.linePos(plain.fault.offset);
      return broken(plain.fault.message, at?.line ?? null, at?.col ?? null);
    }
    const { value } = plain;
    if (value === null || value === undefined) return { ok: true, contents: { clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: '' } };
    const whole = Whole.safeParse(value);
    if (!whole.success) {
      const issue = whole.error.issues[0];
      const place = issue?.path.map(String) ?? [];
      const node = document.getIn(place, true);
      const at = rangeStart(node);
      const where = at === null ? null : lines.linePos(at);
      return broken(place.length === 0 ? 'It is no kubeconfig.' : `"${place.join('.')}" is not what a kubeconfig has there.`, where?.line ?? null, where?.col ?? null);
    }
    const folder = dirname(path);
    return {
      ok: true,
      contents: {
        clusters: entriesOf(whole.data.clusters, 'cluster', (entry) => withPaths(entry, ['certificate-authority'], folder)),
        users: entriesOf(whole.data.users, 'user', (entry) => withCommand(withPaths(entry, ['client-certificate', 'client-key', 'tokenFile'], folder), folder)),
        contexts: entriesOf(whole.data.contexts, 'context', (entry) => entry),
        currentContext: whole.data['current-context'] ?? '',
      },
    };
  } catch (error) {
    if (error instanceof YAMLParseError) return broken(firstSentence(error.message), error.linePos?.[0].line ?? null, error.linePos?.[0].col ?? null);
    throw error;
  }
}

interface Fault {
  message: string;
  /** Where it is in the text, as an offset; null where nobody knows. */
  offset: number | null;
}

/** A document as plain values, its aliases and merge keys (`<<: *name`) followed; or why that cannot be. */
function plainOf(document: Document.Parsed): { value: unknown } | { fault: Fault } {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_, alias) => void aliases.push(alias) });
  const unknown = aliases.find((alias) => alias.resolve(document) === undefined);
  if (unknown !== undefined) return { fault: { message: `Nothing is called "${unknown.source}" before the alias *${unknown.source}.`, offset: rangeStart(unknown) } };
  try {
    return { value: document.toJS({ maxAliasCount }) };
  } catch (error) {
    const offset = rangeStart(aliases[0]);
    if (error instanceof ReferenceError) return { fault: { message: 'Its aliases unfold to more than a kubeconfig needs.', offset } };
    return { fault: { message: error instanceof Error ? `${firstSentence(error.message)}.` : 'It cannot be read.', offset } };
  }
}

function broken(message: string, line: number | null, column: number | null): KubeconfigParse {
  return { ok: false, message, line, column };
}

/** The yaml package appends the place and a picture of it. */
function firstSentence(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

function rangeStart(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : null;
}

/** As kubectl does: of two entries with one name the first counts. */
function entriesOf(list: readonly unknown[] | null | undefined, key: string, finish: (entry: Entry) => Entry): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const item of list ?? []) {
    const named = Named.safeParse(item);
    if (!named.success || entries.has(named.data.name)) continue;
    const inner = z.record(z.string(), z.unknown()).safeParse(named.data[key]);
    if (inner.success) entries.set(named.data.name, finish(inner.data));
  }
  return entries;
}

function withPaths(entry: Entry, keys: readonly string[], folder: string): Entry {
  const result = { ...entry };
  for (const key of keys) {
    const value = result[key];
    if (typeof value === 'string' && value !== '') result[key] = isAbsolute(value) ? value : join(folder, value);
    // kubectl prefers what is written out over what a file has; client-node does it the other way round.
    if (typeof result[`${key}-data`] === 'string' && result[`${key}-data`] !== '') delete result[key];
  }
  return result;
}

/** A sign-in program with a path is looked for beside the kubeconfig, one without on the PATH. */
function withCommand(entry: Entry, folder: string): Entry {
  const exec = z.looseObject({ command: z.string() }).safeParse(entry['exec']);
  if (!exec.success || isAbsolute(exec.data.command) || !/[\\/]/.test(exec.data.command)) return entry;
  return { ...entry, exec: { ...exec.data, command: join(folder, exec.data.command) } };
}
