import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelEvent } from '../protocol/messages.ts';
import { TestKernel, type Outcome } from '../testing/testKernel.ts';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});

function displays(run: Outcome): Extract<KernelEvent, { type: 'display' }>[] {
  return run.events.flatMap((event) => (event.type === 'display' ? [event] : []));
}

describe('MIME bundles', () => {
  it('hold every form of a value, with text/plain always', () => {
    const run = kernel.run(
      [
        'class Rich:',
        '    def __repr__(self): return "plain"',
        '    def _repr_html_(self): return "<b>html</b>"',
        '    def _repr_markdown_(self): return "**md**"',
        '    def _repr_svg_(self): return "<svg/>"',
        '    def _repr_png_(self): return b"\\x89PNG", {"width": 1}',
        '    def _repr_latex_(self): return "$x$"',
        '    def _repr_json_(self): return {"a": [1, None]}',
        '    def _repr_jpeg_(self): return None',
        'Rich()',
      ].join('\n'),
    );
    expect(run.events).toEqual([
      {
        type: 'result',
        bundle: {
          'text/plain': 'plain',
          'text/html': '<b>html</b>',
          'text/markdown': '**md**',
          'image/svg+xml': '<svg/>',
          'image/png': 'iVBORw==',
          'text/latex': '$x$',
          'application/json': { a: [1, null] },
        },
      },
    ]);
  });

  it('come from _repr_mimebundle_, and _ipython_display_ shows itself', () => {
    const run = kernel.run(
      'class B:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {"application/vnd.x+json": {"v": 1}, "text/html": "h"}, {}\nclass D:\n    def _ipython_display_(self): print("own")\ndisplay(B(), exclude=["text/html"])\nD()',
    );
    expect(displays(run)).toMatchObject([{ bundle: { 'application/vnd.x+json': { v: 1 }, 'text/plain': expect.stringContaining('B object') } }]);
    expect(displays(run)[0]?.bundle['text/html']).toBeUndefined();
    expect(run.text()).toBe('own\n');
  });

  it('are redrawn by their id', () => {
    const run = kernel.run('h = display("one", display_id=True)\nh.update("two")\nfrom IPython.display import update_display\nupdate_display(3, display_id="mine")');
    const [first, second, third] = displays(run);
    expect(first?.displayId).toBe(second?.displayId);
    expect(second).toMatchObject({ update: true, bundle: { 'text/plain': "'two'" } });
    expect(third).toMatchObject({ update: true, displayId: 'mine' });
  });

  it('of IPython.display and raw data', () => {
    const run = kernel.run(
      'from IPython.display import *\ndisplay(HTML("<i>"), Markdown("m"), Latex("l"), Math("x"), SVG("<svg/>"), JSON("[1]"), Image(b"\\x89PNG"))\ndisplay({"text/html": "r"}, raw=True)\nimport IPython\nIPython.get_ipython()',
    );
    const keys = displays(run).map(({ bundle }) => Object.keys(bundle).find((mime) => mime !== 'text/plain'));
    expect(keys).toEqual(['text/html', 'text/markdown', 'text/latex', 'text/latex', 'image/svg+xml', 'application/json', 'image/png', 'text/html']);
    expect(kernel.run('HTML(url="http://x")').error?.message).toContain('no network');
  });

  it('survive broken, huge and endless representations', () => {
    const broken = kernel.run('class Bad:\n    def _repr_html_(self): 1 / 0\n    def __repr__(self): return "still here"\nBad()');
    expect(broken.result).toBe('still here');
    expect(broken.text('stderr')).toContain('ZeroDivisionError');
    expect(broken.exitCode).toBe(0);
    const worse = kernel.run('class Worse:\n    def __repr__(self): raise ValueError\nWorse()');
    expect(worse.result).toContain('whose repr failed: ValueError');
    const huge = kernel.run('list(range(10**6))');
    expect(huge.result?.slice(-30)).toMatch(/… \([\d,]+ characters\)$/);
    const picture = kernel.run('class Big:\n    def _repr_html_(self): return "x" * 20_000_000\nBig()');
    expect(picture.result).toContain('is not shown: the limit is 16 MB');
    const infinite = kernel.run('display({"application/json": float("nan")}, raw=True)');
    expect(displays(infinite)[0]?.bundle['text/plain']).toContain('not shown');
    expect(kernel.run('class C:\n    def _repr_html_(self): return "x"\nC').result).toBe("<class '__main__.C'>");
    expect(kernel.run('from unittest.mock import MagicMock\nMagicMock()').result).toContain('MagicMock');
  });
});
