/**
 * Cuts a stream of bytes into lines at \n, without their line feeds, a batch for each chunk that came. A line longer than `maxBytes` is
 * given in pieces of that size, so that no line can fill the memory.
 */
export async function* linesOf(source: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<Buffer[], void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  const takeRest = (last: Buffer): Buffer => {
    if (rest.length === 0) return last;
    const whole = Buffer.concat([...rest, last]);
    rest = [];
    restBytes = 0;
    return whole;
  };
  for await (const chunk of source) {
    if (!Buffer.isBuffer(chunk)) continue;
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      lines.push(takeRest(chunk.subarray(from, at)));
      from = at + 1;
    }
    if (from < chunk.length) {
      const piece = chunk.subarray(from);
      if (restBytes + piece.length >= maxBytes) lines.push(takeRest(piece));
      else {
        rest.push(piece);
        restBytes += piece.length;
      }
    }
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [takeRest(Buffer.alloc(0))];
}
