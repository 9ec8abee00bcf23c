import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '../../contract/ids.ts';
import { testImage, testKubeconfig } from '../cluster/harness.ts';

const pollMs = 5;

/** A Job that runs Python code as it is: no Secret, no runner, no collector. @returns its name, once kubectl has applied it */
export async function applyBareJob(namespace: string, code: string, cpu = '500m'): Promise<string> {
  const name = `bare-${newRunId().slice(-10)}`;
  const file = join(mkdtempSync(join(tmpdir(), 'pyexekube-bare-')), 'job.json');
  const resources = { limits: { cpu, memory: '128Mi' }, requests: { cpu: '10m', memory: '32Mi' } };
  const container = { name: 'main', image: testImage, imagePullPolicy: 'IfNotPresent', command: ['python3', '-c', code], resources };
  writeFileSync(file, JSON.stringify({
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', automountServiceAccountToken: false, enableServiceLinks: false, containers: [container] } } },
  }));
  await once(startKubectl('pipe', 'apply', '-f', file), 'close');
  return name;
}

function startKubectl(stdout: 'pipe' | number, ...args: string[]): ChildProcess {
  const child = spawn('kubectl', ['--kubeconfig', testKubeconfig, ...args], { stdio: ['ignore', stdout, 'ignore'] });
  child.stdout?.resume();
  return child;
}

/** `kubectl logs -f`, again until the container has started. Gives each chunk as it comes. */
export async function kubectlLogs(namespace: string, name: string, onData: (chunk: Buffer) => void): Promise<void> {
  const follow = async (): Promise<number> => {
    let bytes = 0;
    const child = startKubectl('pipe', 'logs', '-f', `job/${name}`, '-n', namespace);
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      onData(chunk);
    });
    await once(child, 'close');
    return bytes;
  };
  while ((await follow()) === 0);
}

/** `kubectl logs -f > file`. @returns how much arrived, and how long it took from the first byte to the last */
export async function kubectlLogsIntoFile(namespace: string, name: string): Promise<{ bytes: number; ms: number }> {
  const path = join(mkdtempSync(join(tmpdir(), 'pyexekube-flood-')), 'log');
  let [bytes, first, last] = [0, 0, 0];
  const look = (): void => {
    const { size } = statSync(path);
    if (size > bytes) {
      last = performance.now();
      first ||= last;
    }
    bytes = size;
  };
  const follow = async (): Promise<number> => {
    const file = openSync(path, 'w');
    const timer = setInterval(look, pollMs);
    await once(startKubectl(file, 'logs', '-f', `job/${name}`, '-n', namespace), 'close');
    clearInterval(timer);
    look();
    closeSync(file);
    return bytes;
  };
  while ((await follow()) === 0);
  return { bytes, ms: last - first };
}
