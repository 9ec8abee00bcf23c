import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from '../support/serverProcess.ts';
import { axeFinds, expect, preferTheme, settingIsStored, test as base } from './fixtures.ts';

/** Contexts of clusters that nobody answers for: what is shown comes from the files alone. */
const kubeconfig = (argument: string): string => `apiVersion: v1
kind: Config
current-context: quiet
clusters:
- {name: quiet, cluster: {server: 'https://127.0.0.1:9'}}
- {name: prod, cluster: {server: 'https://127.0.0.1:9', insecure-skip-tls-verify: true}}
users:
- {name: me, user: {token: abc}}
- name: asks
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: pyexekube-test-no-such-program
      args: [get-token, ${argument}]
      env: [{name: WHO, value: me}]
      interactiveMode: Never
      installHint: Ask the administrator for it.
contexts:
- {name: quiet, context: {cluster: quiet, user: me}}
- {name: prod, context: {cluster: prod, user: asks, namespace: ml}}
- {name: dangling, context: {cluster: nowhere, user: me}}
`;
const broken = 'apiVersion: v1\nkind: Config\nclusters:\n  - name: x\n   cluster: {}\n';

const test = base.extend({
  server: async ({ home }, use) => {
    await writeFile(join(home, 'first.yaml'), kubeconfig('one'));
    await writeFile(join(home, 'broken.yaml'), broken);
    const server = await startServer(home, 'dist', { KUBECONFIG: [join(home, 'first.yaml'), join(home, 'broken.yaml')].join(process.platform === 'win32' ? ';' : ':'), HOME: home });
    await use(server);
    await server.stop();
  },
  window: async ({ window, page }, use) => {
    await page.getByRole('button', { name: 'Connections', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Connections' }).getByRole('list', { name: 'Clusters' }).getByRole('listitem')).toHaveCount(3);
    await use(window);
  },
});

test('shows each context with its health, and what is wrong with an entry and with a file', async ({ window: { page }, home }) => {
  const region = page.getByRole('region', { name: 'Connections' });
  const quiet = region.getByRole('listitem').filter({ hasText: 'quiet' });
  await quiet.getByRole('button', { name: /quiet/ }).click();
  await expect(quiet).toContainText('Not checked');
  await quiet.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(quiet.getByRole('status').first()).toContainText('Unreachable');

  const dangling = region.getByRole('listitem').filter({ hasText: 'dangling' });
  await dangling.getByRole('button', { name: /dangling/ }).click();
  await expect(dangling.getByRole('status')).toContainText('nowhere');

  const file = region.getByRole('list', { name: 'Kubeconfig files' }).getByRole('listitem').filter({ hasText: 'broken.yaml' });
  await expect(file).toContainText('Line 5');
  await file.getByRole('button', { name: /Open it at line 5/ }).click();
  await expect(page.getByRole('tab', { name: 'broken.yaml' })).toBeVisible();

  // Mended, its contexts are there without a press.
  await writeFile(join(home, 'broken.yaml'), 'apiVersion: v1\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]\nusers: []\ncontexts: [{name: mended, context: {cluster: c, user: ""}}]\n');
  await expect(region.getByRole('list', { name: 'Clusters' })).toContainText('mended');
  await expect(file).toContainText('One context');
});

test('a production mark and a namespace are kept, and the target can be chosen there', async ({ window: { page }, home }) => {
  const region = page.getByRole('region', { name: 'Connections' });
  const item = region.getByRole('listitem').filter({ hasText: 'quiet' });
  await item.getByRole('button', { name: /quiet/ }).click();
  await item.getByRole('switch', { name: 'Production' }).click();
  await expect(item.getByText('Production', { exact: true }).first()).toBeVisible();
  const namespace = item.getByRole('combobox', { name: 'Namespace' });
  await namespace.fill('Not_A_Name');
  await namespace.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'cannot be a namespace' })).toBeVisible();
  await namespace.fill('team-a');
  await namespace.press('Enter');
  await expect(item).toContainText('Chosen here.');
  await item.getByRole('button', { name: 'Run here from now on' }).click();
  await expect(page.getByRole('combobox', { name: 'Target' })).toContainText('quiet/team-a');

  await settingIsStored(home, 'target', /\w/);
  await settingIsStored(home, 'layout', /Connections/);
  await page.reload();
  await expect(item.getByText('Production', { exact: true }).first()).toBeVisible();
  await expect(item).toContainText('team-a');
  await item.getByRole('button', { name: /quiet/ }).click();
  await item.getByRole('button', { name: 'Back to the context’s own namespace' }).click();
  await expect(page.getByRole('combobox', { name: 'Target' })).toContainText('quiet/default');
});

