/** Most output messages, and most of their bytes, that may be unacknowledged; then the kernel waits, and Python with it. */
export const maxUnacknowledged = 1024;
export const maxUnacknowledgedBytes = 2 * 1024 * 1024;

/**
 * The output messages that are under way. Counted by number and by size: text comes in pieces of 64 KB, of which 32 keep everyone busy, but a
 * script that prints to both streams by turns makes a message of each line, and must not stand still for each 32 of them.
 */
export class Outstanding {
  readonly #sizes: number[] = [];
  #bytes = 0;

  add(bytes: number): void {
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** The oldest `count` were taken over. */
  acknowledge(count: number): void {
    for (const size of this.#sizes.splice(0, count)) this.#bytes -= size;
  }

  /** Whether no more may be sent, by this many messages and bytes beyond the limits. */
  isFull(extraMessages = 0, extraBytes = 0): boolean {
    return this.#sizes.length >= maxUnacknowledged + extraMessages || this.#bytes >= maxUnacknowledgedBytes + extraBytes;
  }
}
