/**
 * What the search index knows of a text: which of its grams there are. A gram is three or five UTF-16 code units in a row, each taken for a byte
 * and without the bit that tells the case of ASCII letters; it is hashed into one of `bucketCount` buckets. So two texts that a search, with or
 * without case, takes for the same have the same grams; others may share a bucket, which costs a look too many and never a match too few.
 * Five units tell numbers apart, which have few digits; three are for short texts and take little room beside them.
 */
const longUnits = 5;
const shortUnits = 3;
export const bucketCount = 65_536;
/** Bytes of a signature: a bit a bucket. */
export const signatureBytes = bucketCount / 8;
/** A match is looked up by at most so many of its last units, and so many are kept of a line that goes on in the next chunk. */
export const windowUnits = 255;
/** Grams that are looked up of one text; more would hardly narrow it down. */
const maxGrams = 16;

const caseBits = 0x20_20_20_20;

/** @param four the first four units, the first in the lowest byte, with `caseBits` @param fifth with its case bit */
function longBucket(four: number, fifth: number): number {
  return (Math.imul(four, 0x9e_37_79_b1) + Math.imul(fifth, 0x85_eb_ca_6b)) >>> 16;
}

/** @param three as above; a fourth unit does not count */
function shortBucket(three: number): number {
  return Math.imul(three << 8, 0xc2_b2_ae_35) >>> 16;
}

/** The byte that stands for a code unit. */
function byteOf(unit: number): number {
  return unit < 256 ? unit : (Math.imul(unit, 0x9e37) >>> 8) & 255;
}

let scratch = new Uint8Array(256 * 1024);
/** A byte a bucket, and the same as numbers of four; all 0 between two texts. */
const seen = new Uint8Array(bucketCount);
const seenWords = new Int32Array(seen.buffer);

/** Writes a text as bytes. It is almost always of ASCII, which is copied at once. @returns how many there are */
function writeBytes(text: string): number {
  if (scratch.length < text.length + 8) scratch = new Uint8Array(Math.ceil(text.length / 4) * 8);
  if (Buffer.byteLength(text) === text.length) return Buffer.from(scratch.buffer).write(text, 0, 'latin1');
  for (let at = 0; at < text.length; at++) scratch[at] = byteOf(text.charCodeAt(at));
  return text.length;
}

/** Notes the grams from `from` on, none of which reaches over the text's end. */
function noteOneByOne(from: number, length: number): void {
  for (let at = from; at + shortUnits <= length; at++) {
    const four = (scratch[at] ?? 0) | ((scratch[at + 1] ?? 0) << 8) | ((scratch[at + 2] ?? 0) << 16) | ((scratch[at + 3] ?? 0) << 24) | caseBits;
    seen[shortBucket(four)] = 1;
    if (at + longUnits <= length) seen[longBucket(four, (scratch[at + 4] ?? 0) | 0x20)] = 1;
  }
}

/**
 * Notes the grams that begin in whole words: four at a time, which begin in one word (little endian, as on every machine that this runs on)
 * and end in the next. @returns where the first begins that is not noted
 */
function noteByWords(length: number): number {
  const words = new Int32Array(scratch.buffer, 0, length >> 2);
  let word = (words[0] ?? 0) | caseBits;
  for (let i = 1; i < words.length; i++) {
    const next = (words[i] ?? 0) | caseBits;
    seen[longBucket(word, next & 255)] = 1;
    seen[shortBucket(word)] = 1;
    let four = (word >>> 8) | (next << 24);
    seen[longBucket(four, (next >>> 8) & 255)] = 1;
    seen[shortBucket(four)] = 1;
    four = (word >>> 16) | (next << 16);
    seen[longBucket(four, (next >>> 16) & 255)] = 1;
    seen[shortBucket(four)] = 1;
    four = (word >>> 24) | (next << 8);
    seen[longBucket(four, next >>> 24)] = 1;
    seen[shortBucket(four)] = 1;
    word = next;
  }
  return Math.max(0, words.length - 1) * 4;
}

/** The buckets of a text's grams, as a set of bits: bit `b & 7` of byte `b >> 3`. */
export function signatureOf(text: string): Uint8Array {
  const length = writeBytes(text);
  noteOneByOne(noteByWords(length), length);
  const signature = new Uint8Array(signatureBytes);
  for (let byte = 0, at = 0; byte < signatureBytes; byte++, at += 2) {
    const low = seenWords[at] ?? 0;
    const high = seenWords[at + 1] ?? 0;
    signature[byte] = ((low | (low >>> 7) | (low >>> 14) | (low >>> 21)) & 15) | (((high | (high >>> 7) | (high >>> 14) | (high >>> 21)) & 15) << 4);
  }
  seen.fill(0);
  return signature;
}

/**
 * The buckets that every text has in which `literal` occurs; none if it is too short to tell. Those that tell most and overlap least come first.
 * Without case only runs of ASCII count: other letters have other forms (µ and μ) that are no further apart than a case.
 */
export function bucketsOf(literal: string, matchCase: boolean): number[] {
  const units = Array.from({ length: literal.length }, (_, i) => literal.charCodeAt(i)).slice(-windowUnits);
  const bytes = units.map((unit) => byteOf(unit) | 0x20);
  const found: { bucket: number; order: number }[] = [];
  for (const length of [longUnits, shortUnits]) {
    for (let at = 0; at + length <= units.length; at++) {
      if (!matchCase && units.slice(at, at + length).some((unit) => unit > 127)) continue;
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.slice(at, at + length);
      const four = a | (b << 8) | (c << 16) | (d << 24);
      found.push({ bucket: length === longUnits ? longBucket(four, e) : shortBucket(four), order: (length === longUnits ? 0 : longUnits) + (at % length) });
    }
  }
  found.sort((one, other) => one.order - other.order);
  return [...new Set(found.map(({ bucket }) => bucket))].slice(0, maxGrams);
}

/** What of a text belongs to the line that is open at its end, as much as a match that ends after it can need. */
export function openTail(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('\n') + 1, text.length - windowUnits));
}