test('a sign-in program is shown exactly, and allowed only as it was shown', async ({ window: { page }, home }) => {
  const region = page.getByRole('region', { name: 'Connections' });
  const item = region.getByRole('listitem').filter({ hasText: 'prod' });
  await item.getByRole('button', { name: /prod/ }).click();
  await expect(item.getByRole('note')).toContainText('insecure-skip-tls-verify');
  await expect(item).toContainText('Asks to run a program');
  await item.getByRole('button', { name: 'Look at it…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run this program to sign in?' });
  for (const text of ['pyexekube-test-no-such-program', 'get-token\none', 'WHO=me', join(home, 'first.yaml'), 'Ask the administrator for it.']) await expect(dialog).toContainText(text);
  await expect(dialog.getByRole('button', { name: 'Not now' })).toBeFocused();

  // The file changes under the dialog: what is shown is what can be allowed.
  await writeFile(join(home, 'first.yaml'), kubeconfig('another'));
  await expect(dialog).toContainText('get-token\nanother');
  await dialog.getByRole('button', { name: 'Allow exactly this' }).click();
  await expect(item.getByRole('status').first()).toContainText(/Not signed in|Unreachable/);

  await item.getByRole('button', { name: 'Look at it' }).click();
  await page.getByRole('dialog', { name: 'This program signs you in' }).getByRole('button', { name: 'Forbid it' }).click();
  await expect(item).toContainText('Asks to run a program');
});

test('a kubeconfig is added and forgotten', async ({ window: { page }, home }) => {
  const path = join(home, 'more.yaml');
  await writeFile(path, 'apiVersion: v1\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]\nusers: []\ncontexts: [{name: more, context: {cluster: c, user: ""}}]\n');
  const region = page.getByRole('region', { name: 'Connections' });
  await region.getByRole('button', { name: 'Add a kubeconfig' }).click();
  await page.getByRole('textbox', { name: 'Path' }).fill(path);
  await page.getByRole('textbox', { name: 'Path' }).press('Enter');
  await expect(region.getByRole('list', { name: 'Clusters' })).toContainText('more');
  await region.getByRole('button', { name: 'Forget more.yaml' }).click();
  await expect(region.getByRole('list', { name: 'Clusters' }).getByRole('listitem')).toHaveCount(3);
});

for (const theme of ['light', 'dark', 'high contrast'] as const) {
  test(`axe finds nothing in ${theme}`, async ({ window: { page } }) => {
    await preferTheme(page, theme);
    test.setTimeout(120_000);
    const check = async (what: string, part: string | null = null): Promise<void> => expect(await axeFinds(page, part, '.monaco-editor'), what).toEqual([]);
    const item = page.getByRole('listitem').filter({ hasText: 'prod' });
    await item.getByRole('button', { name: /prod/ }).click();
    await item.getByRole('switch', { name: 'Production' }).click();
    await item.getByRole('combobox', { name: 'Namespace' }).click();
    await check('connections');
    await page.keyboard.press('Escape');
    await item.getByRole('button', { name: 'Look at it…' }).click();
    await check('sign-in program', '[role=dialog]');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Cluster', exact: true }).click();
    await check('cluster');
    await page.getByRole('region', { name: 'Cluster' }).getByRole('button', { name: /^small/ }).click();
    const tabs = page.getByRole('dialog').getByRole('tab');
    await expect(tabs).not.toHaveCount(0);
    for (const tab of await tabs.all()) {
      await tab.click();
      await check(`profile: ${(await tab.textContent()) ?? ''}`, '[role=dialog]');
    }
  });
}
