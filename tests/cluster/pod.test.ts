import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kubectl, textOf } from './harness.ts';
import { onCluster, restricted } from './onCluster.ts';

onCluster('the pod', { labels: restricted }, (cluster) => {
  it('has no rights, no token, and nothing to write to but its own folders', async () => {
    const runId = await cluster.application.submit(`
import os
print("user", os.getuid(), os.getgid())
for line in open("/proc/self/status"):
    if line.startswith(("CapEff", "CapBnd", "NoNewPrivs", "Seccomp:")): print(*line.split())
print("token", os.path.exists("/var/run/secrets/kubernetes.io/serviceaccount"))
print("services", sorted(name for name in os.environ if name.endswith("_SERVICE_HOST") and name != "KUBERNETES_SERVICE_HOST"))
for folder in ("/", "/etc", "/usr/bin", "/pyexekube/code", "/pyexekube"):
    try:
        open(folder + "/x", "w"); print("wrote", folder)
    except OSError as error:
        pass
for folder in (".", "/tmp", os.environ["HOME"], os.environ["PYEXEKUBE_OUTPUT"]):
    open(folder + "/x", "w").close()
print("written")
`);
    expect(textOf(await cluster.application.output(runId)).trim().split('\n')).toEqual([
      'user 10001 10001', 'CapEff: 0000000000000000', 'CapBnd: 0000000000000000', 'NoNewPrivs: 1', 'Seccomp: 2', 'token False', 'services []', 'written',
    ]);
  });

  it('hands over variables and secrets, of which the Job and the log know nothing', async () => {
    kubectl('--namespace', cluster.namespace, 'create', 'secret', 'generic', 'access', '--from-literal=KEY=from-secret', '--from-literal=other=2');
    const runId = await cluster.application.submit('import os\nprint(os.environ["PLAIN"][::-1], os.environ["KEY"][::-1], os.environ["MINE"], open("/secret/other").read())', {
      settings: {
        env: { PLAIN: 'typed-value' },
        secrets: [{ as: 'env', secret: 'access' }, { as: 'variable', secret: 'access', key: 'other', name: 'MINE' }, { as: 'files', secret: 'access', mountPath: '/secret' }],
      },
    });
    await cluster.application.says(runId, 'eulav-depyt terces-morf 2 2');
    // Its first lines may be here before the kubelet serves its log.
    const { jobName } = await cluster.application.reach(runId, 'done');
    const told = [kubectl('--namespace', cluster.namespace, 'get', 'job', jobName, '--output', 'json'), kubectl('--namespace', cluster.namespace, 'get', 'pods', '--output', 'json'), kubectl('--namespace', cluster.namespace, 'logs', `job/${jobName}`, '--container', 'main')];
    for (const text of told) expect(text).not.toMatch(/typed-value|from-secret/);
  });

  it('installs requirements that lie among the files, as nobody in particular', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pyexekube-wheel-'));
    const wheel = 'demo-1.0-py3-none-any.whl';
    const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("demo.py", "value = 42")
    wheel.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
    wheel.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("demo-1.0.dist-info/RECORD", "")
`;
    execFileSync('python3', ['-c', script, join(folder, wheel)]);
    writeFileSync(join(folder, 'requirements.txt'), `./${wheel}\n`);
    const runId = await cluster.application.submit('import demo\nprint("value", demo.value)', { folder });
    await cluster.application.says(runId, 'value 42');
    const job = await cluster.application.reach(runId, 'done');
    expect(job.timeline.map(({ phase }) => phase)).toContain('installing');
    rmSync(folder, { recursive: true });
  });
});
