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
 * Where two texts differ, line by line. Lines that occur once in each are found first and hold the rest in place (Bram Cohen's patience
 * diff); what is left between them is compared by the fewest edits (Myers, "An O(ND) Difference Algorithm", 1986) as long as those are few. So the time
 * stays near the number of lines, whatever the texts are.
 */
export function diffLines(left: readonly string[], right: readonly string[]): Difference[] {
  const ids = new Map<string, number>();
  const idsOf = (lines: readonly string[]): Int32Array =>
    Int32Array.from(lines, (line) => {
      const known = ids.get(line);
      if (known !== undefined) return known;
      ids.set(line, ids.size);
      return ids.size - 1;
    });
  const [a, b] = [idsOf(left), idsOf(right)];
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
    const anchors = uniqueCommon(a, b, part);
    if (anchors.length === 0) found.push(...(fewestEdits(a, b, part) ?? [part]));
    else open.push(...between(part, anchors).toReversed());
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

type Pair = readonly [left: number, right: number];

/** Lines that occur once in each, as far as they stand in the same order. */
function uniqueCommon(a: Int32Array, b: Int32Array, part: Difference): Pair[] {
  const places = new Map<number, { left: number; right: number }>();
  for (let i = part.leftStart; i < part.leftEnd; i++) {
    const id = a[i] ?? 0;
    places.set(id, { left: places.has(id) ? -1 : i, right: -2 });
  }
  for (let i = part.rightStart; i < part.rightEnd; i++) {
    const place = places.get(b[i] ?? 0);
    if (place !== undefined) place.right = place.right === -2 ? i : -1;
  }
  const pairs: Pair[] = [];
  for (const { left, right } of places.values()) if (left >= 0 && right >= 0) pairs.push([left, right]);
  return longestRising(pairs.toSorted((one, other) => one[0] - other[0]));
}

/** The longest part of pairs, which ascend on the left, that ascends on the right too. */
function longestRising(pairs: readonly Pair[]): Pair[] {
  const tops: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  const rightOf = (index: number): number => pairs[index]?.[1] ?? 0;
  for (let i = 0; i < pairs.length; i++) {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rightOf(tops[middle] ?? 0) < rightOf(i)) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? (tops[low - 1] ?? -1) : -1;
    tops[low] = i;
  }
  const chain: Pair[] = [];
  for (let i = tops.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) {
    const pair = pairs[i];
    if (pair !== undefined) chain.push(pair);
  }
  return chain.toReversed();
}

function between(part: Difference, anchors: readonly Pair[]): Difference[] {
  const parts: Difference[] = [];
  let { leftStart, rightStart } = part;
  for (const [left, right] of [...anchors, [part.leftEnd, part.rightEnd] as const]) {
    if (left > leftStart || right > rightStart) parts.push({ leftStart, leftEnd: left, rightStart, rightEnd: right });
    leftStart = left + 1;
    rightStart = right + 1;
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
