/** A line that is longer than it may be. */
export class LongLineError extends Error {}

/** Lines of a stream of bytes, without their line feeds, none longer than `most` bytes. What follows the last line feed is a line, too. @throws LongLineError */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Buffer, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const found = piece.indexOf(0x0a, at);
      const end = found === -1 ? piece.length : found;
      length += end - at;
      if (length > most) throw new LongLineError(`a line is longer than ${most} bytes`);
      // A copy (a Buffer's own slice is none): whoever reads the bytes may use their place again.
      parts.push(Uint8Array.prototype.slice.call(piece, at, end));
      if (found !== -1) {
        yield Buffer.concat(parts);
        parts = [];
        length = 0;
      }
      at = end + 1;
    }
  }
  if (length > 0) yield Buffer.concat(parts);
}
