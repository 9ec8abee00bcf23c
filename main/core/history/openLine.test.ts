import { array, assert, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenLine } from './openLine.ts';

/** The same, said of a whole line. */
function shown(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf('\r') + 1);
}

describe('a line that comes in parts', () => {
  it('is what stays of it after its carriage returns, wherever it was parted', () => {
    assert(
      property(array(stringMatching(/^[ab\r]{0,4}$/), { maxLength: 6 }), (parts) => {
        const line = new OpenLine();
        for (const part of parts) line.add(part);
        expect([line.end(), line.end()]).toEqual([shown(parts.join('')), '']);
      }),
    );
  });

  it('is shortened when it is very long, and told by its length', () => {
    const line = new OpenLine();
    for (let i = 0; i < 1000; i++) line.add('x'.repeat(1000));
    expect(line.end()).toBe(`${'x'.repeat(65_536)} … 934,464 more characters`);
  });
});
