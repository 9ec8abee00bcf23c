import type { Sql } from '../database/index.ts';
import { bucketsOfPiece, pieceChecksum, segmentChecksum, signatureChecksum, type SegmentRow } from './gramIndex.ts';
import { bucketCount, signatureBytes } from './grams.ts';

/** A stretch of chunks in the index, and the records of those in which the text may end. */
export interface Covered {
  firstSeq: number;
  lastSeq: number;
  candidates: { from: number; to: number }[];
}

interface Segment extends Covered {
  id: number;
  starts: Float64Array;
  /** A bit a chunk that is still possible. */
  possible: Uint8Array;
}

interface PieceRow {
  segment: number;
  /** The first that it has. */
  buckets: number;
  checksum: number;
  data: Uint8Array;
}

/** Buckets that are looked up together: a statement takes longer than a row. */
const bucketsAtOnce = 8;
/** So few segments are asked one by one. */
const fewSegments = 2;

/** Numbers of a blob; a copy, because it may begin anywhere. */
function float64s(bytes: Uint8Array): Float64Array {
  return new Float64Array(new Uint8Array(bytes).buffer, 0, bytes.byteLength >> 3);
}

/** Segments that are damaged are left out: their chunks are not covered, and so are read. */
function readSegments(sql: Sql, key: number): Map<number, Segment> {
  const segments = new Map<number, Segment>();
  for (const row of sql.all<SegmentRow>('SELECT segment, first_seq, last_seq, tail, checksum, starts FROM output_segments WHERE run_key = ? ORDER BY first_seq', key)) {
    if (row.checksum !== segmentChecksum(key, row)) continue;
    const starts = float64s(row.starts);
    const possible = new Uint8Array(Math.ceil(starts.length / 8)).fill(255);
    if ((starts.length & 7) !== 0) possible[possible.length - 1] = (1 << (starts.length & 7)) - 1;
    segments.set(row.segment, { id: row.segment, firstSeq: row.first_seq, lastSeq: row.last_seq, candidates: [], starts, possible });
  }
  return segments;
}

/** The first bucket of the piece in which a segment has a bucket. */
function pieceOf(segment: Segment, bucket: number): number {
  return bucket - (bucket % bucketsOfPiece(segment.possible.length));
}

/** What a piece says of the buckets that it has narrows a segment down. One that is damaged or missing says nothing. @returns whether anything is left */
function narrow(segment: Segment, wanted: readonly number[], { buckets: first, checksum, data }: PieceRow): boolean {
  const { possible } = segment;
  const together = bucketsOfPiece(possible.length);
  const length = Math.min(together, bucketCount - first) * possible.length;
  if (data.byteLength !== length || checksum !== pieceChecksum(segment.id, first, data)) return true;
  let left = 1;
  for (const bucket of wanted) {
    if (bucket < first || bucket >= first + together) continue;
    const at = (bucket - first) * possible.length;
    left = 0;
    for (let i = 0; i < possible.length; i++) {
      possible[i] = (possible[i] ?? 0) & (data[at + i] ?? 0);
      left |= possible[i] ?? 0;
    }
  }
  return left !== 0;
}

/** The pieces that hold so many buckets at most, in all segments that are open. */
function piecesOf(sql: Sql, key: number, open: ReadonlyMap<number, Segment>, buckets: readonly number[]): PieceRow[] {
  const firsts = [...new Set([...open.values()].flatMap((segment) => buckets.map((bucket) => pieceOf(segment, bucket))))];
  const rows: PieceRow[] = [];
  const text = `SELECT segment, buckets, checksum, data FROM output_pieces WHERE run_key = ? AND buckets IN (${Array(bucketsAtOnce).fill('?').join(', ')})`;
  for (let at = 0; at < firsts.length; at += bucketsAtOnce) {
    // One statement for any number: the first stands for those that are not there.
    const some = Array.from({ length: bucketsAtOnce }, (_, i) => firsts[at + i] ?? firsts[at] ?? 0);
    if (open.size > fewSegments) rows.push(...sql.all<PieceRow>(text, key, ...some));
    else for (const { id } of open.values()) rows.push(...sql.all<PieceRow>(`${text} AND segment = ?`, key, ...some, id));
  }
  return rows;
}

function lookUpSegments(sql: Sql, key: number, buckets: readonly number[]): Segment[] {
  const segments = readSegments(sql, key);
  const open = new Map(segments);
  for (let at = 0; at < buckets.length && open.size > 0; at += bucketsAtOnce) {
    const some = buckets.slice(at, at + bucketsAtOnce);
    for (const row of piecesOf(sql, key, open, some)) {
      const segment = open.get(row.segment);
      if (segment !== undefined && !narrow(segment, some, row)) open.delete(row.segment);
    }
  }
  for (const { starts, possible, candidates, lastSeq } of open.values()) {
    for (const [i, from] of starts.entries()) {
      if (((possible[i >> 3] ?? 0) & (1 << (i & 7))) !== 0) candidates.push({ from, to: (starts[i + 1] ?? lastSeq + 1) - 1 });
    }
  }
  return [...segments.values()];
}

function lookUpSignatures(sql: Sql, key: number, buckets: readonly number[]): Covered[] {
  const rows = sql.all<{ first_seq: number; last_seq: number; tail: string; checksum: number; data: Uint8Array }>(
    'SELECT first_seq, last_seq, tail, checksum, data FROM output_signatures WHERE run_key = ? ORDER BY first_seq', key,
  );
  const covered: Covered[] = [];
  for (const row of rows) {
    if (row.checksum !== signatureChecksum(key, row) || row.data.byteLength !== signatureBytes) continue;
    const isPossible = buckets.every((bucket) => ((row.data[bucket >> 3] ?? 0) & (1 << (bucket & 7))) !== 0);
    covered.push({ firstSeq: row.first_seq, lastSeq: row.last_seq, candidates: isPossible ? [{ from: row.first_seq, to: row.last_seq }] : [] });
  }
  return covered;
}

/** What the index knows of an output, in order: where a text may be that has grams in all of these buckets. */
export function lookUp(sql: Sql, key: number, buckets: readonly number[]): Covered[] {
  return [...lookUpSegments(sql, key, buckets), ...lookUpSignatures(sql, key, buckets)].sort((one, other) => one.firstSeq - other.firstSeq);
}
