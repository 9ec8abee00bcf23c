import { z } from 'zod';
import { maxPackages, RunPackage } from '../../../contract/inputs.ts';
import { maxBundleLength, OutputBody, maxTextLength, type TracebackFrame } from '../../../contract/output.ts';
import { headOf, timeOf, type LineHead } from './logLine.ts';
import type { LogCursor } from './record.ts';
import { RunnerReport } from './report.ts';

/** A phase that the runner tells. */
export const RunnerPhase = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('started'), python: z.string().max(50).catch('') }),
  z.object({ phase: z.literal('files') }),
  z.object({ phase: z.literal('installing') }),
  z.object({ phase: z.literal('running') }),
  z.object({ phase: z.literal('collecting'), report: RunnerReport }),
]);
export type RunnerPhase = z.infer<typeof RunnerPhase>;

export const Measurement = z.object({ cpuMs: z.number().nullable(), memory: z.number().int().min(0).nullable(), peak: z.number().int().min(0).nullable() });
export type Measurement = z.infer<typeof Measurement>;

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

/** A file of the working folder, as a traceback names it. */
const podFile = /File "\/pyexekube\/work\/files\/([^"\n]+)"/g;
/** Longest text that is gathered into one step. */
const joinLength = maxTextLength / 2;
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
  #steps: OutputBody[] = [];
  #length = 0;
  #text: { stream: 'stdout' | 'stderr'; pieces: string[]; length: number } | null = null;
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
    return this.#length;
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
    this.#add({ kind: 'note', text: note });
    this.#seq = seq - 1;
    this.#logSeq = seq - 1;
    this.#plainLines = 0;
  }

  /** What has been understood since the last call, and the cursor that stands behind it. Pieces of an unfinished display are not in it. */
  take(): { steps: OutputBody[]; cursor: LogCursor } {
    this.#endText();
    const steps = this.#steps;
    this.#steps = [];
    this.#length = 0;
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
    else this.#addText('stderr', `${line}\n`);
  }

  /** Gives the line that was held back, unless it is the end of the one that follows. In a gap that is being filled it belongs to the last line. */
  #release(next: { seq: number; line: string } | null): void {
    const held = this.#held;
    if (held === null) return;
    const { line, gapEnd } = held;
    if (gapEnd !== null && next !== null && next.seq + 1 < gapEnd) return;
    this.#held = null;
    const isTorn = gapEnd !== null && line !== '' && next !== null && next.line.endsWith(line);
    if (!isTorn) this.#addText('stderr', `${line}\n`);
  }

  #understand(head: LineHead, line: string): void {
    const { seq, kind } = head;
    this.#seq = seq;
    this.#podMs = timeOf(head, line) ?? this.#podMs;
    const text = line.slice(head.textAt);
    const stream = streams[kind];
    if (stream !== undefined) return this.#addText(stream, kind === 'o' || kind === 'e' || kind === 'i' ? `${text}\n` : text);
    if (kind === 'p' || kind === 'q') return this.#addText(kind === 'p' ? 'stdout' : 'stderr', `${text.replaceAll('\v', '\n')}\n`);
    if (kind === 'D' || kind === 'X' || kind === 'V') this.#piece(kind, text);
    else if (kind === 'd' || kind === 'x' || kind === 'v') this.#whole(kind, text);
    else if (kind === 'n') this.#add({ kind: 'note', text: text.slice(0, 4096) });
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
      if (kind !== 'v') this.#add({ kind: 'note', text: `A display of ${length} characters was left out: it is larger than ${maxBundleLength}.` });
      return;
    }
    const value = parseJson(pieces === null ? last : [...pieces.texts, last].join(''));
    if (kind === 'd') this.#display(value);
    else if (kind === 'v') this.#packages(value);
    else this.#error(value);
  }

  #display(value: unknown): void {
    const fields = z.looseObject({ bundle: z.looseObject({}) }).safeParse(value);
    const bundle = fields.success ? { 'text/plain': '', ...fields.data.bundle } : {};
    const body = OutputBody.safeParse({ ...(fields.success ? fields.data : {}), bundle, kind: 'display' });
    if (fields.success && body.success) this.#add(body.data);
    else this.#add({ kind: 'note', text: 'A display was left out: it is no MIME bundle.' });
  }

  #error(value: unknown): void {
    const body = OutputBody.safeParse({ ...(typeof value === 'object' ? value : {}), kind: 'error' });
    if (!body.success || body.data.kind !== 'error') return;
    const traceback = body.data.traceback.replaceAll(podFile, (_whole, file: string) => `File "${this.#listener.place(file)}"`);
    const error = { ...body.data, traceback, frames: body.data.frames.map((frame) => ({ ...frame, file: this.#listener.place(frame.file) })) };
    this.#add(error);
    this.#listener.onError(error);
  }

  #packages(value: unknown): void {
    const told = z.object({ packages: z.array(z.unknown()).max(maxPackages) }).safeParse(value);
    if (!told.success) return;
    const found = told.data.packages.flatMap((one) => {
      const parsed = RunPackage.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    });
    this.#listener.onPackages(found);
  }

  #add(body: OutputBody): void {
    this.#endText();
    this.#steps.push(body);
    this.#length += 100;
  }

  #addText(stream: 'stdout' | 'stderr', text: string): void {
    this.#length += text.length;
    if (this.#text?.stream !== stream || this.#text.length + text.length > joinLength) {
      this.#endText();
      this.#text = { stream, pieces: [], length: 0 };
    }
    this.#text.pieces.push(text);
    this.#text.length += text.length;
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
