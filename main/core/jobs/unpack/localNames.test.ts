import { array, assert, boolean, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localNames } from './localNames.ts';
import { isSafePath } from './safePath.ts';

describe('names of fetched files on this computer', () => {
  it('are those in the container, wherever that can be', () => {
    const paths = ['output/a.txt', 'output/b/ä…😀.csv', 'files/.hidden', 'output/ lead'];
    expect(localNames(paths)).toEqual(paths);
  });

  it.each([
    ['output/10:30.csv', 'output/10_30.csv'],
    ['output/a\\b\n"c"?', 'output/a_b__c__'],
    ['output/\u202egnp.exe', 'output/_gnp.exe'],
    ['output/a\u009b31m', 'output/a_31m'],
    ['output/CON', 'output/_CON'],
    ['output/nul.txt', 'output/_nul.txt'],
    ['output/end.. ', 'output/end___'],
    ['output/a:b/c', 'output/a_b/c'],
    [`output/${'x'.repeat(600)}/y`, `output/${'x'.repeat(255)}/y`],
    [`output/${'x/'.repeat(600)}deep.txt`, 'deep.txt'],
    [`output/com1.${'é'.repeat(125)}`, `output/_com1.${'é'.repeat(124)}`],
  ])('have what no system refuses: %j', (path, name) => {
    expect(localNames([path])).toEqual([name]);
  });

  it('stay apart where they would become one', () => {
    expect(localNames(['a:b', 'a_b', 'a?b/c', 'x/1.txt', 'x:/1.txt', 'x_'], false)).toEqual(['a_b', 'a_b-1', 'a_b-2/c', 'x/1.txt', 'x_/1.txt', 'x_-1']);
    expect(localNames(['A.txt', 'a.txt', 'e\u0301', '\u00e9', 'D/x', 'd/x'], true)).toEqual(['A.txt', 'a-1.txt', 'e\u0301', '\u00e9-1', 'D/x', 'd-1/x']);
    expect(localNames(['A.txt', 'a.txt'], false)).toEqual(['A.txt', 'a.txt']);
  });

  it.each([[['..']], [['a/../b']], [['/a']], [['a//b']], [['']], [['a/.']], [['a\0b']], [['a', 'a']]])('are none in a list that no honest runner makes: %j', (paths) => {
    expect(localNames(paths)).toBeNull();
  });

  it('are safe, and each is one file', () => {
    assert(
      property(array(string({ unit: constantFrom('a', 'A', '/', ':', '.', ' ', '-', '1', '_', 'con', 'é', 'e\u0301', 'x'.repeat(300)), maxLength: 8 }), { maxLength: 8 }), boolean(), (paths, folds) => {
        const names = localNames(paths, folds);
        if (names === null) return;
        for (const name of names) expect(isSafePath(name), name).toBe(true);
        const keys = names.map((name) => (folds ? name.normalize('NFC').toLowerCase() : name));
        expect(new Set(keys).size).toBe(keys.length);
        // No file stands where another has a folder.
        for (const key of keys) expect(keys.some((other) => other.startsWith(`${key}/`))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
