import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl, textOf } from './harness.ts';
import { onCluster } from './onCluster.ts';

/** A claim that the cluster's default storage class fills. */
const claim = 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100Mi}}}\n';

onCluster('volumes of a run', {}, (cluster) => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pyexekube-volumes-'));
    const file = join(folder, 'claim.yaml');
    writeFileSync(file, claim);
    kubectl('create', '-n', cluster.namespace, '-f', file);
  });
  afterAll(() => {
    const volume = kubectl('get', 'pvc', 'data', '-n', cluster.namespace, '-o', 'jsonpath={.spec.volumeName}');
    kubectl('delete', 'pvc', 'data', '-n', cluster.namespace, '--wait=false');
    // Jobs hold the claim; a volume that is kept after its claim is made free for the next time.
    kubectl('delete', 'jobs', '--all', '-n', cluster.namespace, '--wait=true');
    kubectl('wait', '--for=delete', 'pvc/data', '-n', cluster.namespace, '--timeout=60s');
    try {
      kubectl('patch', 'pv', volume, '-p', '{"spec":{"claimRef":null}}');
    } catch {
      // It went with its claim.
    }
    rmSync(folder, { recursive: true });
  });

  it('keep what one run writes for the next: work, output, cache and input', async () => {
    const writes = await cluster.application.submit(
      'import os\nprint(os.getcwd())\nopen("/store/kept.txt", "w").write("kept")\nopen(os.environ["PYEXEKUBE_OUTPUT"] + "/result.txt", "w").write("result")',
      { settings: { volumes: [{ claim: 'data', use: 'cache', mountPath: '/store', subPath: 'store' }, { claim: 'data', use: 'work', subPath: 'work' }, { claim: 'data', use: 'output', mountPath: '/results', subPath: 'results' }] } },
    );
    expect(textOf(await cluster.application.output(writes))).toMatch(/^\/pyexekube\/work\/.*files\n$/);
    expect((await cluster.application.reach(writes, 'done')).artifacts, 'they come back, and stay there').toMatchObject({ state: 'fetched', files: 1 });

    const reads = await cluster.application.submit(
      `import os, glob\nprint(open("/data/store/kept.txt").read(), *[open(path).read() for path in glob.glob("/data/results/${writes}/result.txt")], os.listdir("/data/work"))\ntry:\n  open("/data/no", "w")\nexcept OSError as error:\n  print(error.strerror)`,
      { settings: { volumes: [{ claim: 'data', use: 'input', mountPath: '/data' }] } },
    );
    expect(textOf(await cluster.application.output(reads)), 'what was work is gone').toBe('kept result []\nRead-only file system\n');
    expect(kubectl('get', 'pvc', 'data', '-n', cluster.namespace, '-o', 'jsonpath={.status.phase}')).toBe('Bound');
  });
});
