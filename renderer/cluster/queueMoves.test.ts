import { describe, expect, it } from 'vitest';
import { ConnectionId } from '../../contract/connections.ts';
import { newRunId } from '../../contract/ids.ts';
import type { Job } from '../../contract/jobs.ts';
import { liveInOrder, moveDown, moveTo, moveUp } from './queueMoves.ts';

function job(connection: string, queuePosition: number | null): Job {
  return {
    runId: newRunId(),
    revision: 1,
    title: 'job',
    connectionId: ConnectionId.parse(connection),
    connectionName: connection,
    server: '',
    namespace: 'default',
    profileName: '',
    jobName: '',
    phase: queuePosition === null ? 'running' : 'queued',
    timeline: [],
    cancel: null,
    pod: null,
    node: null,
    attempt: 0,
    waitingFor: null,
    usage: null,
    limits: { cpuCores: 1, memoryBytes: 1 },
    pythonVersion: null,
    contact: { state: 'ok' },
    artifacts: { state: 'none' },
    failure: null,
    queuePosition,
  };
}

const live = job('a', null);
const [first, second, third] = [job('a', 1), job('a', 2), job('a', 3)];
const other = job('b', 1);
const jobs = [third, other, live, first, second];

describe('moves in the queue', () => {
  it('go one place up or down, among the runs of the same connection', () => {
    expect(moveUp(jobs, first)).toBeNull();
    expect(moveUp(jobs, third)).toEqual({ before: second.runId });
    expect(moveDown(jobs, first)).toEqual({ before: third.runId });
    expect(moveDown(jobs, second)).toEqual({ before: null });
    expect(moveDown(jobs, third)).toBeNull();
    expect([moveUp(jobs, other), moveDown(jobs, other)]).toEqual([null, null]);
  });

  it('go to where another one is dropped', () => {
    expect(moveTo(jobs, third, first)).toEqual({ before: first.runId });
    expect(moveTo(jobs, first, second)).toEqual({ before: third.runId });
    expect(moveTo(jobs, first, third)).toEqual({ before: null });
    expect(moveTo(jobs, first, first)).toBeNull();
    expect(moveTo(jobs, first, other)).toBeNull();
    expect(moveTo(jobs, live, first)).toBeNull();
  });
});

describe('liveInOrder', () => {
  it('has what lives before what waits, each connection’s queue together, and nothing that is done', () => {
    expect(liveInOrder([...jobs, { ...live, runId: newRunId(), phase: 'done' }])).toEqual([live, first, second, third, other]);
  });
});
