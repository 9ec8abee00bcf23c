/** A stretch that differs: lines `leftStart` to before `leftEnd` became `rightStart` to before `rightEnd`; counted from 0. */
export interface Difference {
  leftStart: number;
  leftEnd: number;
  rightStart: number;
  rightEnd: number;
}

/** Edits that a stretch without a line of its own is searched for, before it counts as replaced whole. */
const mostEdits = 400;

/**
 * Where two texts differ, line by line; each line is a number, from 0 to below `count`. Lines that occur once in each are found first and hold the rest in place (Bram
 * Cohen's patience diff); what is left between them is compared by the fewest edits (Myers, "An O(ND) Difference Algorithm", 1986) as long as those are few. So the time
 * stays near the number of lines, whatever the texts are.
 */
export function diffLines(a: Int32Array, b: Int32Array, count: number): Difference[] {
  const places = { left: new Int32Array(count), right: new Int32Array(count) };
  const found: Difference[] = [];
  const open: Difference[] = [{ leftStart: 0, leftEnd: a.length, rightStart: 0, rightEnd: b.length }];
  // The last is the first in order: what a stretch is split into goes on top, in reverse.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const part = trimmed(a, b, next);
    if (part.leftStart === part.leftEnd && part.rightStart === part.rightEnd) continue;
    if (part.leftStart === part.leftEnd || part.rightStart === part.rightEnd) {
      found.push(part);
      continue;
    }
    const anchors = uniqueCommon(a, b, part, places);
    if (anchors.count > 0) for (const one of between(part, anchors).toReversed()) open.push(one);
    else for (const one of fewestEdits(a, b, part) ?? [part]) found.push(one);
  }
  return joined(found);
}

function trimmed(a: Int32Array, b: Int32Array, part: Difference): Difference {
  let { leftStart, leftEnd, rightStart, rightEnd } = part;
  while (leftStart < leftEnd && rightStart < rightEnd && a[leftStart] === b[rightStart]) {
    leftStart++;
    rightStart++;
  }
  while (leftEnd > leftStart && rightEnd > rightStart && a[leftEnd - 1] === b[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  return { leftStart, leftEnd, rightStart, rightEnd };
}

/** Where each line stands; of those of a stretch alone, `never` or `often`. */
interface Places {
  left: Int32Array;
  right: Int32Array;
}

const never = -1;
const often = -2;

/** Lines of the left that stand for lines of the right, both ascending: the first `count` numbers of each. */
interface Pairs {
  left: Int32Array;
  right: Int32Array;
  count: number;
}

/** Lines that occur once in each, as far as they stand in the same order. */
function uniqueCommon(a: Int32Array, b: Int32Array, part: Difference, { left, right }: Places): Pairs {
  const { leftStart, leftEnd, rightStart, rightEnd } = part;
  for (let i = leftStart; i < leftEnd; i++) {
    left[a[i] ?? 0] = never;
    right[a[i] ?? 0] = never;
  }
  for (let i = leftStart; i < leftEnd; i++) {
    const id = a[i] ?? 0;
    left[id] = left[id] === never ? i : often;
  }
  for (let i = rightStart; i < rightEnd; i++) {
    const id = b[i] ?? 0;
    const at = left[id] ?? never;
    // What is not of this stretch is left over from another.
    if (at >= leftStart && at < leftEnd && a[at] === id) right[id] = right[id] === never ? i : often;
  }
  const most = Math.min(leftEnd - leftStart, rightEnd - rightStart);
  const pairs: Pairs = { left: new Int32Array(most), right: new Int32Array(most), count: 0 };
  for (let i = leftStart; i < leftEnd; i++) {
    const id = a[i] ?? 0;
    const other = right[id] ?? never;
    if (left[id] !== i || other < 0) continue;
    pairs.left[pairs.count] = i;
    pairs.right[pairs.count++] = other;
  }
  return longestRising(pairs);
}

/** The longest part of pairs, which ascend on the left, that ascends on the right too. Takes their place. */
function longestRising({ left, right, count }: Pairs): Pairs {
  const tops = new Int32Array(count);
  const before = new Int32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) {
    const at = right[i] ?? 0;
    let low = 0;
    let high = length;
    // Almost all ascend anyway.
    if (length > 0 && (right[tops[length - 1] ?? 0] ?? 0) < at) low = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((right[tops[middle] ?? 0] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? (tops[low - 1] ?? never) : never;
    tops[low] = i;
    if (low === length) length++;
  }
  // From the last to the first: each is written where nothing is read any more.
  for (let i = length > 0 ? (tops[length - 1] ?? never) : never, to = length - 1; i >= 0; i = before[i] ?? never, to--) tops[to] = i;
  for (let to = 0; to < length; to++) {
    left[to] = left[tops[to] ?? 0] ?? 0;
    right[to] = right[tops[to] ?? 0] ?? 0;
  }
  return { left, right, count: length };
}

function between(part: Difference, { left, right, count }: Pairs): Difference[] {
  const parts: Difference[] = [];
  let { leftStart, rightStart } = part;
  for (let i = 0; i <= count; i++) {
    const leftEnd = i < count ? (left[i] ?? 0) : part.leftEnd;
    const rightEnd = i < count ? (right[i] ?? 0) : part.rightEnd;
    if (leftEnd > leftStart || rightEnd > rightStart) parts.push({ leftStart, leftEnd, rightStart, rightEnd });
    leftStart = leftEnd + 1;
    rightStart = rightEnd + 1;
  }
  return parts;
}

/** Myers' greedy search; null when more edits are needed than are searched for. */
function fewestEdits(a: Int32Array, b: Int32Array, part: Difference): Difference[] | null {
  const n = part.leftEnd - part.leftStart;
  const m = part.rightEnd - part.rightStart;
  const most = Math.min(mostEdits, n + m);
  const reach = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  const at = (v: Int32Array, k: number): number => v[k + most + 1] ?? 0;
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice());
    for (let k = -edits; k <= edits; k += 2) {
      let x = k === -edits || (k !== edits && at(reach, k - 1) < at(reach, k + 1)) ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < n && x - k < m && a[part.leftStart + x] === b[part.rightStart + x - k]) x++;
      reach[k + most + 1] = x;
      if (x >= n && x - k >= m) return wayBack(trace, at, part, edits);
    }
  }
  return null;
}

function wayBack(trace: readonly Int32Array[], at: (v: Int32Array, k: number) => number, part: Difference, edits: number): Difference[] {
  const found: Difference[] = [];
  let x = part.leftEnd - part.leftStart;
  let y = part.rightEnd - part.rightStart;
  for (let d = edits; d > 0; d--) {
    const reach = trace[d] ?? new Int32Array();
    const k = x - y;
    const isDown = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
    const fromK = isDown ? k + 1 : k - 1;
    x = at(reach, fromK);
    y = x - fromK;
    const [leftStart, rightStart] = [part.leftStart + x, part.rightStart + y];
    found.push({ leftStart, leftEnd: leftStart + (isDown ? 0 : 1), rightStart, rightEnd: rightStart + (isDown ? 1 : 0) });
  }
  return found.toReversed();
}

/** Stretches that touch become one. */
function joined(parts: readonly Difference[]): Difference[] {
  const result: Difference[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last !== undefined && last.leftEnd === part.leftStart && last.rightEnd === part.rightStart) {
      last.leftEnd = part.leftEnd;
      last.rightEnd = part.rightEnd;
    } else result.push({ ...part });
  }
  return result;
}
