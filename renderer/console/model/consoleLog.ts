import type { OutputRecord, OutputSource, TextStream } from '../../../contract/index.ts';
import { countLineFeeds, estimateHeight, indexOfSeq, lineFeedsOf, type Block, type ItemBlock, type ItemBody, type TextBlock } from './blocks.ts';
import { plainStates, plainText } from './lineText.ts';
import { fillOutline, growOutline, type Stretch } from './outline.ts';
import { scanSgr, type SgrState } from './sgr.ts';
import { Sources } from './sources.ts';

/** Text records are joined into one block up to this many characters. */
export const joinedLength = 64 * 1024;
/** Characters of text that a log holds; what is older is put away and read again when it comes into sight. */
export const defaultResidentLength = 32 * 1024 * 1024;

export interface ConsoleLogOptions {
  residentLength?: number;
}

/**
 * The output of one run as blocks: takes records in order from anyone (the live run, the core), each sequence number once,
 * and finds lines in it. Holds the text, never the page.
 */
export class ConsoleLog {
  readonly blocks: Block[] = [];
  /** Last record that was taken. */
  lastSeq = 0;
  /** Characters of text, put away or not. */
  length = 0;
  /** Blocks from this index on have changed since the view last looked; set by the view. */
  changedFrom = 0;
  /** Blocks that came to stand before the others, in all. */
  prepended = 0;
  private residentLength = 0;
  private readonly maxResidentLength: number;
  private evictFrom = 0;
  /** Records up to here are on disk and can be read again. */
  private safeSeq = 0;
  private states: Record<TextStream, SgrState> = { ...plainStates };
  private readonly rests: Record<TextStream, string> = { stdout: '', stderr: '', stdin: '' };
  private readonly displays = new Map<string, ItemBlock[]>();
  private readonly listeners = new Set<() => void>();
  private readonly storedListeners = new Set<() => void>();
  private readonly places = new Sources();
  /** The block in which the line begins that is still open. */
  private openLineBlock = 0;
  /** Line feeds before the first block, since a clearing took the others away. */
  private feedsCleared = 0;
  /** What comes before the first block is on its way. */
  private awaitsHead = false;

  constructor(options: ConsoleLogOptions = {}) {
    this.maxResidentLength = options.residentLength ?? defaultResidentLength;
  }

