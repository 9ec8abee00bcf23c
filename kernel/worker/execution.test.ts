import { beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from '../testing/testKernel.ts';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});

describe('running a source', () => {
  it('keeps variables from run to run, and shows the last value', () => {
    expect(kernel.run('x = 20').events).toEqual([]);
    expect(kernel.run('y = 22\nx + y').result).toBe('42');
    expect(kernel.run('x + y;').result).toBeUndefined();
    expect(kernel.run('None').result).toBeUndefined();
    expect(kernel.run('_').result).toBe('42');
  });

  it('is __main__, with argv, and with __file__ for a file alone', () => {
    const run = kernel.run('import sys\nif __name__ == "__main__": print(sys.argv, __file__)', {
      filename: '/workspace/train.py',
      isFile: true,
      argv: ['--fast', 'ä'],
    });
    expect(run.text()).toBe("['/workspace/train.py', '--fast', 'ä'] /workspace/train.py\n");
    expect(kernel.run('__file__').error?.name).toBe('NameError');
  });

  it('ends as python would: sys.exit with nothing, a number, a text', () => {
    expect(kernel.run('import sys; sys.exit()').exitCode).toBe(0);
    const three = kernel.run('import sys; print("bye"); sys.exit(3)');
    expect([three.exitCode, three.text(), three.error]).toEqual([3, 'bye\n', undefined]);
    const text = kernel.run('import sys; sys.exit("no such thing")');
    expect([text.exitCode, text.text('stderr')]).toEqual([1, 'no such thing\n']);
    expect(kernel.run('raise SystemExit').exitCode).toBe(0);
    expect(kernel.run('exit(4)').exitCode).toBe(4);
  });

  it('pickles classes and shows their source, as a module would', () => {
    const run = kernel.run(
      'import pickle, inspect\nclass P:\n    def f(self): pass\nprint(type(pickle.loads(pickle.dumps(P()))).__name__)\nprint(inspect.getsource(P.f), end="")',
    );
    expect(run.text()).toBe('P\n    def f(self): pass\n');
  });
});

describe('tracebacks', () => {
  it("show the user's frames alone, with lines and columns of the editor", () => {
    const run = kernel.run('import json\ndef load(text):\n    return json.loads(text)\nprint("ä", load("{"))', { lineOffset: 11 });
    expect(run.exitCode).toBe(1);
    expect(run.error?.name).toBe('JSONDecodeError');
    expect(run.error?.frames).toEqual([
      { file: 'scratch 1', line: 14, column: 12, endLine: 14, endColumn: 21, name: '<module>' },
      { file: 'scratch 1', line: 13, column: 12, endLine: 13, endColumn: 28, name: 'load' },
    ]);
    expect(run.error?.traceback).toBe(
      [
        'Traceback (most recent call last):',
        '  File "scratch 1", line 14, in <module>',
        '    print("ä", load("{"))',
        '               ~~~~^^^^^',
        '  File "scratch 1", line 13, in load',
        '    return json.loads(text)',
        '           ~~~~~~~~~~^^^^^^',
        'json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
        '',
      ].join('\n'),
    );
  });

  it('of a syntax error point at its place', () => {
    const run = kernel.run('x = 1\nprint(x\ny = 2', { lineOffset: 5 });
    expect(run.error?.name).toBe('SyntaxError');
    expect(run.error?.frames).toMatchObject([{ file: 'scratch 1', line: 6, column: 6, name: '<module>' }]);
    expect(run.error?.traceback).toContain('    print(x\n         ^\n');
    expect(run.error?.traceback).not.toContain('Traceback');
    const unindented = kernel.run('def f():\nreturn 1');
    expect(unindented.error?.name).toBe('IndentationError');
  });

  it('show chained exceptions, groups and notes', () => {
    const chained = kernel.run('try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError("bad") from e');
    expect(chained.error?.traceback).toMatch(/ZeroDivisionError: division by zero\n\nThe above exception was the direct cause[^]*ValueError: bad\n$/);
    const group = kernel.run('raise ExceptionGroup("two", [ValueError("a"), TypeError("b")])');
    expect(group.error?.name).toBe('ExceptionGroup');
    expect(group.error?.traceback).toMatch(/ValueError: a[^]*TypeError: b/);
    const noted = kernel.run('e = KeyError("k")\ne.add_note("look here")\nraise e');
    expect(noted.error?.traceback).toContain('look here');
  });

  it('show the lines of a function that an earlier run defined', () => {
    kernel.run('def broken():\n    return undefined_name', { lineOffset: 40 });
    const run = kernel.run('broken()', { lineOffset: 3 });
    expect(run.error?.traceback).toContain('line 41, in broken\n    return undefined_name\n');
  });

  it('survive deep recursion and broken exceptions', () => {
    const deep = kernel.run('def f(n): return f(n + 1)\nf(0)');
    expect(deep.error?.name).toBe('RecursionError');
    expect(deep.error?.traceback).toMatch(/Previous line repeated \d+ more times/);
    const broken = kernel.run('class E(Exception):\n    def __str__(self): raise ValueError("no")\nraise E');
    expect(broken.error?.traceback).toContain('<exception str() failed>');
    expect(broken.error?.message).toContain('not available');
    expect(kernel.run('1 + 1').result).toBe('2');
  });

  it('say what is not in the bundled Python', () => {
    const numpy = kernel.run('import numpy as np');
    expect(numpy.error?.traceback).toContain("'numpy' is not in the bundled offline Python");
    expect(kernel.run('import sys; sys.modules["curses"]=None\nimport curses').error?.traceback).not.toContain('micropip');
    expect(kernel.run('import tkinter').error?.traceback).toContain("so the bundled Python is without it");
  });
});

