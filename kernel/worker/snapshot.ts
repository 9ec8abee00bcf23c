/**
 * The start-up snapshot as it is kept: Pyodide's own snapshot without the pages that are zero, which are most.
 *
 * Layout, little endian words of 32 bits: magic, bytes of the head (Pyodide's header and state of its JavaScript objects), bytes of the
 * linear memory, number of pages; then the index of each page; then, from the next multiple of 16 on, the head, then the pages.
 */
export const pageBytes = 4096;
const magic = 0x4b455850;
const words = 4;

function dataOffset(pages: number): number {
  return Math.ceil(((words + pages) * 4) / 16) * 16;
}

/**
 * @param snapshot what Pyodide's makeMemorySnapshot gave; its second word is the length of its head
 * @param fresh the linear memory of a new instance before a snapshot is put in: a page that is not zero there must be kept, zero or not
 */
export function packSnapshot(snapshot: Uint8Array, fresh: Uint8Array): Uint8Array<ArrayBuffer> {
  const headBytes = new DataView(snapshot.buffer, snapshot.byteOffset).getUint32(4, true);
  const memory = snapshot.subarray(headBytes);
  const pages: number[] = [];
  for (let page = 0; page * pageBytes < memory.length; page++) {
    const from = page * pageBytes;
    const isZero = (bytes: Uint8Array): boolean => bytes.subarray(from, from + pageBytes).every((byte) => byte === 0);
    if (!isZero(memory) || !isZero(fresh)) pages.push(page);
  }
  const headStart = dataOffset(pages.length);
  const packed = new Uint8Array(headStart + headBytes + pages.length * pageBytes);
  new Uint32Array(packed.buffer, 0, words + pages.length).set([magic, headBytes, memory.length, pages.length, ...pages]);
  packed.set(snapshot.subarray(0, headBytes), headStart);
  pages.forEach((page, index) => {
    packed.set(memory.subarray(page * pageBytes, (page + 1) * pageBytes), headStart + headBytes + index * pageBytes);
  });
  return packed;
}

export type PackedSnapshot = {
  /** Pyodide's own head, as it stood before the memory. */
  head: Uint8Array;
  memoryBytes: number;
  /** Puts the pages into the memory of a new instance. */
  restore(memory: Uint8Array): void;
};

/** @throws if the bytes are no packed snapshot, or the memory has another size */
export function openSnapshot(packed: Uint8Array): PackedSnapshot {
  const [found, headBytes = 0, memoryBytes = 0, count = 0] = new Uint32Array(packed.buffer, packed.byteOffset, words);
  const headStart = dataOffset(count);
  if (found !== magic || packed.length !== headStart + headBytes + count * pageBytes) throw new Error('This is no start-up snapshot.');
  const pages = new Uint32Array(packed.buffer, packed.byteOffset + words * 4, count);
  return {
    head: packed.slice(headStart, headStart + headBytes),
    memoryBytes,
    restore(memory) {
      if (memory.length !== memoryBytes) throw new Error(`The snapshot is of ${memoryBytes} bytes, the memory has ${memory.length}.`);
      // Neighbouring pages are copied together.
      for (let first = 0; first < count; ) {
        let last = first + 1;
        while (last < count && pages[last] === (pages[first] ?? 0) + last - first) last++;
        const from = headStart + headBytes + first * pageBytes;
        memory.set(packed.subarray(from, from + (last - first) * pageBytes), (pages[first] ?? 0) * pageBytes);
        first = last;
      }
    },
  };
}
