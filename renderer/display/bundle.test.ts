import { describe, expect, it } from 'vitest';
import { figureOf, pictureUrl, viewsOf } from './bundle.ts';
import { flattenJson } from './jsonRows.ts';

describe('viewsOf', () => {
  it('puts the richest first, and plain text always last', () => {
    const bundle = { 'text/plain': 'plain', 'application/json': { a: 1 }, 'image/png': 'AAAA', 'text/html': '<b>x</b>', 'text/markdown': '# x', 'text/latex': '$x$' };
    expect(viewsOf(bundle).map((view) => view.kind)).toEqual(['html', 'picture', 'markdown', 'json', 'latex', 'text']);
    expect(viewsOf({}).map((view) => view.kind)).toEqual(['text']);
  });

  it('passes over what is not what it says', () => {
    expect(viewsOf({ 'image/png': 'not base64!', 'text/html': 42, 'image/svg+xml': null }).map((view) => view.kind)).toEqual(['text']);
    expect(viewsOf({ 'text/html': 'x'.repeat(9 * 1024 * 1024) }).map((view) => view.kind)).toEqual(['text']);
  });

  it('gives a drawing as a picture whose address is inert', () => {
    const [view] = viewsOf({ 'image/svg+xml': '<svg onload="alert(1)"/>' });
    expect(view?.kind === 'svg' && pictureUrl(view)).toBe('data:image/svg+xml;charset=utf-8,%3Csvg%20onload%3D%22alert(1)%22%2F%3E');
  });

  it('knows a figure from a table', () => {
    expect(figureOf({ 'text/html': '<table></table>' })).toBeNull();
    expect(figureOf({ 'text/html': '<div><svg></svg></div>' })?.kind).toBe('html');
    expect(figureOf({ 'image/png': 'AAAA', 'text/html': '<table></table>' })?.kind).toBe('picture');
  });
});

describe('flattenJson', () => {
  const nothing = { closed: new Set<string>(), opened: new Set<string>(), most: 100 };

  it('opens the first levels', () => {
    const { rows } = flattenJson({ a: [1, { b: null }], c: 'x' }, nothing);
    expect(rows.map((row) => [row.name, row.text, row.depth])).toEqual([
      [null, '{2 keys}', 0],
      ['a', '[2 items]', 1],
      ['0', '1', 2],
      ['1', '{1 key}', 2],
      ['c', '"x"', 1],
    ]);
  });

  it('keeps what is closed closed, and never draws more than it may', () => {
    expect(flattenJson([[1], [2]], { ...nothing, closed: new Set(['$/0']) }).rows.map((row) => row.path)).toEqual(['$', '$/0', '$/1', '$/1/0']);
    const huge = flattenJson(Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => 0)), nothing);
    expect(huge.rows).toHaveLength(100);
    expect(huge.isCut).toBe(true);
  });
});
