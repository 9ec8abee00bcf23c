import { outputPattern, toAppError, type OutputMatch, type RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import type { ConsoleLog } from './model/consoleLog.ts';

/** How long typing must rest before a search starts, and how often one is repeated while output comes. */
const debounceMs = 120;
const repeatMs = 1500;

export interface SearchResult {
  matches: readonly OutputMatch[];
  isDone: boolean;
  /** There are more matches than are listed. */
  isTruncated: boolean;
  /** Why there is no result: a regular expression that does not compile, storage that cannot be read. */
  error: string | null;
  /** What this is the result of; null for nothing. */
  asked: SearchQuery | null;
}

export interface SearchInput extends SearchQuery {
  runId: RunId;
  log: ConsoleLog;
}

/** What is searched for. */
export interface SearchQuery {
  query: string;
  regex: boolean;
  matchCase: boolean;
}

export function sameQuery(a: SearchQuery | null, b: SearchQuery): boolean {
  return a !== null && a.query === b.query && a.regex === b.regex && a.matchCase === b.matchCase;
}

/** The pattern by which matches are marked; null if there is none, or the expression does not compile. */
export function searchPattern(asked: SearchQuery): RegExp | null {
  try {
    return asked.query === '' ? null : outputPattern(asked);
  } catch {
    return null;
  }
}

/**
 * Searches the stored output, and again while output comes.
 *
 * @param onResult called with what is found so far; the last call has `isDone`
 * @returns ends it
 */
export function startSearch(input: SearchInput, onResult: (result: SearchResult) => void): () => void {
  const controller = new AbortController();
  const { log, ...query } = input;
  let searchedSeq = 0;
  let timer = setTimeout(() => void search(), debounceMs);
  const stops = [log.subscribe(() => schedule()), log.onStored(() => schedule())];

  function schedule(): void {
    if (timer !== 0 || log.storedSeq <= searchedSeq || controller.signal.aborted) return;
    timer = setTimeout(() => void search(), repeatMs);
  }

  async function search(): Promise<void> {
    // What is shown and on its way to the disk is searched when it is there.
    searchedSeq = log.storedSeq;
    const isFirst = matches.length === 0;
    const found: OutputMatch[] = [];
    try {
      for await (const batch of await core.output.search(query, { signal: controller.signal })) {
        found.push(...batch.matches);
        // The first time matches are shown as they come; a repeated search replaces them when it is done.
        if (isFirst || batch.done) show({ matches: [...found], isDone: batch.done, isTruncated: batch.truncated, error: null, asked: query });
      }
    } catch (caught) {
      const error = toAppError(caught);
      if (error.code !== 'CANCELLED') show({ matches: [], isDone: true, isTruncated: false, error: error.message, asked: query });
    }
    timer = 0;
    schedule();
  }

  let matches: readonly OutputMatch[] = [];
  function show(result: SearchResult): void {
    matches = result.matches;
    if (!controller.signal.aborted) onResult(result);
  }

  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
    controller.abort();
  };
}
