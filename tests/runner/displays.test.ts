import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { documentsOf, Pod, pythons, textOf, type PodOptions, type Python } from './harness.ts';

const pods: Pod[] = [];
afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.remove();
});

async function run(python: Python, options: PodOptions) {
  const pod = await Pod.make(python, options);
  pods.push(pod);
  return pod.end();
}

const has = (python: Python, module: string): boolean => {
  try {
    execFileSync(python.path, ['-c', `import ${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe.each(pythons)('displays under Python $version', (python) => {
  it('stand where they were made, in every form that a value has', async () => {
    const { lines, code } = await run(python, {
      source: `
from IPython.display import HTML, Image, Markdown, JSON, display as other
class Table:
    def _repr_html_(self): return "<table>"
    def _repr_png_(self): return b"\\x89PNG"
    def _repr_svg_(self): raise ValueError("broken")
    def __repr__(self): return "a table"
print("before")
print("half", end="")
display(Table())
print("after")
other(HTML("<b>"), JSON({"a": [1]}))
handle = display(Markdown("*1*"), display_id=True)
handle.update(Markdown("*2*"))
display({"text/html": "<i>"}, raw=True, display_id="mine")
display(Image(b"GIF89a"))
display(len)
`,
    });
    expect(textOf(lines, 'e').toString()).toContain('ValueError: broken');
    expect(code).toBe(0);
    // A printed line may come in two pieces; where it stands is the same.
    const order = lines.map(({ kind, text }) => (kind === 'o' ? `${text.toString()}\n` : kind === 'O' ? text.toString() : kind === 'd' ? '[display]' : ''));
    expect(order.join('')).toMatch(/^before\nhalf\[display\]after\n\[display\]\[display\]/);
    const documents = documentsOf(lines, 'd') as { bundle: Record<string, unknown>; displayId?: string; update?: boolean }[];
    expect(documents[0]).toEqual({ bundle: { 'text/html': '<table>', 'image/png': 'iVBORw==', 'text/plain': 'a table' } });
    expect(documents.slice(1, 3).map(({ bundle }) => bundle)).toMatchObject([{ 'text/html': '<b>' }, { 'application/json': { a: [1] } }]);
    expect(documents[3]).toMatchObject({ bundle: { 'text/markdown': '*1*' } });
    expect(documents[4]).toMatchObject({ bundle: { 'text/markdown': '*2*' }, update: true, displayId: documents[3]?.displayId });
    expect(documents[5]).toEqual({ bundle: { 'text/html': '<i>', 'text/plain': '' }, displayId: 'mine' });
    // IPython's own, where it is installed, takes every picture for PNG.
    expect(Object.values(documents[6]?.bundle ?? {})).toContain('R0lGODlh');
    expect(documents[7]?.bundle).toEqual({ 'text/plain': '<built-in function len>' });
  });

  it('may be large, up to a limit', async () => {
    const { lines } = await run(python, {
      source: 'display({"text/plain": "x" * 300000 + "ü\\n\\u2028"}, raw=True)\ndisplay({"text/plain": "x" * 3000000}, raw=True)\nprint("end")',
      config: { displayMaxBytes: 1_000_000 },
    });
    expect(documentsOf(lines, 'd')).toEqual([{ bundle: { 'text/plain': `${'x'.repeat(300_000)}ü\n\u2028` } }]);
    expect(lines.filter(({ kind }) => kind === 'n').map(({ text }) => text.toString())).toEqual(['A display of 3.0 MB is not shown: the limit is 1.0 MB.']);
    expect(textOf(lines, 'o').toString()).toBe('end\n');
  });

  it('of several threads and children are whole; forged ones are text', async () => {
    const { lines, code } = await run(python, {
      source: `
import os, sys, threading
def work(n):
    for i in range(50):
        sys.stdout.write("thread %d %d\\n" % (n, i))
        display({"text/plain": "%d-%d" % (n, i)}, raw=True)
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
if os.fork() == 0:
    display({"text/plain": "child"}, raw=True)
    os._exit(0)
os.wait()
sys.stdout.write("\\x1epyexekube-" + "0" * 32 + ":d:../../../etc/passwd\\n")
`,
    });
    expect(code).toBe(0);
    const shown = (documentsOf(lines, 'd') as { bundle: Record<string, string> }[]).map(({ bundle }) => bundle['text/plain']);
    expect(new Set(shown).size).toBe(201);
    expect(shown).toContain('child');
    const text = textOf(lines, 'o').toString();
    expect(text.match(/thread \d \d+/g)).toHaveLength(200);
    expect(text).toContain('etc/passwd');
  });

  it('reach us though the script points its outputs elsewhere', async () => {
    const { lines } = await run(python, {
      source: `
import contextlib, io, os
with contextlib.redirect_stdout(io.StringIO()) as caught:
    print("hidden")
    display(1)
os.dup2(os.open("out.txt", os.O_CREAT | os.O_WRONLY), 1)
display(2)
print("in the file", flush=True)
print(open("out.txt").read(), end="", file=__import__("sys").stderr)
`,
    });
    expect(documentsOf(lines, 'd')).toEqual([{ bundle: { 'text/plain': '1' } }, { bundle: { 'text/plain': '2' } }]);
    expect(textOf(lines, 'e').toString()).toBe('in the file\n');
  });

  it.runIf(has(python, 'matplotlib'))('show the figures of matplotlib', async () => {
    const { lines } = await run(python, { source: 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint(plt.get_fignums())' });
    expect(documentsOf(lines, 'd')).toMatchObject([{ bundle: { 'image/png': expect.stringMatching(/^iVBOR/) as string } }]);
    expect(textOf(lines, 'o').toString()).toBe('[]\n');
  });

  it('include what ended the script, with its own frames', async () => {
    const { lines, code } = await run(python, {
      files: { 'pkg/inner.py': 'import json\ndef fail(text):\n    try:\n        return json.loads(text)\n    except ValueError as error:\n        raise RuntimeError("ünï") from error\n' },
      source: '\n\nfrom pkg.inner import fail\nprint("x", end="")\nfail("{")',
    });
    expect(code).toBe(1);
    const documents = documentsOf(lines, 'x') as { name: string; message: string; traceback: string; frames: Record<string, unknown>[] }[];
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({
      name: 'RuntimeError',
      message: 'ünï',
      frames: [
        { file: 'script.py', line: 5, name: '<module>' },
        { file: 'pkg/inner.py', line: 6, name: 'fail' },
      ],
    });
    expect(documents[0]?.traceback).toMatch(/^Traceback[\s\S]*json\.decoder\.JSONDecodeError[\s\S]*direct cause[\s\S]*RuntimeError: ünï\n$/);
    const columns = Number(python.version.split('.')[1]) >= 11 ? { column: 1, endLine: 5, endColumn: 10 } : {};
    expect(documents[0]?.frames[0]).toMatchObject(columns);
    expect(textOf(lines, 'e').toString()).toBe('');
  });

  it.each([
    ['a syntax error', 'x = 1\nif x\n  y', { name: 'SyntaxError', frames: [{ file: 'script.py', line: 2, name: '<module>' }] }],
    ['it without the place that its frame has', 'x = = 1', { name: 'SyntaxError', message: 'invalid syntax' }],
    ['what is wrong in a text that is run', 'exec("x = 1\\n1 / 0")', { name: 'ZeroDivisionError', frames: [{ file: 'script.py', line: 1 }] }],
    ['what cannot be compiled of such a text', 'exec("for")', { name: 'SyntaxError', frames: [{ file: 'script.py', line: 1 }] }],
    ['a deep recursion', 'def f(): f()\nf()', { name: 'RecursionError' }],
    ['an exception whose text fails', 'class E(Exception):\n def __str__(self): 1/0\nraise E', { name: 'E', message: '' }],
  ])('include %s', async (_, source, expected) => {
    const { lines, code } = await run(python, { source });
    expect(code).toBe(1);
    expect(documentsOf(lines, 'x')).toMatchObject([expected]);
  });

  it('include an interrupt, with the line that it found', async () => {
    const { lines, code } = await run(python, { source: 'print("x")\nraise KeyboardInterrupt' });
    expect(code).toBe(130);
    expect(documentsOf(lines, 'x')).toMatchObject([{ name: 'KeyboardInterrupt', frames: [{ file: 'script.py', line: 2 }] }]);
    expect(textOf(lines, 'e').toString()).toBe('');
  });

  it.each([
    ["the script's own hook", 'import sys\nsys.excepthook = lambda kind, *_: print("own", kind.__name__)\n1/0', 'own ZeroDivisionError\n', /^$/],
    ['a stderr that leads elsewhere', 'import io, sys\nsys.stderr = io.StringIO()\nimport atexit; atexit.register(lambda: print(sys.stderr.getvalue()[-20:]))\n1/0', 'ion by zero\n\n', /^$/],
    ["a thread's", 'import threading\nt = threading.Thread(target=lambda: 1/0)\nt.start(); t.join()', '', /ZeroDivisionError/],
  ])('leave alone %s', async (_, source, out, err) => {
    const { lines } = await run(python, { source });
    expect(documentsOf(lines, 'x')).toEqual([]);
    expect(textOf(lines, 'o').toString().endsWith(out)).toBe(true);
    expect(textOf(lines, 'e').toString()).toMatch(err);
  });
});
