import type { RunPackage } from '../../../contract/inputs.ts';
import { maxBundleLength, type OutputBody, type TracebackFrame } from '../../../contract/output.ts';
import { headOf, timeOf, type LineHead } from './logLine.ts';
import { OutputSteps } from './outputSteps.ts';
import type { LogCursor } from './record.ts';
import { displayOf, errorOf, Measurement, packagesOf, parseJson, RunnerPhase } from './runnerDocuments.ts';

export interface LogListener {
  onPhase(phase: RunnerPhase): void;
  /** `podMs` is the pod's clock at or before it. */
  onMeasurement(measurement: Measurement, podMs: number): void;
  /** Where a file of the pod is on this computer. */
  place(file: string): string;
  /** What the script can import; one whose name or version is none is left out. */
  onPackages(packages: RunPackage[]): void;
  onError(error: { name: string; message: string; frames: TracebackFrame[] }): void;
}

/** The runner's lines are never longer. */
const maxTornLength = 8192;
const streams: Record<string, 'stdout' | 'stderr' | undefined> = { o: 'stdout', O: 'stdout', e: 'stderr', E: 'stderr', i: 'stderr', I: 'stderr' };

/**
 * Turns lines of the runner's log (resources/runner/PROTOCOL.md) into steps of output. It begins at a cursor, passes over what that has
 * already, and stops at a gap. The beginning may come from the runner's copy before the log is served; the log then only adds what the copy
 * does not have. What comes out of a container is untrusted: a line that is not as it should be is shown as it stands.
 */
export class LogParser {
  /** Up to where `take` has handed out. */
  #cursor: LogCursor;
  /** The last line that was understood, and the last one that the log itself has had: behind it while the copy is ahead. */
  #seq: number;
  #logSeq: number;
  #podMs: number;
  /** Lines without a number that followed #logSeq. */
  #plainLines: number;
  /** The last line with a number that the log has given in this reading, stored before or not; null before the first. */
  #at: number | null = null;
  #plainSeen = 0;
  readonly #steps = new OutputSteps();
  /** A document that is not whole yet, and what stood before it: the cursor does not move into it. */
  #pieces: { kind: string; texts: string[]; length: number; before: Pick<LogCursor, 'seq' | 'plainLines'> } | null = null;
  /** Lines without a number between the last two that the log has had. */
  #plainBetween = 0;
  #endSeq: number | null = null;
  /**
   * A line without a number, until it is known what follows. containerd tears a line when the log is rotated, and its first piece may never be served:
   * the second then stands before a gap, which is filled with the whole line. `gapEnd` is the number of the line behind that gap; null while there is none.
   */
  #held: { line: string; gapEnd: number | null } | null = null;
  readonly #listener: LogListener;

  constructor(cursor: LogCursor, listener: LogListener) {
    this.#cursor = cursor;
    this.#seq = cursor.seq;
    this.#logSeq = cursor.logSeq ?? cursor.seq;
    this.#podMs = cursor.podMs;
    this.#plainLines = cursor.plainLines;
    this.#listener = listener;
    this.reopened();
  }

  /** Number of the last line that was understood. */
  get seq(): number {
    return this.#seq;
  }

  /** The pod's clock at the last line that told it, milliseconds since 1970; 0 before. */
  get podMs(): number {
    return this.#podMs;
  }

  /** The time from which the log is to be read again, milliseconds since 1970; null: from its beginning. */
  get resumeMs(): number | null {
    return this.#podMs === 0 || this.#logSeq < this.#seq ? null : this.#podMs;
  }

  /** The log has given the runner's last line. */
  get isComplete(): boolean {
    return this.#endSeq !== null && this.#logSeq >= this.#endSeq;
  }

  /** Characters that wait for `take`. */
  get pendingLength(): number {
    return this.#steps.length;
  }

  /** The log is read again from `resumeMs`, or some lines before it. */
  reopened(): void {
    this.#at = this.resumeMs === null ? 0 : null;
    this.#plainSeen = 0;
  }

