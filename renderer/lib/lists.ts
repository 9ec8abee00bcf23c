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