  /** Where its lines come from, as far as they were here; empty for an output that says nothing of it. */
  get sources(): readonly OutputSource[] {
    return this.places.list;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes records; those that it has already are skipped. A record that would leave a gap is refused. */
  accept(records: readonly OutputRecord[]): void {
    let taken = 0;
    for (const record of records) {
      if (record.seq <= this.lastSeq) continue;
      if (record.seq !== this.lastSeq + 1) break;
      this.lastSeq = record.seq;
      taken++;
      if (record.body.kind === 'text') this.addText(record, record.body.stream, record.body.text);
      else this.addItem(record, record.body);
    }
    if (taken === 0) return;
    this.evict();
    this.notify();
  }

  /** Begins with the record after `seq`; what is before it comes later, by `prepend`. */
  startAfter(seq: number): void {
    this.lastSeq = seq;
    this.awaitsHead = true;
  }

  /** Puts what another log has taken before all that is here. */
  prepend(head: ConsoleLog): void {
    const feeds = lineFeedsOf(head.blocks);
    this.feedsCleared += feeds;
    for (const block of this.blocks) block.lineFeedsBefore += feeds;
    this.length += head.length;
    if (this.awaitsHead && head.blocks.length > 0) {
      const [first] = this.blocks;
      // The first line here may be the end of one that begins there.
      const goesOn = head.isOpen && first?.kind === 'text';
      if (goesOn && first.lineStarts?.[0] === 0) {
        first.lineStarts.shift();
        first.lineCount--;
        first.rowsStale = true;
        first.lineRows = null;
        first.rowsColumns = -1;
      }
      const hasLine = this.blocks.some((block) => block.kind === 'item' || block.lineCount > 0);
      this.openLineBlock = hasLine ? this.openLineBlock + head.blocks.length : head.openLineBlock;
      const mine = this.blocks.splice(0);
      for (const block of head.blocks) this.blocks.push(block);
      for (const block of mine) this.blocks.push(block);
      for (const [id, shown] of head.displays) this.displays.set(id, [...shown, ...(this.displays.get(id) ?? [])]);
      this.residentLength += head.residentLength;
      this.prepended += head.blocks.length;
      this.changedFrom = 0;
      this.evictFrom = 0;
      this.evict();
    }
    this.awaitsHead = false;
    this.notify();
  }

  /** Takes a stretch that cannot be read: a note stands in its place. */
  acceptDamaged({ lastSeq, lineFeeds, lastMs }: Stretch, note: string): void {
    this.accept([{ seq: this.lastSeq + 1, timeMs: lastMs, body: { kind: 'note', text: note } }]);
    const block = this.blocks.at(-1);
    if (block !== undefined) Object.assign(block, { lastSeq, lineFeeds });
    this.lastSeq = lastSeq;
  }

  /** Last record that was taken and is on disk: the core knows the output up to here. */
  get storedSeq(): number {
    return Math.min(this.lastSeq, this.safeSeq);
  }

  /** Calls back when more of what was taken is on disk. @returns stops it */
  onStored(listener: () => void): () => void {
    this.storedListeners.add(listener);
    return () => this.storedListeners.delete(listener);
  }

  /** Records up to `seq` are on disk: their text may be put away. */
  markSafe(seq: number): void {
    if (seq <= this.safeSeq) return;
    this.safeSeq = seq;
    for (const listener of this.storedListeners) listener();
  }

  /** Forgets all that is shown; what comes after it is shown. */
  clear(): void {
    const feeds = Math.max(this.feedsCleared, lineFeedsOf(this.blocks));
    this.awaitsHead = false;
    this.blocks.length = 0;
    this.displays.clear();
    this.residentLength = 0;
    this.evictFrom = 0;
    this.openLineBlock = 0;
    this.changedFrom = 0;
    this.feedsCleared = feeds;
    this.notify();
  }

  /** Whether a line is open: the last record is text without a line feed at its end. */
  get isOpen(): boolean {
    const last = this.blocks.at(-1);
    return last !== undefined && last.kind === 'text' && !last.closed;
  }

  notify(): void {
    for (const listener of this.listeners) listener();
  }

  /** Takes the outline of a stored stretch of text that follows what is here; its text is read when it comes into sight. */
  acceptOutline(chunk: Stretch): void {
    if (chunk.firstSeq !== this.lastSeq + 1) return;
    const wasClosed = !this.isOpen;
    const before = this.blocks.at(-1);
    const isJoined = before?.kind === 'text' && before.isOutline && before.length + chunk.length <= joinedLength;
    const block = isJoined ? before : this.newTextBlock(chunk.firstSeq, before);
    if (!isJoined) {
      Object.assign(block, { text: null, lineStarts: null, isOutline: true, plain: false });
      this.blocks.push(block);
    }
    growOutline(block, chunk, wasClosed);
    this.length += chunk.length;
    this.lastSeq = chunk.lastSeq;
    this.touch(this.blocks.length - 1);
    if (block.lineCount > 0) this.openLineBlock = this.blocks.length - 1;
  }

  private addText({ seq, timeMs, source }: OutputRecord, stream: TextStream, text: string): void {
    this.length += text.length;
    let block = this.blocks.at(-1);
    const startsLine = !this.isOpen;
    if (block === undefined || block.kind !== 'text' || block.text === null || block.length + text.length > joinedLength) {
      block = this.newTextBlock(seq, block);
      this.blocks.push(block);
    }
    const at = block.length;
    if (startsLine && text !== '') {
      block.lineStarts?.push(at);
      block.lineCount++;
    }
    block.segments.push({ seq, stream, start: at, timeMs, source });
    this.places.see(source);
    if (timeMs > block.lastMs) block.lastMs = timeMs;
    this.indexText(block, text, at);
    block.text += text;
    block.length += text.length;
    block.lastSeq = seq;
    if (text !== '') block.closed = text.endsWith('\n');
    this.residentLength += text.length;
    this.touch(startsLine ? this.blocks.length - 1 : this.openLineBlock);
    const opened = startsLine ? undefined : this.blocks[this.openLineBlock];
    if (opened?.kind === 'text') opened.rowsStale = true;
    if (block.lineCount > 0) this.openLineBlock = this.blocks.length - 1;
    this.advanceStates(stream, text);
  }

  private newTextBlock(seq: number, before: Block | undefined): TextBlock {
    return {
      kind: 'text',
      firstSeq: seq,
      lastSeq: seq,
      length: 0,
      text: '',
      segments: [],
      lineStarts: [],
      lineCount: 0,
      lineFeedsBefore: before === undefined ? this.feedsCleared : before.lineFeedsBefore + before.lineFeeds,
      lineFeeds: 0,
      closed: before?.kind === 'text' ? before.closed : true,
      plain: true,
      states: { ...this.states },
      longestLine: 0,
      rows: 0,
      rowsColumns: -1,
      rowsStale: true,
      lineRows: null,
      lastMs: 0,
      isOutline: false,
    };
  }

  private indexText(block: TextBlock, text: string, at: number): void {
    const starts = block.lineStarts ?? [];
    let lineStart = (starts.at(-1) ?? 0) - at;
    let feeds = 0;
    for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', feed + 1)) {
      feeds++;
      if (feed - lineStart > block.longestLine) block.longestLine = feed - lineStart;
      lineStart = feed + 1;
      if (lineStart < text.length) starts.push(at + lineStart);
    }
    if (text.length - lineStart > block.longestLine) block.longestLine = text.length - lineStart;
    block.lineCount = starts.length;
    block.lineFeeds += feeds;
    block.rowsStale = true;
    if (block.plain && !plainText.test(text)) block.plain = false;
  }

