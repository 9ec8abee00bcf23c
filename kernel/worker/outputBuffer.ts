import type { ControlReceiver } from '../protocol/control.ts';
import { flushBytes, flushIntervalMs } from '../protocol/messages.ts';
import { Outstanding } from '../protocol/outstanding.ts';
import { maxTextBytes, type WorkerMessage } from '../protocol/wire.ts';

type Stream = Extract<WorkerMessage, { type: 'text' }>['stream'];
type Send = (message: WorkerMessage, transfer?: Transferable[]) => void;
const now = performance.now.bind(performance);

/**
 * Output on its way out, strictly in order: text is gathered to pieces of 64 KB that wait 16 ms at most, and at most
 * 2 MB or 1,024 messages are under way unacknowledged; then it waits, and Python with it, until the window has taken some over or Stop is pressed.
 */
export class OutputBuffer {
  readonly #control: ControlReceiver;
  readonly #send: Send;
  readonly #bytes = new Uint8Array(maxTextBytes);
  #length = 0;
  #stream: Stream = 'stdout';
  #lastSent = 0;
  readonly #outstanding = new Outstanding();
  #acknowledged: number;

  constructor(control: ControlReceiver, send: Send) {
    this.#control = control;
    this.#send = send;
    this.#acknowledged = control.acknowledged();
  }

  /** Takes text over. False when Stop cut the wait for the window short; all bytes are taken nevertheless. */
  write(stream: Stream, bytes: Uint8Array): boolean {
    let uninterrupted = true;
    if (stream !== this.#stream && this.#length > 0) uninterrupted = this.flush();
    this.#stream = stream;
    for (let from = 0; from < bytes.length; ) {
      const piece = bytes.subarray(from, from + flushBytes - this.#length);
      this.#bytes.set(piece, this.#length);
      this.#length += piece.length;
      from += piece.length;
      if (this.#length >= flushBytes) uninterrupted = this.flush() && uninterrupted;
    }
    // The first text after a pause leaves at once: what follows may be a long computation.
    if (this.#length > 0 && now() - this.#lastSent >= flushIntervalMs) uninterrupted = this.flush() && uninterrupted;
    return uninterrupted;
  }

  /** Sends what is gathered. False when Stop cut the wait short. */
  flush(): boolean {
    if (this.#length === 0) return true;
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    const uninterrupted = this.#awaitCredit();
    this.#post({ type: 'text', stream: this.#stream, bytes }, bytes.length, [bytes.buffer]);
    return uninterrupted;
  }

  /** Sends a display, result, error or note behind the text before it. */
  output(json: string): boolean {
    const uninterrupted = this.flush();
    const again = this.#awaitCredit();
    this.#post({ type: 'output', json }, json.length);
    return uninterrupted && again;
  }

  #post(message: WorkerMessage, bytes: number, transfer?: Transferable[]): void {
    this.#outstanding.add(bytes);
    this.#lastSent = now();
    this.#send(message, transfer);
  }

  /** After Stop what is left leaves without waiting: one message per interrupt, and these come every 100 ms. */
  #awaitCredit(): boolean {
    return this.#control.waitUntil(() => {
      const acknowledged = this.#control.acknowledged();
      // Both wrap around at 2**32; their difference does not.
      this.#outstanding.acknowledge((acknowledged - this.#acknowledged) >>> 0);
      this.#acknowledged = acknowledged;
      return !this.#outstanding.isFull();
    });
  }
}
