import { mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunId } from '../../contract/ids.ts';
import type { ProfileSettingsInput } from '../../contract/profiles.ts';
import { FaultProxy } from '../cluster/faultProxy.ts';
import { dropNamespace, kubectl, makeNamespace, testKubeconfig } from '../cluster/harness.ts';
import { PlayedNode } from '../cluster/playedNode.ts';
import { startCoreProcess, type CoreProcess } from './coreProcess.ts';
import { applyBareJob, kubectlLogs, kubectlLogsIntoFile } from './kubectlPeer.ts';
import { median, print, timed } from './report.ts';

const rounds = Number(process.env['PYEXEKUBE_BENCH_ROUNDS'] ?? 10);
const floodLines = 1_000_000;
const floodRounds = Math.min(3, rounds);
const liveRuns = Number(process.env['PYEXEKUBE_BENCH_LIVE'] ?? 200);
const liveWaitMs = 240_000;
const idleMs = 30_000;

const greeting = 'print("hi", flush=True)';

/** Milliseconds until the first line of a bare Job is on kubectl's standard output. */
async function kubectlFirstLine(namespace: string): Promise<number> {
  const start = performance.now();
  let first = 0;
  const name = await applyBareJob(namespace, greeting);
  await kubectlLogs(namespace, name, () => {
    first ||= performance.now() - start;
  });
  return first;
}

async function ourFirstLine(core: CoreProcess, options: Parameters<CoreProcess['submit']>[1] = {}): Promise<number> {
  let runId: RunId | undefined;
  const time = await timed(async () => {
    runId = await core.submit(greeting, options);
    await core.api.output.read({ runId, after: 0, waitMs: 60_000 });
  });
  if (runId !== undefined) await core.reach(runId, 'done');
  return time;
}

async function firstLineBench(namespace: string, core: CoreProcess): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pyexekube-three-'));
  for (const name of ['a.py', 'b.py', 'c.csv']) writeFileSync(join(folder, name), 'x = 1\n'.repeat(100));
  const [ours, withFiles, peer]: [number[], number[], number[]] = [[], [], []];
  await ourFirstLine(core);
  // The kubelet looks once a second: where in its second a run begins must not be the same each time.
  const anywhere = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * 1000));
  for (let i = 0; i < rounds; i++) {
    await anywhere();
    peer.push(await kubectlFirstLine(namespace));
    await anywhere();
    ours.push(await ourFirstLine(core));
    await anywhere();
    withFiles.push(await ourFirstLine(core, { folder }));
  }
  const kubectlFigure = { name: 'kubectl apply of a bare Job, then kubectl logs -f', unit: 'ms', samples: peer } as const;
  print({ ours: { name: 'Run to the first line in the console', unit: 'ms', samples: ours }, peer: kubectlFigure, goal: 'at most 1.15 × kubectl' });
  print({ ours: { name: 'the same with three small files', unit: 'ms', samples: withFiles }, peer: kubectlFigure, goal: 'at most 200 ms above the bare pod' });
  console.log(`  above the bare pod ${(median(withFiles) - median(peer)).toFixed(0)} ms (medians)`);
}

const tickingLines = 80;
/** The first lines were printed before anybody could listen. */
const unheardLines = 20;
const ticking = `import time\nfor i in range(${tickingLines}):\n  print(time.time(), flush=True)\n  time.sleep(0.05)`;

/** The clock that Python's time.time() reads, finer than Date.now(), which is never ahead of it. */
function preciseClock(): () => number {
  let offset = Number.NEGATIVE_INFINITY;
  for (const end = performance.now() + 20; performance.now() < end; ) offset = Math.max(offset, Date.now() - performance.now());
  return () => performance.now() + offset;
}

function delays(text: string, nowMs: number): number[] {
  return text.split('\n').filter((line) => /^\d+\.\d+$/.test(line)).map((line) => nowMs - Number(line) * 1000);
}

async function ourDelays(core: CoreProcess): Promise<number[]> {
  const samples: number[] = [];
  const clock = preciseClock();
  const runId = await core.submit(ticking);
  for (let after = 0, finished = false; !finished; ) {
    const page = await core.api.output.read({ runId, after, waitMs: 10_000 });
    const now = clock();
    after = page.records.at(-1)?.seq ?? after;
    finished = page.finished;
    for (const { body } of page.records) if (body.kind === 'text') samples.push(...delays(body.text, now));
  }
  return samples.slice(unheardLines);
}

async function kubectlDelays(namespace: string): Promise<number[]> {
  const samples: number[] = [];
  const clock = preciseClock();
  const name = await applyBareJob(namespace, ticking);
  await kubectlLogs(namespace, name, (chunk) => samples.push(...delays(chunk.toString('utf8'), clock())));
  return samples.slice(unheardLines);
}

async function latencyBench(namespace: string, core: CoreProcess): Promise<void> {
  const [ours, peer]: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    ours.push(...(await ourDelays(core)));
    peer.push(...(await kubectlDelays(namespace)));
  }
  print({
    ours: { name: "A line's way from the container to the console", unit: 'ms', samples: ours },
    peer: { name: 'kubectl logs -f', unit: 'ms', samples: peer },
    goal: 'median under 100 ms, at most 1.5 × kubectl',
  });
}

const flood = `line = "x" * 66\nfor i in range(${floodLines}): print(line)`;

