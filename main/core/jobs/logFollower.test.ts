import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { AppError } from '../../../contract/errors.ts';
import { newId, newRunId, type RunId } from '../../../contract/ids.ts';
import { ProfileSettings } from '../../../contract/profiles.ts';
import { startApiServer, type ApiServer } from '../../../tests/support/apiServer.ts';
import { createConnections, type Connections } from '../connections/index.ts';
import { createChanges, openStorage, type Changes, type Storage } from '../database/index.ts';
import { createOutput, sealOutput, type Output } from '../output/index.ts';
import { createEngineRuns, createRunsFeed, createTextIndex, type RunsFeed } from '../runs/index.ts';
import { createJobHandle, type JobHandle } from './context.ts';
import { followPodLog, type LogFollower } from './logFollower.ts';
import type { LogListener } from './logParser.ts';
import { createNamespaceWatches } from './namespaceWatch.ts';
import { newJobState } from './record.ts';
import { createJobStore } from './store.ts';

const lastLine = 40;
const line = (seq: number): string => `${seq}o line ${seq}\n`;
const lines = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, index) => line(from + index)).join('');
const ended = Buffer.concat([Buffer.of(3), Buffer.from(JSON.stringify({ status: 'Success' }))]);
const listener: LogListener = { onPhase: () => undefined, onMeasurement: () => undefined, place: (file) => file, onPackages: () => undefined, onError: () => undefined };

/** An API server that plays a pod whose log has its first and its last line alone; the rest stands in the runner's copy. */
describe('a gap in a log that the copy in the pod fills', () => {
  let home: string;
  let api: ApiServer;
  let storage: Storage;
  let changes: Changes;
  let feed: RunsFeed;
  let connections: Connections;
  let output: Output;
  let handle: JobHandle;
  let follower: LogFollower;
  let leave: AbortController;
  /** What was asked of the copy: container, first and last line. */
  let asked: string[];
  /** What the copy answers to each question. Each ends as a command does that has said all. */
  let answers: ((first: number, last: number) => string)[];
  const runId: RunId = newRunId();

  beforeEach(async () => {
    [asked, answers, leave] = [[], [], new AbortController()];
    home = mkdtempSync(join(tmpdir(), 'pyexekube-follower-'));
    api = await startApiServer((_request, response) => response.end(line(1) + line(lastLine)));
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    api.server.on('upgrade', (request, socket, head) => {
      const query = new URL(request.url ?? '', api.url).searchParams;
      const [first = '', last = ''] = query.getAll('command').slice(-2);
      asked.push(`${query.get('container') ?? ''} ${first} ${last}`);
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.send(Buffer.concat([Buffer.of(1), Buffer.from(answers.shift()?.(Number(first), Number(last)) ?? '')]));
        opened.send(ended);
      });
    });
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, JSON.stringify({ clusters: [{ name: 'a', cluster: { server: api.url } }], contexts: [{ name: 'a', context: { cluster: 'a', user: '' } }] }));

    const coreId = newId();
    storage = await openStorage({ path: join(home, 'db.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
    changes = createChanges(storage);
    feed = createRunsFeed(changes);
    output = createOutput({ storage, changes, coreId, feed });
    connections = createConnections({ storage, changes, places: { environment: kubeconfig, home } });
    const runs = createEngineRuns({
      coreId, feed, textIndex: createTextIndex(storage), sealOutput, outputChanged: output.wake,
      get: (id) => {
        throw new AppError('NOT_FOUND', id);
      },
    });
    const store = createJobStore(storage, changes, coreId);
    const connectionId = connections.snapshot().connections[0]?.id ?? expect.fail('no connection');
    storage.write((sql) => {
      const key = runs.insert(sql, { id: runId, engine: 'cluster', mode: 'file', title: 'test', source: '', path: null, tabId: null, lineOffset: 1, argv: [], pythonVersion: '' }, 'running');
      store.insert(sql, {
        key, connectionId, server: api.url, namespace: 'team', jobName: 'job', phase: 'running', manifest: { job: {}, secret: {} }, state: newJobState(), queued: false,
        facts: { title: 'test', connectionName: 'a', profileName: '', profile: ProfileSettings.parse({}), script: 'scratch.py', path: null, folder: null, exactly: null, pinned: null, archiveSha256: null, submittedMs: 0 },
      });
    });
    const context = {
      storage, store, runs, output, connections, watches: createNamespaceWatches(connections.client), folder: home, log: () => undefined,
      learnedPython: () => undefined, learnedPackages: () => undefined, keptFolder: async () => home, changed: () => undefined,
    };
    handle = createJobHandle(context, store.find(runId), leave.signal);
  });
  afterEach(async () => {
    leave.abort();
    connections.dispose();
    for (const feature of [output, feed, changes]) feature.dispose();
    await storage.close();
    await api.close();
    rmSync(home, { recursive: true });
  });

  function follow(): void {
    follower = followPodLog({ handle, pod: { name: 'pod', uid: 'uid' }, isStarting: false, listener, onTrouble: () => undefined });
  }

  /** Everything that is stored once the log has been read, and the notes in it. */
  async function outcome(): Promise<{ text: string; notes: string[] }> {
    await follower.done;
    const { records } = await output.read({ runId, after: 0, maxLength: 1_000_000, waitMs: 0 }, undefined);
    const text = records.map(({ body }) => (body.kind === 'text' ? body.text : '')).join('');
    return { text, notes: records.flatMap(({ body }) => (body.kind === 'note' ? [body.text] : [])) };
  }
  const whole = Array.from({ length: lastLine }, (_, index) => `line ${index + 1}\n`).join('');

  it('is read again for as long as it says something: a command that its container takes with it is cut off, and nobody tells', async () => {
    answers = [(first) => `${lines(first, 10)}11o li`, (first) => lines(first, 25), (first, last) => lines(first, last)];
    follow();
    follower.finish(lastLine);
    expect(await outcome()).toEqual({ text: whole, notes: [] });
    expect(asked).toEqual(['collector 2 39', 'collector 11 39', 'collector 26 39']);
  });

  it('is asked of the other container when the one that was asked has ended meanwhile, though it said nothing', async () => {
    answers = [
      () => {
        follower.finish(lastLine);
        return '2o l';
      },
      (first, last) => lines(first, last),
    ];
    follow();
    expect(await outcome()).toEqual({ text: whole, notes: [] });
    expect(asked).toEqual(['main 2 39', 'collector 2 39']);
  });

  it('is named, once, only after a command that said nothing more', async () => {
    answers = [(first) => lines(first, 10), () => '11o line 11'];
    follow();
    follower.finish(lastLine);
    const { text, notes } = await outcome();
    expect(notes).toEqual(['Here 29 lines are missing: the cluster dropped them before they could be read.']);
    expect(text).toBe(whole.replace(/line 11\n[\s\S]*line 39\n/, ''));
    expect(asked).toEqual(['collector 2 39', 'collector 11 39']);
    expect(output.completeness(runId)).toMatchObject({ gaps: [{ lines: 29, reason: 'rotated' }] });
  });

  it('may end after the last line that the log has given', async () => {
    answers = [(first) => lines(first, 30), (first, last) => lines(first, last), () => `${lines(lastLine + 1, lastLine + 1)}42o c`, () => lines(lastLine + 2, lastLine + 2)];
    follow();
    follower.finish(lastLine + 2);
    const { text, notes } = await outcome();
    expect([text, notes]).toEqual([`${whole}line 41\nline 42\n`, []]);
    expect(asked.slice(2)).toEqual(['collector 41 42', 'collector 42 42']);
  });
});
