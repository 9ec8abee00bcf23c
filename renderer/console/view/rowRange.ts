/** The text node and offset of a character within an element; the end of it when it has fewer. */
export function pointInRow(element: HTMLElement, offset: number): { node: Node; offset: number } {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let rest = offset;
  let last: Node | null = null;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (rest <= length) return { node, offset: rest };
    rest -= length;
    last = node;
  }
  return last === null ? { node: element, offset: 0 } : { node: last, offset: last.textContent?.length ?? 0 };
}

/** The range of some characters of an element; null if it has none. */
export function rangeInRow(element: HTMLElement, start: number, end: number): Range | null {
  if (element.firstChild === null) return null;
  const from = pointInRow(element, start);
  const to = pointInRow(element, end);
  const range = document.createRange();
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return range;
}

/** How many characters of an element stand before a point in it. */
export function offsetInRow(element: HTMLElement, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}
