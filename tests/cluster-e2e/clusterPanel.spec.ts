import { execFileSync } from 'node:child_process';
import { expect, test, testKubeconfig } from './fixtures.ts';

test.skip(testKubeconfig === '', 'no cluster: name a kubeconfig of a test cluster in PYEXEKUBE_TEST_KUBECONFIG');

const sleeper = 'import time\nprint("begun", flush=True)\ntime.sleep(600)\n';

function kubectl(...args: string[]): string {
  return execFileSync('kubectl', ['--kubeconfig', testKubeconfig, ...args], { encoding: 'utf8' });
}

test('a connection is checked, and its namespace chosen from the cluster’s own list', async ({ window, page, cluster }) => {
  await page.getByRole('button', { name: 'Connections', exact: true }).click();
  const item = page.getByRole('region', { name: 'Connections' }).getByRole('list', { name: 'Clusters' }).getByRole('listitem').first();
  await item.getByRole('button').first().click();
  await item.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(item).toContainText(/Kubernetes v1\.\d+/);
  await expect(item).toContainText('Connected, checked');
  const namespace = item.getByRole('combobox', { name: 'Namespace' });
  await expect(namespace).toHaveValue(cluster.namespace);
  await namespace.click();
  await page.getByRole('option', { name: 'kube-public' }).click();
  await expect(item).toContainText('Chosen here.');
  await expect(namespace).toHaveValue('kube-public');
  await item.getByRole('button', { name: 'Back to the context’s own namespace' }).click();
  await expect(namespace).toHaveValue(cluster.namespace);
  await expect(window.target).toBeVisible();
});

test('waiting runs are moved and taken out; what is left is listed and removed', async ({ window, page, cluster, client }) => {
  test.setTimeout(120_000);
  const { connections } = await client.connections.list();
  const [connection] = connections;
  if (connection === undefined) throw new Error('The kubeconfig of the test has no context.');
  await client.connections.update({ id: connection.id, maxRuns: 1 });
  await window.chooseTarget(cluster.place);
  await window.runSourceOnCluster(sleeper);
  await expect(window.console).toContainText('begun');

  await page.getByRole('button', { name: 'Cluster', exact: true }).click();
  const region = page.getByRole('region', { name: 'Cluster', exact: true });
  const runs = region.getByRole('list', { name: 'Live runs' }).getByRole('listitem');
  await expect(runs).toHaveCount(1);
  await expect(runs.first()).toContainText('running');
  for (const count of [2, 3]) {
    await window.newTab();
    await window.runSourceOnCluster(`print(${count})`);
    await expect(runs).toHaveCount(count);
  }
  const titles = async (): Promise<string[]> => (await runs.locator('button > span:first-child').allTextContents()).slice(1);
  const before = await titles();
  await runs.nth(2).getByRole('button', { name: /up$/ }).click();
  await expect.poll(titles).toEqual(before.toReversed());
  await expect(runs.nth(1)).toContainText('is next');
  await runs.nth(2).getByRole('button', { name: /out of the queue/ }).click();
  await expect(runs).toHaveCount(2);

  await region.getByRole('button', { name: 'Look what is there' }).click();
  const left = region.getByRole('list', { name: `Left in ${cluster.namespace}` }).getByRole('listitem');
  await expect(left).toHaveCount(1);
  await expect(left.first()).toContainText('running');
  await left.getByRole('checkbox').check();
  await region.getByRole('button', { name: /^Remove what is ticked/ }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('still running');
  await question.getByRole('button', { name: 'Remove' }).click();
  // The one that waited has its turn, ends, and is all that is left.
  await expect(region).toContainText('Nothing runs or waits on a cluster.');
  await expect(left).toHaveCount(1);
  await expect(left.first()).toContainText('ended');
  await region.getByRole('button', { name: /^Remove what has ended of your own/ }).click();
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(region).toContainText('Nothing is left.');
  // What belongs to a Job is collected by the cluster itself, after it.
  await expect.poll(() => kubectl('get', 'jobs,secrets', '-n', cluster.namespace, '-l', 'app.kubernetes.io/managed-by=pyexekube', '-o', 'name').trim()).toBe('');
});

test('a namespace is set up: shown, refused where it cannot be, applied', async ({ window, page, cluster }) => {
  const namespace = `${cluster.namespace}-set-up`;
  try {
    await window.command('Set up a namespace');
    const dialog = page.getByRole('dialog', { name: 'Set up a namespace' });
    const name = dialog.getByRole('textbox', { name: 'Namespace' });
    const subject = dialog.getByRole('textbox', { name: 'Who may run' });
    await name.fill('Not_A_Name');
    await expect(dialog.getByRole('button', { name: 'Apply…' })).toBeDisabled();
    await name.fill(namespace);
    await subject.fill('everyone');
    await expect(dialog).toContainText('Group:name');
    await subject.fill('Group:data-science');
    const yaml = dialog.getByRole('group', { name: 'What is needed' });
    for (const text of ['kind: NetworkPolicy', 'kind: RoleBinding', `name: ${namespace}`, 'data-science', 'pod-security.kubernetes.io/enforce']) await expect(yaml).toContainText(text);
    await dialog.getByRole('button', { name: 'Apply…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Apply' }).click();
    await expect(dialog.getByRole('status')).toContainText('Applied:');
    expect(kubectl('get', 'namespace', namespace, '-o', 'jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}')).toBe('restricted');
  } finally {
    kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
  }
});
