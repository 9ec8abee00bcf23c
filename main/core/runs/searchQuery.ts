import type { SqlValue } from '../database/index.ts';

export interface SearchCondition {
  from: string;
  where: string[];
  params: SqlValue[];
  key: string;
}

/** Text for FTS5 that means exactly these characters, whatever they are (sqlite.org/fts5.html, "FTS5 Strings"). */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
}

const details = 'run_details ON run_details.key = runs.key';
const likePlaces = [
  'runs.title',
  'run_details.source',
  'runs.error',
  '(SELECT note FROM run_notes WHERE run_notes.key = runs.key)',
  "(SELECT group_concat(tag, ' ') FROM run_tags WHERE run_tags.key = runs.key)",
];
const likeAnywhere = `(${likePlaces.map((place) => `${place} LIKE ? ESCAPE '\\'`).join(' OR ')})`;

/**
 * The condition that every word of a search occurs in a run's title, source, error, tags or note. Nothing in the text has a special meaning.
 *
 * Words of 3 characters and more are found anywhere by trigrams. Shorter ones have no trigram: beside a longer word
 * its hits are looked through for them; alone they are found at the beginning of words, by an index of prefixes; and what is not made
 * of letters and digits (`==`) is looked for in all sources.
 */
export function searchCondition(search: string): SearchCondition {
  // NUL ends a text for SQLite's LIKE and tokenizers, and cannot occur in a source that Python accepts.
  const words = [...new Set(search.replaceAll('\0', ' ').split(/\s+/u))].filter((word) => word !== '');
  const long = words.filter((word) => [...word].length >= 3);
  const short = words.filter((word) => [...word].length < 3);
  const prefixes = long.length > 0 ? [] : short.filter((word) => /^[\p{L}\p{N}_]+$/u.test(word));
  const plain = long.length > 0 ? short : short.filter((word) => !prefixes.includes(word));

  const condition: SearchCondition = { from: 'runs', where: [], params: [], key: 'runs.key' };
  if (long.length > 0) {
    condition.from = 'run_text CROSS JOIN runs ON runs.key = run_text.rowid';
    condition.where.push('run_text MATCH ?');
    condition.params.push(long.map(quoted).join(' AND '));
    condition.key = 'run_text.rowid';
  } else if (prefixes.length > 0) {
    condition.from = 'run_words CROSS JOIN runs ON runs.key = run_words.rowid';
    condition.where.push('run_words MATCH ?');
    condition.params.push(prefixes.map((word) => `${quoted(word)}*`).join(' AND '));
    condition.key = 'run_words.rowid';
  }
  if (plain.length > 0) condition.from += ` JOIN ${details}`;
  for (const word of plain) {
    const pattern = likePattern(word);
    condition.where.push(likeAnywhere);
    condition.params.push(...likePlaces.map(() => pattern));
  }
  return condition;
}
