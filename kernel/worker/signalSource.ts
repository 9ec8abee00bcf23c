import type { ControlReceiver } from '../protocol/control.ts';
import { flushIntervalMs } from '../protocol/messages.ts';

/** SIGUSR1 of the interpreter's C library: "let go what was printed". */
const tickSignal = 10;
/** Looks between two looks at the clock, which costs more than the look itself. */
const looksPerClock = 8;
const now = performance.now.bind(performance);

/**
 * Stands where Pyodide expects its interrupt buffer. The interpreter reads word 0 every few bytecodes and then writes 0 to it: here
 * reading takes the signal in one atomic step, so a Stop that arrives between the two is not lost, and is also the
 * worker's clock, since nothing else of ours runs while Python computes.
 */
export class SignalSource {
  readonly #control: ControlReceiver;
  #looks = 0;
  #lastTick = 0;
  #running = false;

  constructor(control: ControlReceiver) {
    this.#control = control;
  }

  /** Signals reach Python only between start and stop of an execution. */
  setRunning(running: boolean): void {
    this.#running = running;
    this.#lastTick = now();
  }

  isRunning(): boolean {
    return this.#running;
  }

  /** The signal that is to be handled now, or 0. Called every few bytecodes. */
  take(): number {
    if (!this.#running) return 0;
    const signal = this.#control.takeSignal();
    if (signal !== 0) return signal;
    if (++this.#looks < looksPerClock) return 0;
    this.#looks = 0;
    const time = now();
    if (time - this.#lastTick < flushIntervalMs) return 0;
    this.#lastTick = time;
    return tickSignal;
  }

  /** The same for a Pyodide as it is published; the build of ours calls `take` (classicLoader.mjs). */
  get 0(): number {
    return this.take();
  }

  set 0(_taken: number) {
    // Taken by reading already.
  }
}