/** Reads as the console does. @returns lines and the time from the first to the last */
async function ourFlood(core: CoreProcess): Promise<{ lines: number; ms: number }> {
  const runId = await core.submit(flood, { settings: { cpu: '2', memory: '512Mi' } });
  let [first, last, lines] = [0, 0, 0];
  for (let after = 0, finished = false; !finished; ) {
    const page = await core.api.output.read({ runId, after, waitMs: 10_000, maxLength: 1024 * 1024 });
    after = page.records.at(-1)?.seq ?? after;
    finished = page.finished;
    for (const { body } of page.records) if (body.kind === 'text') lines += body.text.length / 67;
    if (page.records.length > 0) {
      last = performance.now();
      first ||= last;
    }
  }
  await core.reach(runId, 'done');
  return { lines, ms: last - first };
}

async function floodBench(namespace: string, core: CoreProcess): Promise<void> {
  const [ours, peer, peaks]: [number[], number[], number[]] = [[], [], []];
  const arrived = { ours: floodLines, peer: floodLines };
  await ourFirstLine(core);
  const beforeMb = core.takePeakMb();
  for (let i = 0; i < floodRounds; i++) {
    const { lines, ms } = await ourFlood(core);
    peaks.push(core.takePeakMb());
    ours.push((lines / ms) * 1000);
    arrived.ours = Math.min(arrived.ours, lines);
    const got = await kubectlLogsIntoFile(namespace, await applyBareJob(namespace, flood, '2'));
    peer.push((got.bytes / 67 / got.ms) * 1000);
    arrived.peer = Math.min(arrived.peer, got.bytes / 67);
  }
  print({
    ours: { name: `Following a flood of ${floodLines} lines (at least ${arrived.ours.toFixed(0)} arrived)`, unit: 'lines/s', samples: ours },
    peer: { name: `kubectl logs -f into a file (at least ${arrived.peer.toFixed(0)} arrived)`, unit: 'lines/s', samples: peer },
    goal: 'at least 1.0 × kubectl',
  });
  print({ ours: { name: `Resident memory of the core at its peak in the flood (${beforeMb.toFixed(0)} MB before)`, unit: 'MB', samples: peaks }, goal: 'under 200 MB' });
}

/** Watches that the core has open, by kind and namespace: through a proxy that counts. */
function watchesOpened(proxy: FaultProxy): string {
  const counts = new Map<string, number>();
  for (const { path } of proxy.requests) {
    if (!path.includes('watch=true')) continue;
    const kind = path.replace(/\?.*$/, '').split('/').at(-1) ?? '';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}

async function liveBench(namespace: string, core: CoreProcess, proxy: FaultProxy): Promise<void> {
  // A kubelet takes 110 pods. Where it can be done, they run on a node that only answers for them: what the core has to do is the same.
  const node = PlayedNode.isPossible(testKubeconfig) ? new PlayedNode(testKubeconfig, `played-${namespace}`) : undefined;
  await node?.start();
  try {
    await measureLive(core, { cpuRequest: '1m', memoryRequest: '16Mi', startTimeoutSeconds: 3600, ...node?.settings });
    console.log(`  pods on ${node === undefined ? "the cluster's own nodes" : 'a node that is played'}; watches opened in this one namespace since the start: ${watchesOpened(proxy)}`);
  } finally {
    kubectl('delete', 'jobs', '--all', '-n', namespace, '--wait=false');
    await node?.stop();
  }
}

async function measureLive(core: CoreProcess, settings: ProfileSettingsInput): Promise<void> {
  await core.api.connections.update({ id: core.connectionId, maxRuns: 1000 });
  for (let i = 0; i < liveRuns; i++) await core.submit('import time\nprint("begun")\ntime.sleep(3600)', { settings });
  const runningNow = async (): Promise<number> => (await core.api.jobs.live({})).jobs.filter(({ phase }) => phase === 'running').length;
  const deadline = performance.now() + liveWaitMs;
  while ((await runningNow()) < liveRuns && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2000));
  const running = await runningNow();
  // Those that are still starting cost more than those that run, so this is no less than an idle core takes.
  const [used, start] = [core.cpuMs(), performance.now()];
  core.takePeakMb();
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const percent = ((core.cpuMs() - used) / (performance.now() - start)) * 100;
  console.log(`\n${liveRuns} live runs, ${running} of them with a running pod by then, nothing being printed`);
  console.log(`  ours  ${percent.toFixed(2)} % of a core over ${idleMs / 1000} s, ${core.takePeakMb().toFixed(0)} MB; goal below 10 %, one watch a namespace and kind`);
}

const benches: Record<string, (namespace: string, core: CoreProcess, proxy: FaultProxy) => Promise<void>> = { firstLine: firstLineBench, latency: latencyBench, flood: floodBench, live: liveBench };

if (testKubeconfig === '') {
  console.error('Name a cluster in PYEXEKUBE_TEST_KUBECONFIG.');
  process.exit(2);
}
const chosen = process.argv.slice(2);
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${kubectl('version', '-o', 'json').match(/"gitVersion": "(v[^"]+)"/)?.[1] ?? ''} kubectl. Each figure: min / median / max.`);
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const namespace = makeNamespace();
  const proxy = new FaultProxy(testKubeconfig);
  await proxy.listen();
  // Figures of time are taken without anything in between.
  const core = await startCoreProcess(namespace, name === 'live' ? proxy.writeKubeconfig(mkdtempSync(join(tmpdir(), 'pyexekube-proxy-'))) : testKubeconfig);
  try {
    await bench(namespace, core, proxy);
    console.log(`  load of the machine in the last minute ${loadavg()[0]?.toFixed(1) ?? ''}`);
  } finally {
    await core.close();
    await proxy.close();
    dropNamespace(namespace);
  }
}
process.exit(0);
