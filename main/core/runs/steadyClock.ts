import { recall, remember, type Storage } from '../database/index.ts';

const hourMs = 60 * 60 * 1000;
/** A clock that is further from where it should be has leapt. */
const leapMs = hourMs;
/** So long without the application running is nothing unusual; after longer, a wrong clock is as likely. */
const absenceMs = 2 * 24 * hourMs;
/** A clock that has leapt is believed when it has gone on for so long: what sets clocks right has had its time. */
const settledMs = hourMs;
const noteEveryMs = 10 * 60 * 1000;

export interface Clocks {
  /** Milliseconds since 1970, as the system says. */
  now(): number;
  /** Milliseconds since some moment, which nobody sets. */
  elapsed(): number;
}

export const systemClocks: Clocks = { now: Date.now, elapsed: () => performance.now() };

/**
 * Whether the time of day can be believed enough to delete by it. A clock that was set to another year, or that begins in 1970, would make all runs too
 * old at once, so after a leap nothing is deleted for its age until an hour has gone by.
 */
export class SteadyClock {
  readonly #storage: Storage;
  readonly #clocks: Clocks;
  #last: { now: number; elapsed: number } | null = null;
  #notedMs = Number.NEGATIVE_INFINITY;
  #leaptAt: number | null = null;

  constructor(storage: Storage, clocks: Clocks = systemClocks) {
    this.#storage = storage;
    this.#clocks = clocks;
  }

  isSteady(): boolean {
    const [now, elapsed] = [this.#clocks.now(), this.#clocks.elapsed()];
    if (this.#hasLeapt(now, elapsed)) this.#leaptAt = elapsed;
    this.#last = { now, elapsed };
    if (elapsed - this.#notedMs >= noteEveryMs) {
      this.#notedMs = elapsed;
      this.#storage.write((sql) => remember(sql, 'clockSeenMs', String(now)));
    }
    return this.#leaptAt === null || elapsed - this.#leaptAt >= settledMs;
  }

  #hasLeapt(now: number, elapsed: number): boolean {
    if (this.#last !== null) return Math.abs(now - this.#last.now - (elapsed - this.#last.elapsed)) > leapMs;
    const seen = Number(this.#storage.read((sql) => recall(sql, 'clockSeenMs')) ?? Number.NaN);
    return Number.isFinite(seen) && (now < seen - leapMs || now > seen + absenceMs);
  }
}
