import { expect, it } from 'vitest';
import { dedent } from './dedent.ts';

it('takes away the margin that all lines share', () => {
  expect(dedent('    a = 1\n\n      b = 2\n   \n    c')).toBe('a = 1\n\n  b = 2\n\nc');
});

it('leaves text without a shared margin as it is', () => {
  for (const text of ['a\n  b', '', '\n', '\ta\n    b', 'if x:\n    y']) expect(dedent(text)).toBe(text);
});
