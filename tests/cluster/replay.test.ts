import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl, startApplication, testImage, testKubeconfig, textOf, type Application } from './harness.ts';
import { onCluster } from './onCluster.ts';

const wheelScript = `
import sys, zipfile
folder, version = sys.argv[1:]
info = "mine-%s.dist-info/" % version
with zipfile.ZipFile("%s/mine-%s-py3-none-any.whl" % (folder, version), "w") as wheel:
    wheel.writestr("mine.py", "version = %r" % version)
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: Mine\\nVersion: %s\\n" % version)
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;
/**
 * Gives the tests' image a name with its digest, as a pull from a registry leaves it: an image that was put on a node by hand has none, and a
 * kubelet then tells no digest by which it could be pulled. Null where the node is not this machine's.
 */
function nameByDigest(): { image: string; digest: string; forget(): void } | null {
  const socket = join(dirname(testKubeconfig), 'run/containerd.sock');
  const containerd = (...args: string[]): string => execFileSync('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', ...args], { encoding: 'utf8' });
  if (!existsSync(socket) || spawnSync('ctr', ['--version']).status !== 0) return null;
  const digest = containerd('list').split('\n').find((line) => line.startsWith(`${testImage} `))?.match(/sha256:[0-9a-f]{64}/)?.[0];
  if (digest === undefined) return null;
  const image = `${testImage.replace(/:[^:/]*$/, '')}@${digest}`;
  containerd('tag', '--force', testImage, image);
  return { image, digest, forget: () => void containerd('remove', image) };
}

// pip looks among the files of the run instead of at an index.
const env = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: '/pyexekube/work/files' };
const source = 'import mine, pathlib\nprint("mine", mine.version, pathlib.Path("data.txt").read_text())';

onCluster('a capsule of a cluster run', {}, (cluster) => {
  const folder = mkdtempSync(join(tmpdir(), 'pyexekube-replay-'));
  let there: Application;
  const named = testKubeconfig === '' ? null : nameByDigest();

  beforeAll(async () => {
    there = await startApplication(cluster.namespace);
  });
  afterAll(async () => {
    await there.close();
    rmSync(folder, { recursive: true, force: true });
    named?.forget();
  });

  it('goes again elsewhere with its image, its files and the versions that were installed', { timeout: 180_000 }, async () => {
    const here = cluster.application;
    execFileSync('python3', ['-c', wheelScript, folder, '1.0']);
    writeFileSync(join(folder, 'requirements.txt'), 'mine\n');
    writeFileSync(join(folder, 'data.txt'), 'as it was');
    const first = await here.submit(source, { folder, path: join(folder, 'main.py'), title: 'main.py', settings: { env } });
    expect(textOf(await here.output(first))).toContain('mine 1.0 as it was\n');
    await here.reach(first, 'done');
    const kept = (await here.api.inputs.get({ runId: first })).inputs;
    expect(kept?.environment.packages?.filter(({ isInstalled }) => isInstalled)).toEqual([{ name: 'mine', version: '1.0', source: null, isInstalled: true }]);
    expect(kept?.environment.packages?.map(({ name }) => name)).toContain('pip');
    expect(kept?.environment.imageDigest).toBe(named?.digest ?? null);

    const capsule = join(folder, 'run.pyxrun');
    await here.api.transfer.exportRun({ runId: first, path: capsule });
    expect((await there.api.transfer.openRun({ path: capsule })).missing).toEqual(['the value of the variable PIP_NO_INDEX', 'the value of the variable PIP_FIND_LINKS']);
    const came = (await there.api.inputs.get({ runId: first })).inputs;
    expect(came?.environment).toEqual({ ...kept?.environment, profile: { ...kept?.environment.profile, env: {} }, withheld: ['PIP_NO_INDEX', 'PIP_FIND_LINKS'] });

    // Today there is a newer version beside it, which the requirements alone would lead to.
    const { folder: unpacked } = await there.api.inputs.unpack({ runId: first });
    writeFileSync(join(folder, 'data.txt'), 'as it is today');
    execFileSync('python3', ['-c', wheelScript, folder, '2.0']);
    copyFileSync(join(folder, 'mine-2.0-py3-none-any.whl'), join(unpacked, 'mine-2.0-py3-none-any.whl'));
    const pinned = came?.environment.packages?.filter(({ isInstalled }) => isInstalled) ?? [];
    const digest = came?.environment.imageDigest ?? null;
    const image = digest === null ? testImage : `${testImage}@${digest}`;
    const again = await there.submit(source, { folder, path: join(folder, 'main.py'), title: 'main.py', exactly: first, pinned, settings: { env, image } });
    const pod = await there.until(again, (job) => job.pod !== null, 'a pod');
    expect(kubectl('-n', cluster.namespace, 'get', 'pod', pod.pod ?? '', '-o', 'jsonpath={.spec.containers[0].image}')).toBe(image);
    expect(textOf(await there.output(again))).toContain('mine 1.0 as it was\n');
    await there.reach(again, 'done');
    expect((await there.api.inputs.get({ runId: again })).inputs).toMatchObject({ folder, files: expect.arrayContaining([expect.objectContaining({ path: 'data.txt' })]), environment: { imageDigest: digest, packages: came?.environment.packages } });
    expect(await there.api.jobs.request({ runId: again })).toMatchObject({ folder, path: join(folder, 'main.py'), exactly: first, pinned });

    const today = await there.submit(source, { folder, path: join(folder, 'main.py'), title: 'main.py', settings: { env } });
    expect(textOf(await there.output(today))).toContain('mine 2.0 as it is today\n');
    const { facts } = await there.api.history.compare({ left: again, right: today });
    expect(facts.find(({ name }) => name === 'Package mine')).toMatchObject({ left: '1.0', right: '2.0', same: false });
  });

  it('says which package cannot be had any more', { timeout: 120_000 }, async () => {
    const pinned = [{ name: 'mine', version: '0.7', source: null, isInstalled: true }];
    const runId = await cluster.application.submit('import mine', { pinned, settings: { env } });
    const job = await cluster.application.reach(runId, 'done');
    expect(job.failure?.message).toContain('mine==0.7');
  });
});
