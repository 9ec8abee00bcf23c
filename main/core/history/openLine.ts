/** Characters of a line by which it is compared; what is longer differs at its beginning, its length or nowhere that is told. */
const lineLength = 64 * 1024;

/** A line that comes in parts, however long it becomes; without what carriage returns have overwritten. */
export class OpenLine {
  #text = '';
  #length = 0;
  /** A carriage return was the last: what follows overwrites, unless the line ends with it. */
  #isReturned = false;

  add(part: string): void {
    if (part === '') return;
    const end = part.endsWith('\r') ? part.length - 1 : part.length;
    const from = end === 0 ? 0 : part.lastIndexOf('\r', end - 1) + 1;
    if (this.#isReturned || from > 0) this.#clear();
    this.#isReturned = end < part.length;
    if (this.#length < lineLength) this.#text += part.slice(from, Math.min(end, from + lineLength - this.#length));
    this.#length += end - from;
  }

  /** The line, shortened if it is very long; the next begins. */
  end(): string {
    const more = this.#length - this.#text.length;
    const line = more > 0 ? `${this.#text} … ${more.toLocaleString('en')} more characters` : this.#text;
    this.#clear();
    this.#isReturned = false;
    return line;
  }

  #clear(): void {
    this.#text = '';
    this.#length = 0;
  }
}

/** Takes text apart into lines, however it comes; without what carriage returns have overwritten. */
export class LineSplitter {
  /** Lines that are done. */
  lines = 0;
  /** The current line has begun. */
  isOpen = false;
  readonly #open = new OpenLine();

  /** Gives each line that ends, until `emit` answers false: the rest of the text is passed over then. */
  take(text: string, emit: (line: string) => boolean): void {
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at);
      this.#open.add(text.slice(at, end === -1 ? text.length : end));
      this.isOpen = end === -1;
      if (this.isOpen) return;
      this.lines++;
      if (!emit(this.#open.end())) return;
      at = end + 1;
    }
  }

  /** @returns the last line, which has no line feed; empty if there is none */
  end(): string {
    this.isOpen = false;
    return this.#open.end();
  }
}
