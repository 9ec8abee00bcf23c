/** A line that starts a cell, as in VS Code, Spyder and Jupytext: `# %%` with what one likes behind it. */
const cellStart = /^\s*#\s?%%/;

export function isCellStart(line: string): boolean {
  return cellStart.test(line);
}

/** First and last line of a cell, counted from 1. */
export interface CellRange {
  startLine: number;
  endLine: number;
}

/**
 * The `# %%` cell around a line, its marker line included; what stands before the first marker is a cell, too.
 * Null when the text has no markers.
 *
 * @param line counted from 1
 */
export function cellAt(lines: readonly string[], line: number): CellRange | null {
  if (!lines.some(isCellStart)) return null;
  let startLine = Math.min(Math.max(line, 1), lines.length);
  while (startLine > 1 && !isCellStart(lines[startLine - 1] ?? '')) startLine--;
  let endLine = Math.max(line, startLine);
  while (endLine < lines.length && !isCellStart(lines[endLine] ?? '')) endLine++;
  return { startLine, endLine };
}
