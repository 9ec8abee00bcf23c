import { describe, expect, it } from 'vitest';
import { baseName, isAbsolutePath, isWithin, joinPath, nameProblem, parentPath, relativePath } from './pathText.ts';

describe('paths of Linux and macOS', () => {
  it('joins and takes apart', () => {
    expect(joinPath('/a/b', 'c.py', '/')).toBe('/a/b/c.py');
    expect(joinPath('/', 'c.py', '/')).toBe('/c.py');
    expect(baseName('/a/b/c.py', '/')).toBe('c.py');
    expect(baseName('/a/b/', '/')).toBe('b');
    expect(baseName('/', '/')).toBe('/');
    expect(parentPath('/a/b', '/')).toBe('/a');
    expect(parentPath('/a', '/')).toBe('/');
    expect(parentPath('/', '/')).toBeNull();
  });

  it('leaves a backslash in a name alone', () => {
    expect(baseName('/a/b\\c', '/')).toBe('b\\c');
    expect(nameProblem('b\\c', '/')).toBeNull();
  });

  it('knows what lies within what', () => {
    expect(isWithin('/a/b/c', '/a/b', '/')).toBe(true);
    expect(isWithin('/a/bc', '/a/b', '/')).toBe(false);
    expect(isWithin('/a', '/', '/')).toBe(true);
    expect(relativePath('/a/b/c.py', '/a', '/')).toBe('b/c.py');
    expect(relativePath('/x/c.py', '/a', '/')).toBe('/x/c.py');
    expect(relativePath('/x/c.py', '/', '/')).toBe('x/c.py');
  });

  it('knows absolute paths and bad names', () => {
    expect(isAbsolutePath('/a', '/')).toBe(true);
    expect(isAbsolutePath('a', '/')).toBe(false);
    for (const bad of ['', '  ', '.', '..', 'a/b']) expect(nameProblem(bad, '/'), bad).not.toBeNull();
    expect(nameProblem('a.py', '/')).toBeNull();
  });
});

describe('paths of Windows', () => {
  it('joins and takes apart, by either slash', () => {
    expect(joinPath('C:\\', 'c.py', '\\')).toBe('C:\\c.py');
    expect(joinPath('C:\\a', 'c.py', '\\')).toBe('C:\\a\\c.py');
    expect(baseName('C:\\a/c.py', '\\')).toBe('c.py');
    expect(parentPath('C:\\a', '\\')).toBe('C:\\');
    expect(parentPath('C:\\a\\b', '\\')).toBe('C:\\a');
  });

  it('knows absolute paths and bad names', () => {
    expect(isAbsolutePath('C:\\a', '\\')).toBe(true);
    expect(isAbsolutePath('\\\\server\\share', '\\')).toBe(true);
    expect(isAbsolutePath('a\\b', '\\')).toBe(false);
    expect(nameProblem('what?', '\\')).not.toBeNull();
  });
});
