import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, saveProfile, test, testKubeconfig } from './fixtures.ts';

/** A picture of one pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

test.describe('Before a run goes to a cluster', () => {
  test.skip(testKubeconfig === '', 'PYEXEKUBE_TEST_KUBECONFIG names no cluster');

  test('the cluster is named, and asked about, when none was chosen', async ({ window, cluster }) => {
    await expect(window.target).toContainText('This computer');
    await window.runSourceOnCluster('print("went")');
    await expect(window.sheet).toContainText(cluster.place);
    await expect(window.sheet.getByRole('list', { name: 'Checks' })).toContainText('Signed in');
    await window.sheet.getByRole('button', { name: 'Show the YAML' }).click();
    await expect(window.sheet.getByRole('group', { name: 'YAML that will be applied' })).toContainText('kind: Job');
    await window.sheet.getByRole('button', { name: 'Run on cluster' }).click();
    await expect(window.console).toContainText('went');
    await expect(window.target).toContainText(cluster.place);
  });

  test('a production cluster is red and asks each time', async ({ window, cluster, client, page }) => {
    const { connections } = await client.connections.list();
    for (const { id } of connections) await client.connections.update({ id, production: true });
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('print("went")');
    await expect(window.sheet).toContainText('production');
    await expect(window.sheet.getByRole('button', { name: 'Do not run' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(window.sheet).toHaveCount(0);
    expect((await client.jobs.live({})).jobs, 'nothing was created').toEqual([]);
    await window.runOnCluster.click();
    await window.sheet.getByRole('button', { name: 'Run on cluster' }).click();
    await expect(window.console).toContainText('went');
  });

  test('files are listed with their sizes, go along, and artifacts come back to be saved', async ({ window, cluster, client, page, home }) => {
    const folder = join(home, 'project');
    const saved = join(home, 'saved');
    await mkdir(folder, { recursive: true });
    await mkdir(saved);
    await writeFile(join(folder, 'main.py'), `import base64, helper, os
out = os.environ["PYEXEKUBE_OUTPUT"]
open(out + "/result.txt", "w").write(helper.text)
open(out + "/dot.png", "wb").write(base64.b64decode("${dot}"))
open(out + "/model.bin", "wb").write(b"\\0\\1")
print("helped", helper.text)
`);
    await writeFile(join(folder, 'helper.py'), 'text = "hello"\n');
    await writeFile(join(folder, 'data.csv'), 'x,y\n'.repeat(500));
    await client.files.openWorkspace({ path: folder });
    await page.reload();
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await page.getByRole('treeitem', { name: 'main.py' }).dblclick();
    // The scratch tab of before may have the focus until then.
    await expect(page.getByRole('tab', { name: 'main.py', selected: true })).toBeVisible();
    await expect(window.editor).toBeFocused();
    await window.chooseTarget(cluster.place);
    await window.runOnCluster.click();
    const files = window.sheet.getByRole('region', { name: 'Files that go along' });
    await expect(files).toContainText('3 files');
    await expect(files).toContainText(/data\.csv\s*2\.0 kB/);
    const along = window.sheet.getByRole('group', { name: 'What goes along' });
    await along.getByRole('radio', { name: 'The script alone' }).check();
    await expect(files).toContainText('1 file');
    await along.getByRole('radio', { name: /^The folder project/ }).check();
    await expect(files).toContainText('3 files');
    await window.sheet.getByRole('button', { name: 'Run on cluster' }).click();
    await expect(window.console).toContainText('helped hello');
    await window.card.getByRole('button', { name: /^3 artifacts/ }).click();
    await window.card.getByRole('button', { name: 'Show output/dot.png' }).click();
    const shown = page.getByRole('dialog', { name: 'output/dot.png' });
    await expect(shown.getByRole('img', { name: 'output/dot.png' })).toHaveJSProperty('naturalWidth', 1);
    await page.keyboard.press('Escape');
    await expect(window.card.getByRole('button', { name: /output\/model\.bin/ }), 'it can only be saved').toHaveText(['']);
    await expect(window.card.getByRole('button', { name: 'Save output/model.bin' })).toBeVisible();
    await window.card.getByRole('button', { name: 'Open output/result.txt in the editor' }).click();
    await expect(page.getByRole('tab', { name: 'result.txt' })).toBeVisible();
    await page.getByRole('tab', { name: 'main.py' }).click();
    await window.card.getByRole('button', { name: 'Save all' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save artifacts' });
    await dialog.getByRole('textbox', { name: 'Path' }).fill(saved);
    await dialog.getByRole('button', { name: 'Save here' }).click();
    await expect(page.getByText('Saved 3 files')).toBeVisible();
    expect(await readFile(join(saved, 'output/result.txt'), 'utf8')).toBe('hello');

    await window.runOnCluster.click();
    await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab'), 'the same files were shown before: it goes by itself').toHaveCount(2);
  });

  test('what would fail is said before anything is created, with evidence and what mends it', async ({ window, cluster, client, page }) => {
    await saveProfile(client, 'small', { serviceAccount: 'nobody-here', memory: '900Gi' });
    await page.reload();
    await window.chooseTarget(cluster.place);
    await window.runOnCluster.click();
    const checks = window.sheet.getByRole('list', { name: 'Checks' });
    await expect(checks).toContainText('The cluster answers');
    await expect(checks.getByRole('button', { name: 'Edit profile' }).first()).toBeVisible();
    await expect(window.sheet.getByRole('button', { name: 'Check again' })).toBeVisible();
    expect((await client.jobs.live({})).jobs).toEqual([]);
    await checks.getByRole('button', { name: 'Edit profile' }).first().click();
    await expect(page.getByRole('dialog', { name: /profile/i })).toBeVisible();
  });

  test('a warning can be overruled', async ({ window, cluster, client, page }) => {
    await saveProfile(client, 'small', { extendedResources: { 'example.com/gpu': 1 } });
    await page.reload();
    await window.chooseTarget(cluster.place);
    await window.runOnCluster.click();
    await expect(window.sheet).toContainText('example.com/gpu');
    await window.sheet.getByRole('button', { name: 'Run anyway' }).click();
    await expect(window.card).toContainText(/example\.com\/gpu/);
    await window.cancelRun.click();
    await expect(window.console).toContainText('Stopped');
  });

  test('an answer that is overtaken by what happens does not turn the card back', async ({ window, cluster, client, page }) => {
    await saveProfile(client, 'small', { extendedResources: { 'example.com/gpu': 1 } });
    // The window hears of the run's end of waiting before it goes on with what followed its submit.
    await page.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      let held: (string | Buffer)[] | null = null;
      let isSubmitted = false;
      let isHeard = false;
      socket.onMessage((message) => {
        if (String(message).includes('/jobs/submit')) isSubmitted = true;
        // On a busy machine it may have heard of it already.
        if (!isHeard && String(message).includes('/runs/get')) held ??= [];
        if (held === null) server.send(message);
        else held.push(message);
      });
      server.onMessage((message) => {
        socket.send(message);
        if (!isSubmitted || !String(message).includes('Insufficient example.com/gpu')) return;
        isHeard = true;
        for (const late of held ?? []) server.send(late);
        held = null;
      });
    });
    await page.reload();
    await window.chooseTarget(cluster.place);
    await window.runOnCluster.click();
    await window.sheet.getByRole('button', { name: 'Run anyway' }).click();
    await expect(window.card).toContainText('Insufficient example.com/gpu');
    await expect(window.card.getByRole('status', { name: 'Phase' })).toHaveText('Created');
  });
});
