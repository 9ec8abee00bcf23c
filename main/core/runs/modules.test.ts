import { describe, expect, it } from 'vitest';
import { importedModules } from './modules.ts';

describe('imported modules', () => {
  it.each([
    ['import os', ['os']],
    ['import numpy as np, pandas.core as pd  # both', ['numpy', 'pandas']],
    ['from a.b.c import d, e\n  from f import (g)', ['a', 'f']],
    ['from . import x\nfrom .y import z', []],
    ['important = 1\n# import no\nprint("import")', []],
    ['try:\n\timport ünï\nexcept ImportError: pass', ['ünï']],
    ['import os; import sys', ['os']],
  ])('of %j', (source, modules) => {
    expect(importedModules(source)).toEqual(modules);
  });

  it('are at most 200', () => {
    expect(importedModules(Array.from({ length: 300 }, (_, i) => `import m${i}`).join('\n'))).toHaveLength(200);
  });
});
