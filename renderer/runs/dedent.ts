/** Takes away the white space that all lines of a selection begin with, so that the body of a function runs by itself. */
export function dedent(text: string): string {
  const lines = text.split('\n');
  let margin: string | null = null;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (margin === null || margin.startsWith(indent)) margin = indent;
    else if (!indent.startsWith(margin)) return text;
  }
  if (margin === null || margin === '') return text;
  const { length } = margin;
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(length))).join('\n');
}