describe('files', () => {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

  it('lie in the working folder, and modules follow them', () => {
    const first = kernel.run('import os, helper\nfrom package import inner\nprint(os.getcwd(), helper.N, inner.N, open("data.csv").read())', {
      files: [
        { path: 'helper.py', data: bytes('N = 1\n') },
        { path: 'package/inner.py', data: bytes('from helper import N\n') },
        { path: 'data.csv', data: bytes('a,b') },
      ],
    });
    expect(first.text()).toBe('/workspace 1 1 a,b\n');
    const second = kernel.run('import helper\nfrom package import inner\nprint(helper.N, inner.N)', {
      files: [{ path: 'helper.py', data: bytes('N = 2\n') }],
    });
    expect(second.text()).toBe('2 2\n');
    const failed = kernel.run('import helper', { files: [{ path: 'helper.py', data: bytes('1 / 0\n') }] });
    expect(failed.error?.frames).toMatchObject([{ file: 'scratch 1' }, { file: '/workspace/helper.py', line: 1 }]);
    expect(failed.error?.traceback).toContain('    1 / 0\n');
    const gone = kernel.run('import helper', { files: [{ path: 'helper.py', data: null }, { path: 'never.py', data: null }] });
    expect(gone.error?.name).toBe('ModuleNotFoundError');
  });

  it('outside the workspace are refused', () => {
    const run = kernel.run('print("not reached")', { files: [{ path: '../etc/passwd', data: bytes('x') }] });
    expect(run.exitCode).toBe(1);
    expect(run.error?.message).toContain('outside the workspace');
  });
});

describe('packages', () => {
  const told = (): unknown => {
    const end = kernel.messages.find((message) => message.type === 'finished');
    return end?.packages == null ? null : JSON.parse(end.packages);
  };

  it('that a script could import are told at its end, with where they came from', () => {
    kernel.run('1');
    expect(told()).toEqual([]);
    kernel.run(`
import os, sys
site = next(entry for entry in sys.path if entry.endswith("site-packages"))
os.mkdir(site + "/Some_Thing-1.2.dist-info")
for name, text in (("URL", "https://example.org/some_thing-1.2-py3-none-any.whl"), ("SHA256", "abc")):
    with open(site + "/Some_Thing-1.2.dist-info/PYODIDE_" + name, "w") as file:
        file.write(text)
sys.path.insert(0, "/workspace/other-2.0-py3-none-any.whl")
`);
    const some = { name: 'some-thing', version: '1.2', source: 'https://example.org/some_thing-1.2-py3-none-any.whl#sha256=abc', isInstalled: true };
    expect(told()).toEqual([{ name: 'other', version: '2.0', source: null, isInstalled: false }, some]);
    kernel.run('sys.path.pop(0)');
    expect(told()).toEqual([some]);
    kernel.run('usual, os.listdir = os.listdir, None', { files: [{ path: 'vendored-3.dist-info/METADATA', data: new TextEncoder().encode('x') }] });
    expect(told()).toBeNull();
    kernel.run('os.listdir = usual\nimport shutil\nshutil.rmtree(site + "/Some_Thing-1.2.dist-info")');
    expect(told()).toEqual([{ name: 'vendored', version: '3', source: null, isInstalled: false }]);
  });
});

describe('variables', () => {
  it('are told shortly, and a broken repr harms nothing', () => {
    kernel.run('class Bad:\n    def __repr__(self): raise ValueError\nnumbers = [1, 2]\nbad = Bad()\nimport os\nlong = "x" * 10**6');
    kernel.messages = [];
    kernel.session.handle({ type: 'inspect' });
    const [message] = kernel.messages;
    const variables: { name: string; type: string; value: string }[] = message?.type === 'variables' ? JSON.parse(message.json) : [];
    const named = (name: string): object | undefined => variables.find((entry) => entry.name === name);
    expect(named('numbers')).toMatchObject({ type: 'list[2]', value: '[1, 2]' });
    expect(named('bad')).toMatchObject({ type: 'Bad' });
    expect(named('long')).toMatchObject({ type: 'str[1000000]' });
    expect(named('os')).toBeUndefined();
    expect(named('Bad')).toBeUndefined();
    expect(variables.every((entry) => entry.value.length <= 1000)).toBe(true);
  });
});
