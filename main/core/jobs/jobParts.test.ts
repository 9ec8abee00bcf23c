import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../contract/errors.ts';
import { newRunId } from '../../../contract/ids.ts';
import { ProfileSettings } from '../../../contract/profiles.ts';
import { jobOutcome, KubeJob, KubePod } from './kube.ts';
import { mainContainer } from './manifest/index.ts';
import { pause } from './pause.ts';
import { isBefore, podViewOf } from './podView.ts';
import { JobFacts, JobState, newJobState, startLeftMs } from './record.ts';
import { reportOf } from './report.ts';
import { saveArtifacts } from './savingArtifacts.ts';
import { listArtifacts, readPicture } from './artifacts.ts';
import { mayPass, persist } from './submitting.ts';
import { dropFiles, sweepFiles } from './sweep.ts';
import { troubleOf } from './trouble.ts';

describe('what a pod says', () => {
  const viewOf = (status: object, main?: object, nodeName?: string) =>
    podViewOf(KubePod.parse({ metadata: { name: 'pod' }, spec: { nodeName }, status: { ...status, containerStatuses: main === undefined ? [] : [{ name: mainContainer, state: main }] } }));
  const unscheduled = (message: string): object => ({ conditions: [{ type: 'PodScheduled', status: 'False', message }] });

  it.each([
    [{}, undefined, undefined, 'created', null],
    [unscheduled('no node'), undefined, undefined, 'created', 'no node'],
    [unscheduled(''), undefined, undefined, 'created', null],
    [{}, undefined, 'node', 'scheduled', null],
    [{}, { waiting: { reason: 'ContainerCreating' } }, 'node', 'scheduled', null],
    [{}, { waiting: { reason: 'CreateContainerError', message: 'odd' } }, 'node', 'scheduled', 'odd'],
    [{}, { waiting: { reason: 'CreateContainerError' } }, 'node', 'scheduled', 'CreateContainerError'],
    [{}, { waiting: { reason: 'ErrImagePull', message: 'denied' } }, 'node', 'pulling', 'denied'],
    [{}, { waiting: { reason: 'ImagePullBackOff' } }, 'node', 'pulling', 'ImagePullBackOff'],
    [{}, { running: {} }, 'node', 'running', null],
    [{}, { terminated: { exitCode: 0 } }, 'node', 'collecting', null],
    [{ phase: 'Failed' }, undefined, undefined, 'collecting', null],
  ] as const)('%o, %o', (status, main, node, phase, waitingFor) => {
    const view = viewOf(status, main, node);
    expect(view).toMatchObject({ phase, waitingFor, isMainEnded: phase === 'collecting' });
    expect(view.isMainStarted).toBe(main !== undefined && !('waiting' in main));
  });

  it('has phases in order', () => {
    expect(isBefore('queued', 'running')).toBe(true);
    expect(isBefore('running', 'running')).toBe(false);
  });
});

describe('a Job', () => {
  it.each([
    [[], null],
    [[{ type: 'Failed', status: 'False' }, { type: 'Suspended', status: 'True' }], null],
    [[{ type: 'Complete', status: 'True', reason: 'CompletionsReached' }], { outcome: 'complete', reason: 'CompletionsReached', message: '' }],
    [[{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'late' }], { outcome: 'failed', reason: 'DeadlineExceeded', message: 'late' }],
  ])('with the conditions %o has come to its end so: %o', (conditions, outcome) => {
    expect(jobOutcome(KubeJob.parse({ metadata: { name: 'job' }, status: { conditions } }))).toEqual(outcome);
  });
});

describe('the time to a started container', () => {
  it('begins when its objects are made, and for a queue when it is let go', () => {
    const profile = ProfileSettings.parse({ startTimeoutSeconds: 60 });
    const facts = JobFacts.parse({ title: '', connectionName: '', profileName: '', profile, script: '', path: null, folder: null, archiveSha256: null, submittedMs: 0 });
    const hourAgo = Date.now() - 3_600_000;
    const state = { ...newJobState(), timeline: [{ phase: 'created' as const, atMs: hourAgo }] };
    expect(startLeftMs({ state, facts })).toBe(0);
    expect(startLeftMs({ state: { ...state, letGoMs: Date.now() + 1_000_000 }, facts })).toBeGreaterThan(1_000_000);
    expect(JobState.parse({ ...state, letGoMs: undefined })).toMatchObject({ letGoMs: null });
  });
});

describe("the runner's report", () => {
  it.each(['', 'Killed', '{', '[]', '{"v":2,"end":"exit"}', '{"v":1,"end":"odd"}'])('is none: %s', (text) => {
    expect(reportOf(text)).toBeNull();
  });

  it('loses only the fields that are not what they should be', () => {
    expect(reportOf('{"v":1,"end":"exit","exitCode":"x","signal":7,"lastSeq":-1,"oom":true,"peak":5,"collected":"no"}')).toMatchObject({ end: 'exit', exitCode: null, signal: null, lastSeq: 0, oom: true, peak: 5, collected: undefined });
  });
});

