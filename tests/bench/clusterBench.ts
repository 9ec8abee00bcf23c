import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropNamespace, kubectl, makeNamespace, startApplication, testImage, testKubeconfig, type Application } from '../cluster/harness.ts';
import { newRunId, type RunId } from '../../contract/ids.ts';
import { print, timed } from './report.ts';

const rounds = Number(process.env['PYEXEKUBE_BENCH_ROUNDS'] ?? 10);
const floodLines = 1_000_000;
const liveRuns = Number(process.env['PYEXEKUBE_BENCH_LIVE'] ?? 200);

/** A Job that runs Python code as it is: no Secret, no runner, no collector. */
function bareJob(namespace: string, code: string): { name: string; file: string } {
  const name = `bare-${newRunId().slice(-10)}`;
  const file = join(mkdtempSync(join(tmpdir(), 'pyexekube-bare-')), 'job.json');
  const resources = { limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '10m', memory: '32Mi' } };
  const container = { name: 'main', image: testImage, imagePullPolicy: 'IfNotPresent', command: ['python3', '-u', '-c', code], resources };
  writeFileSync(file, JSON.stringify({
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', automountServiceAccountToken: false, enableServiceLinks: false, containers: [container] } } },
  }));
  return { name, file };
}

function startKubectl(...args: string[]): ChildProcess {
  return spawn('kubectl', ['--kubeconfig', testKubeconfig, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
}

/** `kubectl logs -f`, again until the container has started. Gives each chunk as it comes. */
async function kubectlLogs(namespace: string, name: string, onData: (chunk: Buffer) => void): Promise<void> {
  let bytes = 0;
  const follow = async (): Promise<number> => {
    const child = startKubectl('logs', '-f', `job/${name}`, '-n', namespace);
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      onData(chunk);
    });
    await once(child, 'close');
    return bytes;
  };
  while ((await follow()) === 0);
}

/** Milliseconds until the first line of a bare Job is on kubectl's standard output. */
async function kubectlFirstLine(namespace: string): Promise<number> {
  const { name, file } = bareJob(namespace, 'print("hi")');
  const start = performance.now();
  let first = 0;
  await once(startKubectl('apply', '-f', file), 'close');
  await kubectlLogs(namespace, name, () => {
    first ||= performance.now() - start;
  });
  return first;
}

async function ourFirstLine(application: Application, options: Parameters<Application['submit']>[1] = {}): Promise<number> {
  let runId: RunId | undefined;
  const time = await timed(async () => {
    runId = await application.submit('print("hi")', options);
    await application.api.output.read({ runId, after: 0, waitMs: 60_000 });
  });
  if (runId !== undefined) await application.reach(runId, 'done');
  return time;
}

async function firstLineBench(namespace: string, application: Application): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pyexekube-three-'));
  for (const name of ['a.py', 'b.py', 'c.csv']) writeFileSync(join(folder, name), 'x = 1\n'.repeat(100));
  const [ours, withFiles, peer]: [number[], number[], number[]] = [[], [], []];
  await ourFirstLine(application);
  for (let i = 0; i < rounds; i++) {
    // The kubelet looks once a second: where in its second a run begins must not be the same each time.
    const anywhere = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * 1000));
    await anywhere();
    peer.push(await kubectlFirstLine(namespace));
    await anywhere();
    ours.push(await ourFirstLine(application));
    await anywhere();
    withFiles.push(await ourFirstLine(application, { folder }));
  }
  const kubectlFigure = { name: 'kubectl apply of a bare Job, then kubectl logs -f', unit: 'ms', samples: peer } as const;
  print({ ours: { name: 'Run to the first line in the console', unit: 'ms', samples: ours }, peer: kubectlFigure, goal: 'at most 1.15 × kubectl' });
  print({ ours: { name: 'the same with three small files', unit: 'ms', samples: withFiles }, peer: kubectlFigure, goal: 'at most 200 ms above the bare pod' });
}

const ticking = 'import time\nfor i in range(200):\n  print(time.time(), flush=True)\n  time.sleep(0.05)';

function delays(text: string, nowMs: number): number[] {
  return text.split('\n').filter((line) => /^\d+\.\d+$/.test(line)).map((line) => nowMs - Number(line) * 1000);
}

