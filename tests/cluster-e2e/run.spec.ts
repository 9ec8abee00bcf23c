import { kubectl } from '../cluster/harness.ts';
import { expect, saveProfile, test, testKubeconfig } from './fixtures.ts';

test.describe('Run on cluster', () => {
  test.skip(testKubeconfig === '', 'PYEXEKUBE_TEST_KUBECONFIG names no cluster');

  test('prints into the console, is in the history, and shows where it ran', async ({ window, cluster, page }) => {
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('import platform\nprint("hi from", platform.python_version())');
    await expect(window.console).toContainText('hi from 3.');
    await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab').first()).toContainText(cluster.place);
    await expect(window.card).toContainText(cluster.place);
    await expect(window.card.getByRole('list', { name: 'Timeline' })).toContainText('Done');
    await expect(window.console).toContainText('Finished');
    await expect(page.getByRole('contentinfo', { name: 'Status bar' })).toContainText(cluster.place);
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await expect(window.history).toContainText('import platform');
  });

  test('shows output as it is printed, what the run needs, and where it is', async ({ window, cluster }) => {
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('import time\nfor i in range(600):\n    print("line", i, flush=True)\n    time.sleep(0.1)');
    await expect(window.console).toContainText('line 3');
    const facts = window.card.getByRole('list', { name: 'Facts of the run' });
    await expect(facts).toContainText(/CPU \d/);
    await expect(facts).toContainText(/Memory \d/);
    await expect(facts).toContainText('Python 3.');
    await expect(window.card.getByRole('img', { name: /^Memory in the last .* limit 134 MB$/ })).toBeVisible();
    await expect(window.card.getByRole('img', { name: /^CPU in the last .* limit 0\.5 cores$/ })).toBeVisible();
    await expect(facts).toContainText('pyexekube-');
    await expect(window.card.getByRole('list', { name: 'Timeline' }).locator('[aria-current=step]')).toContainText('Running');
    await window.cancelRun.click();
    await expect(window.console).toContainText('Stopped');
  });

  test('is the same at the next start of the application: still there, still live, complete', async ({ window, cluster, page, server, home }) => {
    await window.chooseTarget(cluster.place);
    // It lives until it is told to end, however long the next start takes.
    await window.runSourceOnCluster('import os, time\nprint("first", flush=True)\nwhile not os.path.exists("/tmp/go"): time.sleep(0.1)\nprint("last")');
    await expect(window.console).toContainText('first');
    await page.goto('about:blank');
    await server.kill();
    const { startServer } = await import('../support/serverProcess.ts');
    const again = await startServer(home, 'dist', { KUBECONFIG: cluster.kubeconfig, HOME: home });
    try {
      await window.open(again.url);
      await expect(window.card).toContainText(cluster.place);
      await expect(window.console).toContainText('first');
      const pod = kubectl('get', 'pods', '-n', cluster.namespace, '-o', 'name').trim();
      kubectl('exec', '-n', cluster.namespace, '-c', 'main', pod, '--', 'touch', '/tmp/go');
      await expect(window.console).toContainText(/first\s*last/);
      await expect(window.console).toContainText('Finished');
    } finally {
      await again.stop();
    }
  });

  test('shows displays and redraws progress as a local run does', async ({ window, cluster, page }) => {
    await window.chooseTarget(cluster.place);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="teal"/></svg>';
    await window.runSourceOnCluster(`import sys\nfor i in range(3):\n    print("\\rstep", i, end="", flush=True)\nprint()\ndisplay({"text/plain": "a rectangle", "image/svg+xml": '${svg}'}, raw=True)\n`);
    await expect(window.console.getByRole('img').first()).toBeVisible();
    await expect(page.getByRole('region', { name: 'Plots' }).getByRole('img').first()).toBeVisible();
    await expect(window.console).toContainText('step 2');
    await expect(window.console).not.toContainText('step 1');
  });

  test('leads from a traceback into the editor, and runs again', async ({ window, cluster, page }) => {
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('def f(x):\n    return 1 / x\n\nf(0)\n');
    await expect(window.card.getByRole('alert')).toContainText('ZeroDivisionError');
    await window.console.getByRole('link', { name: /line 2/ }).click();
    await expect(page.getByText(/Ln 2\b/)).toBeVisible();
    await window.write('f = 1\n');
    await window.console.getByRole('button', { name: 'Run again' }).click();
    await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab')).toHaveCount(2);
    await expect(window.card.getByRole('alert'), 'exactly what was run, not what the editor holds now').toContainText('ZeroDivisionError');
  });

  test('names a lack of memory, and runs again with more', async ({ window, cluster, page }) => {
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('data = bytearray(150_000_000)\nprint("fits", len(data))');
    const failure = window.card.getByRole('alert');
    await expect(failure).toContainText(/memory/i);
    await failure.getByRole('button', { name: /256\s?Mi/ }).click();
    await expect(window.console).toContainText('fits 150000000');
    await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab')).toHaveCount(2);
  });

  test('waits for its turn when no more may run at once', async ({ window, cluster, client, page }) => {
    const { connections } = await client.connections.list();
    for (const { id } of connections) await client.connections.update({ id, maxRuns: 1 });
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('import time\nprint("holds", flush=True)\ntime.sleep(100)');
    await expect(window.console).toContainText('holds');
    await window.runSourceOnCluster('print("had its turn")');
    await expect(window.card).toContainText('Number 1 in the queue');
    await expect(page.getByRole('contentinfo', { name: 'Status bar' })).toContainText('1 running, 1 queued');
    await page.getByRole('tablist', { name: 'Runs' }).getByRole('tab').nth(1).click();
    await window.cancelRun.click();
    await page.getByRole('tablist', { name: 'Runs' }).getByRole('tab').first().click();
    await expect(window.console).toContainText('had its turn');
    await expect(window.console).toContainText('Finished');
  });

  test('keeps output and artifacts when it is cancelled', async ({ window, cluster, client }) => {
    await saveProfile(client, 'small', { holdSeconds: 60 });
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster(
      'import os, time\nopen(os.environ["PYEXEKUBE_OUTPUT"] + "/kept.txt", "w").write("kept")\ntry:\n    print("begun", flush=True)\n    time.sleep(100)\nfinally:\n    print("cleaning up")',
    );
    await expect(window.console).toContainText('begun');
    await window.cancelRun.click();
    await expect(window.console).toContainText(/begun\s*cleaning up/);
    await expect(window.console).toContainText('Stopped');
    await window.card.getByRole('button', { name: /1 artifact/ }).click();
    await expect(window.card).toContainText('kept.txt');
  });
});
