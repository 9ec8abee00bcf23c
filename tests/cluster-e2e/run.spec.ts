import { expect, test, testKubeconfig } from './fixtures.ts';

test.describe('Run on cluster', () => {
  test.skip(testKubeconfig === '', 'PYEXEKUBE_TEST_KUBECONFIG names no cluster');

  test('prints into the console, is in the history, and shows where it ran', async ({ window, cluster, page }) => {
    await window.chooseTarget(cluster.place);
    await window.runSourceOnCluster('import platform\nprint("hi from", platform.python_version())');
    await expect(window.console).toContainText('hi from 3.', { timeout: 30_000 });
    await expect(page.getByRole('tablist', { name: 'Runs' }).getByRole('tab').first()).toContainText(cluster.place);
    await expect(window.card).toContainText(cluster.place);
    await expect(window.card.getByRole('list', { name: 'Timeline' })).toContainText('Done');
    await expect(window.console).toContainText('Finished');
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await expect(window.history).toContainText('import platform');
  });
});