async function latencyBench(namespace: string, application: Application): Promise<void> {
  const ours: number[] = [];
  const runId = await application.submit(ticking);
  for (let after = 0, finished = false; !finished; ) {
    const page = await application.api.output.read({ runId, after, waitMs: 10_000 });
    after = page.records.at(-1)?.seq ?? after;
    finished = page.finished;
    for (const { body } of page.records) if (body.kind === 'text') ours.push(...delays(body.text, Date.now()));
  }
  const peer: number[] = [];
  const { name, file } = bareJob(namespace, ticking);
  await once(startKubectl('apply', '-f', file), 'close');
  await kubectlLogs(namespace, name, (chunk) => peer.push(...delays(chunk.toString('utf8'), Date.now())));
  print({
    // The first lines were printed before anybody could listen.
    ours: { name: "A line's way from the container to the console", unit: 'ms', samples: ours.slice(20) },
    peer: { name: 'kubectl logs -f', unit: 'ms', samples: peer.slice(20) },
    goal: 'median under 100 ms, at most 1.5 × kubectl',
  });
}

async function floodBench(namespace: string, application: Application): Promise<void> {
  const code = `line = "x" * 66\nfor i in range(${floodLines}): print(line)`;
  const settings = { cpu: '2', memory: '512Mi' };
  const runId = await application.submit(code, { settings });
  const before = process.memoryUsage().rss;
  let [first, last, lines, peak] = [0, 0, 0, 0];
  for (let after = 0, finished = false; !finished; ) {
    const page = await application.api.output.read({ runId, after, waitMs: 10_000, maxLength: 1024 * 1024 });
    after = page.records.at(-1)?.seq ?? after;
    finished = page.finished;
    for (const { body } of page.records) if (body.kind === 'text') lines += body.text.length / 67;
    if (page.records.length > 0) {
      first ||= performance.now();
      last = performance.now();
    }
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  let [peerFirst, peerLast, peerBytes] = [0, 0, 0];
  const sink = createWriteStream(join(mkdtempSync(join(tmpdir(), 'pyexekube-flood-')), 'log'));
  const { name, file } = bareJob(namespace, code);
  await once(startKubectl('apply', '-f', file), 'close');
  await kubectlLogs(namespace, name, (chunk) => {
    sink.write(chunk);
    peerBytes += chunk.length;
    peerFirst ||= performance.now();
    peerLast = performance.now();
  });
  sink.end();
  print({
    ours: { name: `Following a flood (${lines.toFixed(0)} of ${floodLines} lines arrived)`, unit: 'lines/s', samples: [(lines / (last - first)) * 1000] },
    peer: { name: `kubectl logs -f into a file (${(peerBytes / 67).toFixed(0)} lines arrived)`, unit: 'lines/s', samples: [(peerBytes / 67 / (peerLast - peerFirst)) * 1000] },
    goal: 'at least 1.0 × kubectl',
  });
  print({ ours: { name: `Memory of the process with the core during the flood (${(before / 1e6).toFixed(0)} MB before)`, unit: 'MB', samples: [peak / 1e6] }, goal: 'under 200 MB' });
}

async function liveBench(namespace: string, application: Application): Promise<void> {
  await application.api.connections.update({ id: application.connectionId, maxRuns: 1000 });
  const runs: RunId[] = [];
  for (let i = 0; i < liveRuns; i++) runs.push(await application.submit('import time\nprint("begun")\ntime.sleep(3600)'));
  const deadline = performance.now() + 240_000;
  let running = 0;
  while (running < liveRuns && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    running = (await application.api.jobs.live({})).jobs.filter(({ phase }) => phase === 'running').length;
  }
  const [used, start] = [process.cpuUsage(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  const { user, system } = process.cpuUsage(used);
  const percent = (user + system) / 10 / (performance.now() - start);
  console.log(`\n${liveRuns} live runs, ${running} of them with a running pod by then, nothing being printed\n  ours  ${percent.toFixed(2)} % of a core\n  goal  below 10 %`);
  kubectl('delete', 'jobs', '--all', '-n', namespace, '--wait=false');
}

const benches: Record<string, (namespace: string, application: Application) => Promise<void>> = { firstLine: firstLineBench, latency: latencyBench, flood: floodBench, live: liveBench };

if (testKubeconfig === '') {
  console.error('Name a cluster in PYEXEKUBE_TEST_KUBECONFIG.');
  process.exit(2);
}
const chosen = process.argv.slice(2);
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${kubectl('version', '-o', 'json').match(/"gitVersion": "(v[^"]+)"/)?.[1] ?? ''} kubectl. Each figure: min / median / max.`);
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const namespace = makeNamespace();
  const application = await startApplication(namespace);
  try {
    await bench(namespace, application);
  } finally {
    await application.close();
    dropNamespace(namespace);
  }
}
process.exit(0);