  /**
   * Understands lines from index `from` on.
   * @returns the index of the first line that does not follow the last one: there is a gap before it; the length of `lines` if there is none
   */
  consume(lines: readonly string[], from = 0): number {
    for (let index = from; index < lines.length; index++) {
      const line = lines[index] ?? '';
      const head = headOf(line);
      if (head === null) {
        this.#plain(line);
        continue;
      }
      if (head.seq > this.#seq + 1) {
        // The copy may have a gap of its own before that one's end.
        if (this.#held !== null) this.#held.gapEnd ??= head.seq;
        return index;
      }
      if (head.seq > this.#logSeq) this.#release(head.seq > this.#seq ? { seq: head.seq, line } : null);
      this.#at = head.seq;
      this.#plainSeen = 0;
      if (head.seq > this.#logSeq) {
        this.#logSeq = head.seq;
        this.#plainBetween = this.#plainLines;
        this.#plainLines = 0;
      }
      if (head.seq <= this.#seq) continue;
      this.#understand(head, line);
    }
    return lines.length;
  }

  /**
   * Understands lines of the runner's copy that come before the log does.
   * @returns whether all were the runner's, one after the other; if not, what follows is left to the log
   */
  consumeEarly(lines: readonly string[]): boolean {
    for (const line of lines) {
      const head = headOf(line);
      if (head === null || head.seq > this.#seq + 1) return false;
      if (head.seq <= this.#seq) continue;
      this.#understand(head, line);
    }
    return true;
  }

  /** The log has come to its end. */
  end(): void {
    this.#release(null);
  }

  /** Gives up on lines that nobody has any more. */
  skipTo(seq: number, note: string): void {
    if (seq >= (this.#held?.gapEnd ?? 0)) this.#release(null);
    this.#pieces = null;
    this.#steps.add({ kind: 'note', text: note });
    this.#seq = seq - 1;
    this.#logSeq = seq - 1;
    this.#plainLines = 0;
  }

  /** What has been understood since the last call, and the cursor that stands behind it. Pieces of an unfinished display are not in it. */
  take(): { steps: OutputBody[]; cursor: LogCursor } {
    const steps = this.#steps.take();
    const known = Math.max(0, this.#plainLines - (this.#held === null ? 0 : 1));
    const { seq, plainLines } = this.#pieces?.before ?? { seq: this.#seq, plainLines: known };
    this.#cursor = {
      podUid: this.#cursor.podUid,
      seq,
      plainLines: this.#logSeq <= seq ? known : plainLines,
      podMs: this.#podMs,
      ...(this.#logSeq < seq ? { logSeq: this.#logSeq } : {}),
    };
    return { steps, cursor: this.#cursor };
  }

  /** A line from outside of the runner. Those before the last line that the log has had were seen already, and so were the first few after it. */
  #plain(line: string): void {
    if (this.#at === null || this.#at < this.#logSeq) return;
    this.#plainSeen++;
    if (this.#plainSeen <= this.#plainLines) return;
    this.#plainLines = this.#plainSeen;
    const isFirst = this.#plainSeen === 1 && line.length <= maxTornLength;
    this.#release(null);
    if (isFirst) this.#held = { line, gapEnd: null };
    else this.#steps.addText('stderr', `${line}\n`);
  }

  /** Gives the line that was held back, unless it is the end of the one that follows. In a gap that is being filled it belongs to the last line. */
  #release(next: { seq: number; line: string } | null): void {
    const held = this.#held;
    if (held === null) return;
    const { line, gapEnd } = held;
    if (gapEnd !== null && next !== null && next.seq + 1 < gapEnd) return;
    this.#held = null;
    const isTorn = gapEnd !== null && line !== '' && next !== null && next.line.endsWith(line);
    if (!isTorn) this.#steps.addText('stderr', `${line}\n`);
  }

  #understand(head: LineHead, line: string): void {
    const { seq, kind } = head;
    this.#seq = seq;
    this.#podMs = timeOf(head, line) ?? this.#podMs;
    const text = line.slice(head.textAt);
    const stream = streams[kind];
    if (stream !== undefined) return this.#steps.addText(stream, kind === 'o' || kind === 'e' || kind === 'i' ? `${text}\n` : text);
    if (kind === 'p' || kind === 'q') return this.#steps.addText(kind === 'p' ? 'stdout' : 'stderr', `${text.replaceAll('\v', '\n')}\n`);
    if (kind === 'D' || kind === 'X' || kind === 'V') this.#piece(kind, text);
    else if (kind === 'd' || kind === 'x' || kind === 'v') this.#whole(kind, text);
    else if (kind === 'n') this.#steps.add({ kind: 'note', text: text.slice(0, 4096) });
    else if (kind === 's') this.#phase(text);
    else if (kind === 'm') {
      const measurement = Measurement.safeParse(parseJson(text));
      if (measurement.success) this.#listener.onMeasurement(measurement.data, this.#podMs);
    }
  }

  #phase(text: string): void {
    const phase = RunnerPhase.safeParse(parseJson(text));
    if (!phase.success) return;
    this.#endSeq = phase.data.phase === 'collecting' ? this.#seq : null;
    this.#listener.onPhase(phase.data);
  }

  #piece(kind: string, text: string): void {
    const pieces = this.#pieces?.kind === kind ? this.#pieces : { kind, texts: [], length: 0, before: { seq: this.#seq - 1, plainLines: this.#plainBetween } };
    this.#pieces = pieces;
    pieces.length += text.length;
    // The rest of what is too large is counted, not kept.
    if (pieces.length <= maxBundleLength) pieces.texts.push(text);
  }

  #whole(kind: 'd' | 'x' | 'v', last: string): void {
    const pieces = this.#pieces?.kind === kind.toUpperCase() ? this.#pieces : null;
    this.#pieces = null;
    const length = (pieces?.length ?? 0) + last.length;
    if (length > maxBundleLength) {
      if (kind !== 'v') this.#steps.add({ kind: 'note', text: `A display of ${length} characters was left out: it is larger than ${maxBundleLength}.` });
      return;
    }
    const value = parseJson(pieces === null ? last : [...pieces.texts, last].join(''));
    if (kind === 'd') this.#steps.add(displayOf(value));
    else if (kind === 'v') this.#packages(value);
    else this.#error(value);
  }

  #error(value: unknown): void {
    const error = errorOf(value, (file) => this.#listener.place(file));
    if (error === null) return;
    this.#steps.add(error);
    this.#listener.onError(error);
  }

  #packages(value: unknown): void {
    const packages = packagesOf(value);
    if (packages !== null) this.#listener.onPackages(packages);
  }
}
