import { maxTextLength, type OutputBody } from '../../../contract/output.ts';

/** Longest text that is gathered into one step. */
const joinLength = maxTextLength / 2;

/** Gathers output into as few steps as it has changes of its kind. */
export class OutputSteps {
  #steps: OutputBody[] = [];
  #length = 0;
  #text: { stream: 'stdout' | 'stderr'; pieces: string[]; length: number } | null = null;

  /** Characters that wait for `take`, about. */
  get length(): number {
    return this.#length;
  }

  add(body: OutputBody): void {
    this.#endText();
    this.#steps.push(body);
    this.#length += 100;
  }

  addText(stream: 'stdout' | 'stderr', text: string): void {
    this.#length += text.length;
    if (this.#text?.stream !== stream || this.#text.length + text.length > joinLength) {
      this.#endText();
      this.#text = { stream, pieces: [], length: 0 };
    }
    this.#text.pieces.push(text);
    this.#text.length += text.length;
  }

  /** All since the last call. */
  take(): OutputBody[] {
    this.#endText();
    const steps = this.#steps;
    this.#steps = [];
    this.#length = 0;
    return steps;
  }

  #endText(): void {
    const current = this.#text;
    this.#text = null;
    if (current === null) return;
    const text = current.pieces.join('');
    // A line from outside of the runner may be longer than a step can be.
    for (let at = 0; at < text.length; at += maxTextLength) this.#steps.push({ kind: 'text', stream: current.stream, text: text.slice(at, at + maxTextLength) });
  }
}
