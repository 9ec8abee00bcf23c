/**
 * The memory that the frame and one worker share: how the frame reaches Python while it computes, sleeps or waits for input,
 * when no message would be read.
 *
 * Words of 32 bits: `signal` (2 asks for KeyboardInterrupt; the worker takes it by an exchange, so none is lost), `wake` (raised with
 * every change, what the worker sleeps on), `acknowledged` (output messages taken over so far, wraps around), `answer` (see Answer),
 * `answerLength` (bytes). Behind them the bytes of an answer to input(), in pieces when it is longer.
 */
const signalWord = 0;
const wakeWord = 1;
const acknowledgedWord = 2;
const answerWord = 3;
const answerLengthWord = 4;
const headerBytes = 64;
/** Bytes of an answer that are handed over at once. */
export const answerPieceBytes = 16 * 1024;

/** None yet; a piece with more to come; the last piece; the end of file. */
const Answer = { none: 0, piece: 1, last: 2, endOfFile: 3 } as const;

export const interruptSignal = 2;

export function createControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + answerPieceBytes);
}

/** The frame's side. */
export class ControlSender {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  #rest: Uint8Array = new Uint8Array();

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, headerBytes / 4);
    this.#bytes = new Uint8Array(memory, headerBytes);
  }

  interrupt(): void {
    Atomics.store(this.#words, signalWord, interruptSignal);
    this.#wake();
  }

  /** Takes back a Stop that nothing was there to receive. */
  clearInterrupt(): void {
    Atomics.store(this.#words, signalWord, 0);
  }

  acknowledge(count: number): void {
    Atomics.add(this.#words, acknowledgedWord, count);
    this.#wake();
  }

  /** Answers the one question that the worker asked; null is the end of file. */
  answer(text: string | null): void {
    if (text === null) {
      Atomics.store(this.#words, answerWord, Answer.endOfFile);
      this.#wake();
      return;
    }
    this.#rest = new TextEncoder().encode(text);
    this.continueAnswer();
  }

  /** Hands over the next piece, when the worker has taken the last one and asks for more. */
  continueAnswer(): void {
    const piece = this.#rest.subarray(0, answerPieceBytes);
    this.#rest = this.#rest.subarray(piece.length);
    this.#bytes.set(piece);
    Atomics.store(this.#words, answerLengthWord, piece.length);
    Atomics.store(this.#words, answerWord, this.#rest.length > 0 ? Answer.piece : Answer.last);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#words, wakeWord, 1);
    Atomics.notify(this.#words, wakeWord);
  }
}

// Taken at the start, so that a script which replaces the global's members changes nothing here.
const { load, store, exchange, wait } = Atomics;
const now = performance.now.bind(performance);

export type AnswerPiece = { kind: 'text'; bytes: Uint8Array; more: boolean } | { kind: 'endOfFile' } | { kind: 'interrupted' };

/** The worker's side. Its waits end when an interrupt is there, and leave the interrupt for Python to take. */
export class ControlReceiver {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, headerBytes / 4);
    this.#bytes = new Uint8Array(memory, headerBytes);
  }

  isInterrupted(): boolean {
    return load(this.#words, signalWord) !== 0;
  }

  /** The signal that is there, or 0, and none is there afterwards. */
  takeSignal(): number {
    return exchange(this.#words, signalWord, 0);
  }

  putBackSignal(): void {
    store(this.#words, signalWord, interruptSignal);
  }

  /** Output messages that were acknowledged since the worker's start, modulo 2**32. */
  acknowledged(): number {
    return load(this.#words, acknowledgedWord) >>> 0;
  }

  /** Waits until `ready`, the time is over, or an interrupt. Gives what `ready` says then. */
  waitUntil(ready: () => boolean, timeoutMs: number = Infinity): boolean {
    const deadline = now() + timeoutMs;
    for (;;) {
      const seen = load(this.#words, wakeWord);
      if (ready()) return true;
      if (this.isInterrupted()) return false;
      const rest = deadline - now();
      if (rest <= 0) return false;
      wait(this.#words, wakeWord, seen, rest);
    }
  }

  /** Forgets an answer to an earlier question, before a new one is asked. */
  clearAnswer(): void {
    store(this.#words, answerWord, Answer.none);
  }

  /** Waits for the next piece of the answer. With `more`, ask the frame for the next one. */
  waitAnswer(): AnswerPiece {
    this.waitUntil(() => load(this.#words, answerWord) !== Answer.none);
    const answer = exchange(this.#words, answerWord, Answer.none);
    if (answer === Answer.none) return { kind: 'interrupted' };
    if (answer === Answer.endOfFile) return { kind: 'endOfFile' };
    const length = load(this.#words, answerLengthWord);
    return { kind: 'text', bytes: this.#bytes.slice(0, length), more: answer === Answer.piece };
  }
}