describe('a cluster that is not heard', () => {
  it.each([
    ['UNAUTHENTICATED', 'signInExpired', 'why The run goes on in the cluster.'],
    ['FORBIDDEN', 'rightsLost', 'why'],
    ['UNAVAILABLE', 'unreachable', 'why PyExeKube keeps trying.'],
  ] as const)('with %s', (code, kind, message) => {
    expect(troubleOf(new AppError(code, 'why'))).toEqual({ kind, message, action: { kind: 'openConnection', label: 'Open the connection' }, evidence: 'why' });
  });

  it('is tried again for what may pass', async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const trying = persist(stop.signal, async () => { throw new AppError('UNAVAILABLE', 'away'); }, ({ code }) => {
      seen.push(code);
      stop.abort();
    });
    await expect(trying).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toEqual(['UNAVAILABLE']);
    await expect(persist(stop.signal, async () => { throw new Error('late'); }, () => undefined)).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(persist(new AbortController().signal, async () => { throw new AppError('CONFLICT', 'taken'); }, () => undefined)).rejects.toMatchObject({ code: 'CONFLICT' });
    for (const code of ['UNAUTHENTICATED', 'TIMEOUT', 'RATE_LIMITED', 'FORBIDDEN', 'NOT_FOUND', 'INVALID_INPUT'] as const) expect(mayPass(new AppError(code, ''))).toBe(true);
    expect(mayPass(new AppError('FORBIDDEN', '', { cause: new Error('said by the cluster') }))).toBe(false);
  });
});

describe('a pause', () => {
  it('ends by itself, or with its signal', async () => {
    const stop = new AbortController();
    await pause(0, stop.signal);
    const long = pause(1_000_000, stop.signal);
    stop.abort();
    await expect(long).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(pause(1_000_000, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('files of runs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pyexekube-parts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are copied under their paths, and overwrite nothing', async () => {
    const file = join(folder, 'kept');
    writeFileSync(file, 'abc');
    const artifacts = [{ path: 'a/one.txt', bytes: 3, file, kind: 'text' as const }, { path: 'two.txt', bytes: 3, file, kind: 'text' as const }];
    const to = join(folder, 'to');
    expect(await saveArtifacts(artifacts, to, ['two.txt'])).toEqual({ files: 1, bytes: 3 });
    await expect(saveArtifacts(artifacts, to, undefined)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('two.txt') });
    expect(readdirSync(to)).toEqual(['two.txt']);
    await expect(saveArtifacts(artifacts, to, ['three.txt'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await saveArtifacts(artifacts, join(folder, 'other'), undefined)).toEqual({ files: 2, bytes: 6 });
    expect(readFileSync(join(folder, 'other/a/one.txt'), 'utf8')).toBe('abc');
  });

  it('say where they cannot be written', async () => {
    const file = join(folder, 'kept');
    writeFileSync(file, 'abc');
    await expect(saveArtifacts([{ path: 'a', bytes: 3, file, kind: 'text' as const }], join(file, 'below'), undefined)).rejects.toMatchObject({ code: 'CONFLICT', message: `${file} is a file, not a folder.` });
    const twice = [{ path: 'x', bytes: 3, file, kind: 'text' as const }, { path: './x', bytes: 3, file, kind: 'text' as const }];
    await expect(saveArtifacts(twice, join(folder, 'to'), undefined)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('are text, pictures, or something else, as their first bytes say', async () => {
    const runId = newRunId();
    const root = join(folder, 'artifacts', runId);
    mkdirSync(join(root, 'deep'), { recursive: true });
    const png = Buffer.from('89504e470d0a1a0a00', 'hex');
    const contents: Record<string, Buffer | string> = {
      'deep/plot.PNG': png, 'named.png': 'no picture', 'a.jpg': Buffer.from('ffd8ffe0', 'hex'), 'a.gif': 'GIF89a', 'a.webp': 'RIFF....WEBPVP8 ', 'a.svg': '<svg/>',
      'model.bin': Buffer.from([1, 0, 2]), 'latin.txt': Buffer.from([0xe4, 0x20]), 'empty': '', 'torn.txt': `${'x'.repeat(4095)}ä`,
    };
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(root, name), content);
    const { artifacts } = await listArtifacts(folder, runId);
    expect(Object.fromEntries(artifacts.map(({ path, kind }) => [path, kind]))).toEqual({
      'deep/plot.PNG': 'picture', 'named.png': 'text', 'a.jpg': 'picture', 'a.gif': 'picture', 'a.webp': 'picture', 'a.svg': 'picture',
      'model.bin': 'other', 'latin.txt': 'other', 'empty': 'text', 'torn.txt': 'text',
    });
    expect(await readPicture(folder, runId, 'deep/plot.PNG')).toEqual({ type: 'image/png', base64: png.toString('base64') });
    await expect(readPicture(folder, runId, 'model.bin')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(readPicture(folder, runId, '../../kept')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('go when their run is in the history no more', async () => {
    const [known, gone] = [newRunId(), newRunId()];
    for (const id of [known, gone]) {
      mkdirSync(join(folder, 'artifacts', id), { recursive: true });
      mkdirSync(join(folder, 'uploads'), { recursive: true });
      writeFileSync(join(folder, 'uploads', `${id}.tar.gz`), '');
    }
    mkdirSync(join(folder, 'artifacts', 'something else'));
    await sweepFiles(folder, (id) => id === known);
    expect(readdirSync(join(folder, 'artifacts')).toSorted()).toEqual([known, 'something else'].toSorted());
    expect(readdirSync(join(folder, 'uploads'))).toEqual([`${known}.tar.gz`]);
    await sweepFiles(join(folder, 'none'), () => false);
    await dropFiles(folder, [newRunId()]);
    expect(readdirSync(join(folder, 'artifacts'))).toContain(known);
    await dropFiles(folder, [known]);
    expect(readdirSync(join(folder, 'artifacts'))).toEqual(['something else']);
    expect(readdirSync(join(folder, 'uploads'))).toEqual([]);
  });
});
