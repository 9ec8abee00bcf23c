/** Numbers for lines, the same for the same line: known by a hash of 64 bits, so that of each line a few bytes are kept. */
export class LineIds {
  /** Lines that are different. */
  count = 0;
  /** Nobody can make lines that are taken for the same: their hash begins anew with each comparison. */
  readonly #seeds = crypto.getRandomValues(new Int32Array(2));
  #low = new Int32Array(1024);
  #high = new Int32Array(1024);
  /** An id and one more where its hash belongs, or in the next places that were free; 0 where none is. At least half are free. */
  #slots = new Int32Array(4096);

  id(line: string): number {
    let [low = 0, high = 0] = this.#seeds;
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      // As MurmurHash3 takes its blocks in, with its constants and for each half other ones.
      low = Math.imul(low ^ unit, 0xcc_9e_2d_51);
      low = (low << 15) | (low >>> 17);
      high = Math.imul(high ^ unit, 0x1b_87_35_93);
      high = (high << 13) | (high >>> 19);
    }
    return this.#idOf(finished(low ^ line.length), finished(high + line.length));
  }

  #idOf(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const id = (this.#slots[slot] ?? 0) - 1;
      if (id === -1) return this.#add(slot, low, high);
      if (this.#low[id] === low && this.#high[id] === high) return id;
    }
  }

  #add(slot: number, low: number, high: number): number {
    const id = this.count++;
    this.#slots[slot] = id + 1;
    if (id === this.#low.length) {
      this.#low = doubled(this.#low);
      this.#high = doubled(this.#high);
    }
    this.#low[id] = low;
    this.#high[id] = high;
    if (this.count * 2 > this.#slots.length) this.#spread();
    return id;
  }

  #spread(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = (this.#low[id] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

/** The end of MurmurHash3: each bit depends on all. */
function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return mixed ^ (mixed >>> 16);
}

export function doubled(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
