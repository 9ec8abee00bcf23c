/** What a piece of a pretty-printed value is. `note` is our own word about what is folded or left out. */
export type JsonTokenKind = 'key' | 'string' | 'number' | 'word' | 'mark' | 'note';

export interface JsonToken {
  text: string;
  kind: JsonTokenKind;
}

/** One line of a pretty-printed value. */
export interface JsonPrettyRow {
  depth: number;
  tokens: JsonToken[];
  /** A container that opens here, or is folded here: its number (0 is the whole value), its key, and whether it is folded. */
  fold: { id: number; name: string; isFolded: boolean } | null;
}

/** A longer text is no JSON to us. */
export const longestJson = 256 * 1024;
/** Deeper containers are written as they are, in one line; a text that is nested deeper still is no JSON to us. */
const deepestRows = 40;
const deepest = 1000;
const mostRows = 5000;
/** Containers of plain values alone are written in one line up to this length. */
const shortLength = 72;

const pattern = /[ \t\r\n]*(?:([{}[\],:])|("[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity)|(true|false|null|NaN))/y;

/** A value in the text: its own words, so that numbers of any size, repeated keys and escapes stay as they were printed. */
interface JsonNode {
  /** The token of the value, or the bracket that opens it. */
  token: JsonToken;
  key: string | null;
  /** Null for a plain value. */
  members: JsonNode[] | null;
  /** Containers are numbered as they open. */
  id: number;
}

interface Scanned {
  text: string;
  kind: JsonTokenKind;
}

function* scan(text: string): Generator<Scanned | null> {
  const matcher = new RegExp(pattern);
  while (matcher.lastIndex < text.length) {
    const from = matcher.lastIndex;
    const match = matcher.exec(text);
    if (match === null) {
      if (text.slice(from).trim() !== '') yield null;
      return;
    }
    const [, mark, string, number, word] = match;
    yield { text: mark ?? string ?? number ?? word ?? '', kind: mark !== undefined ? 'mark' : string !== undefined ? 'string' : number !== undefined ? 'number' : 'word' };
  }
}

/** The object or list that a text is, as Python's json.dumps writes it (NaN and Infinity included); null for anything else. */
function parseNodes(text: string): JsonNode | null {
  const open: JsonNode[] = [];
  let root: JsonNode | null = null;
  let key: string | null = null;
  let containers = 0;
  let wants: 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing' = 'value';
  for (const token of scan(text)) {
    const parent = open.at(-1);
    if (token === null) return null;
    if (token.kind === 'mark' && (token.text === '}' || token.text === ']')) {
      const isEnd = (wants === 'commaOrEnd' || (wants === 'keyOrEnd' && token.text === '}') || (wants === 'valueOrEnd' && token.text === ']')) && parent !== undefined;
      if (!isEnd || (parent.token.text === '{') !== (token.text === '}')) return null;
      open.pop();
      wants = open.length === 0 ? 'nothing' : 'commaOrEnd';
    } else if (wants === 'key' || wants === 'keyOrEnd') {
      if (token.kind !== 'string') return null;
      key = token.text;
      wants = 'colon';
    } else if (wants === 'colon') {
      if (token.text !== ':' || token.kind !== 'mark') return null;
      wants = 'value';
    } else if (wants === 'commaOrEnd') {
      if (token.text !== ',' || token.kind !== 'mark' || parent === undefined) return null;
      wants = parent.token.text === '{' ? 'key' : 'value';
    } else if (wants === 'value' || wants === 'valueOrEnd') {
      const isContainer = token.kind === 'mark';
      if (isContainer && token.text !== '{' && token.text !== '[') return null;
      const node: JsonNode = { token, key, members: isContainer ? [] : null, id: isContainer ? containers++ : -1 };
      key = null;
      if (parent === undefined) root = node;
      else parent.members?.push(node);
      if (isContainer) {
        if (open.push(node) > deepest) return null;
        wants = token.text === '{' ? 'keyOrEnd' : 'valueOrEnd';
      } else wants = parent === undefined ? 'nothing' : 'commaOrEnd';
    } else return null;
  }
  return wants === 'nothing' && root?.members !== null ? root : null;
}

function close(node: JsonNode): string {
  return node.token.text === '{' ? '}' : ']';
}

/**
 * Calls `visit` for each piece of a value in one line, with a space after colons and commas or without, until it says false. Without recursion: a hostile
 * line may be nested deeper than the stack.
 */
function writeFlat(node: JsonNode, space: ' ' | '', visit: (token: JsonToken) => boolean): boolean {
  const rest: (JsonNode | JsonToken)[] = [node];
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
    if ('kind' in item) {
      if (!visit(item)) return false;
      continue;
    }
    if (item.key !== null && item !== node && !(visit({ text: item.key, kind: 'key' }) && visit({ text: `:${space}`, kind: 'mark' }))) return false;
    if (!visit(item.token)) return false;
    if (item.members === null) continue;
    rest.push({ text: close(item), kind: 'mark' });
    for (let i = item.members.length - 1; i >= 0; i--) {
      const member = item.members[i];
      if (member !== undefined) rest.push(member);
      if (i > 0) rest.push({ text: `,${space}`, kind: 'mark' });
    }
  }
  return true;
}

function isShort(node: JsonNode): boolean {
  if (node.members?.some(({ members }) => members !== null && members.length > 0) === true) return false;
  let left = shortLength;
  return writeFlat(node, ' ', ({ text }) => (left -= text.length) >= 0);
}

function countText({ token, members }: JsonNode): string {
  const count = members?.length ?? 0;
  const name = token.text === '{' ? 'key' : 'item';
  return ` ${count.toLocaleString()} ${count === 1 ? name : `${name}s`}`;
}

/** Whether a text is a JSON object or list with anything in it. */
export function isJsonText(text: string): boolean {
  const first = text.trimStart()[0];
  if ((first !== '{' && first !== '[') || text.length > longestJson || !/[}\]]\s*$/.test(text)) return false;
  const root = parseNodes(text);
  return root !== null && (root.members?.length ?? 0) > 0;
}

