/** Copies of lists with one change. The arrays' own `with`, `toSpliced` and `toSorted` are younger than the oldest Electron that runs the window. */

export function withAt<T>(list: readonly T[], index: number, item: T): T[] {
  return list.map((old, at) => (at === index ? item : old));
}

export function withoutAt<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, at) => at !== index);
}

/** With an item before the one at `index`. */
export function insertedAt<T>(list: readonly T[], index: number, item: T): T[] {
  return [...list.slice(0, index), item, ...list.slice(index)];
}

/**
 * Where the last item is whose key is at most `value`, in a list that rises; 0 when there is none.
 * @param last the last index that counts, within the list
 */
export function lastAtMost<T>(list: readonly T[], value: number, keyOf: (item: T) => number, last: number = list.length - 1): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const item = list[middle];
    if (item === undefined || keyOf(item) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
