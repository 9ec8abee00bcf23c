import type { RunId } from '../../../contract/ids.ts';
import { bodyText } from '../../../contract/outputText.ts';
import type { ExportFormat, ExportPiece, OutputFilter } from '../../../contract/outputFilter.ts';
import type { Storage } from '../database/index.ts';
import { findRun } from '../runs/index.ts';
import { Breather } from './breather.ts';
import { textLength } from './chunks.ts';
import { decodeColumns, recordsAfter, type StoredChunk } from './codec.ts';
import { lineTest } from './filter.ts';
import { jsonWritten, writeJsonAhead, writeJsonHere } from './jsonAhead.ts';
import { Written } from './jsonLines.ts';
import { LineReader } from './lines.ts';
import { csvHeader, LineWriter, withoutControls } from './lineWriter.ts';
import { outputThread } from './outputThread.ts';
import { requiredOf } from './required.ts';
import { createGuard } from './scan.ts';
import { OutputWalk } from './walk.ts';

/** From so many characters on, another thread is started at once. */
const worthAThread = 4 * 1024 * 1024;
/** About a megabyte a piece. */
const chunksAtOnce = 10;
function damagedText({ first_seq, last_seq }: StoredChunk): string {
  return `[The stored output from record ${first_seq} to ${last_seq} is damaged and cannot be read.]\n`;
}

function chunkText(chunk: StoredChunk, after: number): string {
  const columns = chunk.first_seq > after ? decodeColumns(chunk) : null;
  if (columns?.isText === true) return columns.text;
  const records = columns?.records() ?? recordsAfter(chunk, after);
  return records === null ? damagedText(chunk) : records.map(({ body }) => bodyText(body)).join('');
}

/** Takes the lines of a chunk that another thread has written, or writes them here: as bytes, where that can be. */
function writeJson(reader: LineReader, writer: LineWriter, chunk: StoredChunk, bytes: Written): void {
  const { place } = reader;
  const written = place === null ? null : (jsonWritten(chunk, place) ?? writeJsonHere(chunk, place, bytes));
  if (written === null) {
    reader.read(chunk, writer.line, writer.lines);
    return;
  }
  reader.pass(chunk, written, writer.line);
  writer.add(written.bytes);
}

/**
 * Writes a run's output out piece by piece, letting other work go on in between: all of it, or the lines that meet a filter. As text,
 * all of it has the text of displays and notes too. What is damaged is named in its place in a text, and passed over in the other formats.
 */
export function exportOutput(storage: Storage, runId: RunId, format: ExportFormat, filter: OutputFilter | undefined, signal: AbortSignal | undefined): AsyncGenerator<ExportPiece, void> {
  const test = filter === undefined ? null : lineTest(filter);
  const guard = createGuard(filter?.regex === true);
  const { key, totalLength } = storage.read((sql) => {
    const run = findRun(sql, runId);
    return { key: run.key, totalLength: textLength(sql, run.key) };
  });

  async function* pieces(): AsyncGenerator<ExportPiece, void> {
    const reader = new LineReader();
    const writer = new LineWriter(format, test);
    let first = format === 'csv' ? csvHeader : '';
    let written = '';
    const bytes = new Written();
    let readLength = 0;
    const told = (): ExportPiece[] => {
      const texts = [`${first}${written}`, ...writer.take()].filter((text) => text !== '');
      first = '';
      written = '';
      bytes.size = 0;
      // Where nothing is wanted it is told how much was read.
      return (texts.length === 0 ? [''] : texts).map((text) => ({ text, readLength: Math.min(readLength, totalLength), totalLength }));
    };
    const required = filter === undefined || filter.query === '' ? null : requiredOf(filter);
    const isJson = format === 'ndjson' && test === null;
    if (isJson && totalLength >= worthAThread) void outputThread.start();
    const breather = new Breather();
    const walk = new OutputWalk(storage, key, { required, context: 0, readsEnd: false, chunksAtOnce, prepare: isJson ? writeJsonAhead : undefined });
    for (let at = 0; ; ) {
      if (signal?.aborted === true) return;
      const step = await walk.next();
      if (step === null) break;
      if (step.jump !== null) reader.jump(step.jump);
      const { chunks } = step;
      guard(
        () => {
          for (const chunk of chunks) {
            if (format === 'text' && test === null) written += withoutControls(chunkText(chunk, at));
            else if (isJson) writeJson(reader, writer, chunk, bytes);
            else reader.read(chunk, writer.line, test === null ? writer.lines : undefined);
            readLength += chunk.length;
            at = chunk.last_seq;
          }
        },
        () => reader.lines,
      );
      yield* told();
      await breather.rest();
    }
    reader.end(writer.line);
    readLength = totalLength;
    yield* told();
  }
  return pieces();
}
