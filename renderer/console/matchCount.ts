import { mapParts, type OutputMatch, type RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import type { ConsoleLog } from './model/consoleLog.ts';

/** Line feeds of a whole output. */
export function lineTotal(log: ConsoleLog): number {
  const last = log.blocks.at(-1);
  return last === undefined ? 0 : last.lineFeedsBefore + last.lineFeeds;
}

/** How many matches are in each part of an output of so many lines. */
export function mapOfMatches(matches: readonly OutputMatch[], total: number): number[] {
  const map = Array.from({ length: mapParts }, () => 0);
  for (const { line } of matches) {
    const part = Math.min(mapParts - 1, Math.floor((line / Math.max(1, total)) * mapParts));
    map[part] = (map[part] ?? 0) + 1;
  }
  return map;
}

export interface MatchCount {
  lines: number;
  map: readonly number[];
  isDone: boolean;
}

/** Counts all lines that match, where a search has listed only the first. @param onCount called as it goes on */
export function countMatches(runId: RunId, query: { query: string; regex: boolean; matchCase: boolean }, onCount: (count: MatchCount) => void): () => void {
  const controller = new AbortController();
  async function count(): Promise<void> {
    for await (const { matched, map, done } of await core.output.filter({ runId, filter: query, maxLines: 0 }, { signal: controller.signal })) {
      if (!controller.signal.aborted) onCount({ lines: matched, map, isDone: done });
    }
  }
  // What cannot be counted is told by the search itself.
  count().catch(() => undefined);
  return () => controller.abort();
}