/** A member of an object, as a person would write it: strings without their quotes, all else in its own words. */
export interface JsonField {
  key: string;
  value: string;
}

function unquoted(text: string): string {
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' ? value : text;
}

/** The members of an object in their order, repeated keys included; null for what is no JSON object. */
export function jsonFields(text: string): JsonField[] | null {
  const root = parseNodes(text);
  if (root === null || root.token.text !== '{') return null;
  try {
    return (root.members ?? []).map((member) => {
      const parts: string[] = [];
      if (member.token.kind === 'string') parts.push(unquoted(member.token.text));
      else writeFlat(member, '', (token) => parts.push(token.text) > 0);
      return { key: unquoted(member.key ?? '""'), value: parts.join('') };
    });
  } catch {
    // An escape that JSON does not have.
    return null;
  }
}

/**
 * A line of JSON over several rows, two spaces a level. Made of the text's own words and never by way of JavaScript's values.
 *
 * @param folded numbers of the containers that are folded
 * @returns null for what is no JSON object or list, is too long, or is nested too deep
 */
export function prettyJson(text: string, folded: ReadonlySet<number>): JsonPrettyRow[] | null {
  const root = text.length > longestJson ? null : parseNodes(text);
  if (root === null) return null;
  const rows: JsonPrettyRow[] = [];
  let left = 0;

  function add(row: JsonPrettyRow): void {
    if (rows.length < mostRows) rows.push(row);
    else left++;
  }

  function visit(node: JsonNode, depth: number, isLast: boolean): void {
    const comma: JsonToken[] = isLast ? [] : [{ text: ',', kind: 'mark' }];
    const head: JsonToken[] = node.key === null ? [] : [{ text: node.key, kind: 'key' }, { text: ': ', kind: 'mark' }];
    const { members } = node;
    if (members === null) return add({ depth, tokens: [...head, node.token, ...comma], fold: null });
    const { id } = node;
    const isFolded = folded.has(id);
    if (!isFolded && (members.length === 0 || (depth > 0 && isShort(node)) || depth >= deepestRows)) {
      const flat: JsonToken[] = [];
      writeFlat(node, ' ', (token) => flat.push(token) > 0);
      return add({ depth, tokens: [...head, ...flat, ...comma], fold: null });
    }
    const fold = { id, name: node.key ?? '', isFolded };
    if (isFolded) {
      return add({ depth, tokens: [...head, { text: `${node.token.text}\u2026${close(node)}`, kind: 'mark' }, ...comma, { text: countText(node), kind: 'note' }], fold });
    }
    add({ depth, tokens: [...head, node.token], fold });
    for (const [i, member] of members.entries()) visit(member, depth + 1, i === members.length - 1);
    add({ depth, tokens: [{ text: close(node), kind: 'mark' }, ...comma], fold: null });
  }

  visit(root, 0, true);
  if (left > 0) rows.push({ depth: 0, tokens: [{ text: `\u2026 ${left.toLocaleString()} more rows`, kind: 'note' }], fold: null });
  return rows;
}
