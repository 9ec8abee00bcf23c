import type { OutputSource } from '../../../contract/index.ts';

/** Most attempts that are told one by one. */
const mostAttempts = 100;

/**
 * The places that an output comes from, as far as its records were seen. Attempts follow each other, so the ones before the newest that was seen are
 * known as well. The list is another one only when there is another place in it.
 */
export class Sources {
  list: readonly OutputSource[] = [];
  private last: OutputSource | undefined;
  private readonly newest = new Map<string, number>();

  see(source: OutputSource | undefined): void {
    if (source === undefined || (source.container === this.last?.container && source.attempt === this.last.attempt)) return;
    this.last = source;
    if (source.attempt <= (this.newest.get(source.container) ?? 0)) return;
    this.newest.set(source.container, source.attempt);
    this.list = [...this.newest].flatMap(([container, attempt]) => Array.from({ length: Math.min(attempt, mostAttempts) }, (_, i) => ({ container, attempt: attempt - Math.min(attempt, mostAttempts) + 1 + i })));
  }
}
