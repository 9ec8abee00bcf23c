import { expect, test } from './fixtures.ts';

test.beforeEach(async ({ window }) => {
  await window.newTab();
  await window.pythonReady();
});

test('_repr_html_ is shown in a sandboxed frame, whose scripts do not run', async ({ window, page }) => {
  await window.runSource(
    'class Table:\n' +
      '    def _repr_html_(self):\n' +
      '        return "<table><tr><td id=cell>cell value</td></tr></table><script>document.getElementById(\'cell\').textContent=\'script ran\'</script>" \\\n' +
      '            "<img src=x onerror=\\"document.getElementById(\'cell\').textContent=\'handler ran\'\\">"\n' +
      'Table()',
  );
  const frame = window.console.locator('iframe');
  await expect(frame).toHaveCount(1);
  const sandbox = await frame.getAttribute('sandbox');
  expect(sandbox).not.toBeNull();
  expect(sandbox).not.toContain('allow-same-origin');
  await expect(frame.contentFrame().getByText('cell value')).toBeVisible();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(frame.contentFrame().getByText('cell value')).toBeVisible();
});

test('SVG and PNG are shown as pictures', async ({ window }) => {
  await window.runSource(
    'class Drawing:\n    def _repr_svg_(self):\n        return \'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="teal"/></svg>\'\nDrawing()',
  );
  await expect(window.console.getByRole('img').first()).toBeVisible();
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await window.runSource(`import base64\nclass Picture:\n    def _repr_png_(self):\n        return base64.b64decode("${pixel}")\ndisplay(Picture())`);
  await expect(window.console.locator('img[src^="data:image/png"], img[src^="blob:"]').first()).toBeVisible();
});

test('Markdown, JSON and LaTeX are shown, and plain text is always there', async ({ window, page }) => {
  await window.runSource('class Note:\n    def _repr_markdown_(self):\n        return "# A heading\\n\\nsome **bold** text"\n    def __repr__(self):\n        return "<plain note>"\nNote()');
  await expect(window.console.getByRole('heading', { name: 'A heading' })).toBeVisible();
  await window.runSource('class Data:\n    def _repr_json_(self):\n        return {"alpha": [1, 2, {"beta": None}]}\nData()');
  await expect(window.console.getByRole('tree')).toContainText('alpha');
  await window.runSource('class Formula:\n    def _repr_latex_(self):\n        return "$\\\\frac{a}{b}$"\nFormula()');
  await expect(window.console).toContainText('\\frac{a}{b}');
  await page.evaluate(() => undefined);
});

test('display() with an id is redrawn in place', async ({ window }) => {
  await window.runSource('handle = display("value one", display_id=True)\nhandle.update("value two")\nprint("done")');
  await expect(window.console).toContainText('done');
  await expect(window.console).toContainText('value two');
  await expect(window.console).not.toContainText('value one');
});