  private advanceStates(stream: TextStream, text: string): void {
    const rest = this.rests[stream];
    if (rest === '' && !text.includes('\x1b')) return;
    const scanned = scanSgr(rest + text, this.states[stream]);
    this.states[stream] = scanned.state;
    this.rests[stream] = scanned.rest;
  }

  private addItem({ seq, timeMs }: OutputRecord, body: ItemBody): void {
    if (body.kind === 'display' && body.update === true && body.displayId !== undefined) {
      const shown = this.displays.get(body.displayId);
      const last = this.blocks.at(-1);
      if (shown !== undefined && last !== undefined) {
        for (const block of shown) {
          block.body = body;
          block.version++;
          this.touch(this.blocks.indexOf(block));
        }
        // The record belongs to no block of its own; the last one covers its number, so that blocks have no gaps.
        last.lastSeq = seq;
        return;
      }
    }
    const before = this.blocks.at(-1);
    const block: ItemBlock = {
      kind: 'item',
      firstSeq: seq,
      lastSeq: seq,
      body,
      version: 0,
      lineFeedsBefore: before === undefined ? this.feedsCleared : before.lineFeedsBefore + before.lineFeeds,
      lineFeeds: body.kind === 'error' ? countLineFeeds(body.traceback) : 0,
      lastMs: timeMs,
      height: estimateHeight(body),
    };
    this.blocks.push(block);
    this.openLineBlock = this.blocks.length - 1;
    this.touch(this.blocks.length - 1);
    if (body.kind === 'display' && body.displayId !== undefined) {
      const shown = this.displays.get(body.displayId) ?? [];
      shown.push(block);
      this.displays.set(body.displayId, shown);
    }
  }

  private touch(index: number): void {
    if (index < this.changedFrom) this.changedFrom = Math.max(0, index);
  }

  /** Puts the oldest text away until the log holds no more than it may. */
  private evict(): void {
    while (this.residentLength > this.maxResidentLength) {
      const block = this.blocks[this.evictFrom];
      if (block === undefined || this.evictFrom >= this.blocks.length - 1 || block.lastSeq > this.safeSeq) return;
      this.putAway(block);
      this.evictFrom++;
    }
  }

  private putAway(block: Block): void {
    if (block.kind !== 'text' || block.text === null) return;
    block.text = null;
    block.lineStarts = null;
    block.segments = [];
    this.residentLength -= block.length;
  }

  /**
   * Gives a block its text back.
   *
   * @param records records `firstSeq` to `lastSeq` of the block; others are passed over
   */
  restore(block: TextBlock, records: readonly OutputRecord[]): void {
    if (block.text !== null) return;
    const index = this.blocks.indexOf(block);
    const before = this.blocks[index - 1];
    const parts: string[] = [];
    let at = 0;
    for (const { seq, timeMs, source, body } of records) {
      if (seq < block.firstSeq || seq > block.lastSeq || body.kind !== 'text') continue;
      block.segments.push({ seq, stream: body.stream, start: at, timeMs, source });
      this.places.see(source);
      parts.push(body.text);
      at += body.text.length;
    }
    block.text = parts.join('');
    // A stretch that turned out to be damaged has another length than was said.
    this.length += block.text.length - block.length;
    block.length = block.text.length;
    const startsLine = before?.kind !== 'text' || before.closed;
    block.lineStarts = startsLine ? [0] : [];
    for (let feed = block.text.indexOf('\n'); feed !== -1; feed = block.text.indexOf('\n', feed + 1)) {
      if (feed + 1 < block.text.length) block.lineStarts.push(feed + 1);
    }
    if (block.isOutline) {
      fillOutline(block, block.text);
      this.touch(index);
    }
    this.residentLength += block.length;
    // What came into sight again is put away after what nobody looks at.
    if (this.residentLength > this.maxResidentLength) {
      const away = this.blocks.find((other) => other !== block && other.kind === 'text' && other.text !== null && Math.abs(other.firstSeq - block.firstSeq) > 200 && other.lastSeq <= this.safeSeq && other !== this.blocks.at(-1));
      if (away !== undefined) this.putAway(away);
    }
    this.notify();
  }

  /** Index of a block, by its sequence numbers. */
  indexOf(block: Block): number {
    return this.findSeq(block.firstSeq);
  }

  /** Index of the block that holds a record; -1 if none does. */
  findSeq(seq: number): number {
    return indexOfSeq(this.blocks, seq);
  }
}
