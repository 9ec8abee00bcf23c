import { createServer } from 'node:net';
import { expect, test } from './fixtures.ts';

test('nothing but the own host is ever asked for anything', async ({ page, server, window }) => {
  const others: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.origin !== server.origin) others.push(request.url());
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(server.origin).host) others.push(socket.url());
  });
  await page.reload();
  await window.newTab();
  await window.pythonReady();
  await window.runSource('import json, statistics\nprint(statistics.mean([2, 3, 5, 8]))');
  await expect(window.console).toContainText('4.5');
  await window.runSource('class H:\n    def _repr_html_(self):\n        return "<img src=\'http://192.0.2.1/x.png\'><link rel=stylesheet href=\'http://192.0.2.1/x.css\'>shown"\nH()');
  await expect(window.console.locator('iframe').contentFrame().getByText('shown')).toBeVisible();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'Settings' })).toBeVisible();
  // A request that the policy blocked before it was sent does not count; one that was sent would.
  const sent = [];
  for (const url of others) {
    if (!url.startsWith('http://192.0.2.1/')) sent.push(url);
  }
  expect(sent).toEqual([]);
});

test('HTML output reaches no listener', async ({ window }) => {
  let connections = 0;
  const listener = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  await window.newTab();
  await window.pythonReady();
  await window.runSource(
    `html = """<img src='${url}/a.png'><link rel='stylesheet' href='${url}/a.css'><link rel='preload' as='image' href='${url}/p'><link rel='preconnect' href='${url}'>\n` +
      `<iframe src='${url}/f'></iframe><object data='${url}/o'></object><video src='${url}/v' autoplay></video><meta http-equiv='refresh' content='0;url=${url}/r'>\n` +
      `<style>@import '${url}/i.css'; body { background: url(${url}/b.png) }</style><script src='${url}/s.js'></script><p>shown</p>"""\n` +
      'class H:\n    def _repr_html_(self): return html\n    def _repr_markdown_(self): return ""\nH()',
  );
  await expect(window.console.locator('iframe').contentFrame().getByText('shown')).toBeVisible();
  await window.runSource(`class M:\n    def _repr_markdown_(self): return "![x](${url}/m.png) <img src='${url}/n.png'> marked"\nM()`);
  await expect(window.console).toContainText('marked');
  await window.runSource(`class S:\n    def _repr_svg_(self): return "<svg xmlns='http://www.w3.org/2000/svg'><image href='${url}/s.png'/><script>fetch('${url}/j')</script></svg>"\nS()`);
  await expect(window.console.getByRole('img').first()).toBeVisible();
  await window.runSource('print("end")');
  await expect(window.console).toContainText('end');
  expect(connections).toBe(0);
  listener.close();
});
