import { describe, expect, it } from 'vitest';
import { newRunId, type OutputRecord, type RunId } from '../../contract/index.ts';
import { useConsoleStore, type ConsoleTab } from './consoleStore.ts';
import { ConsoleLog } from './model/consoleLog.ts';
import { whenStored } from './whenStored.ts';

function logOf(count: number): ConsoleLog {
  const log = new ConsoleLog();
  log.accept(Array.from({ length: count }, (_, i): OutputRecord => ({ seq: i + 1, timeMs: 0, body: { kind: 'text', stream: 'stdout', text: `${i}\n` } })));
  return log;
}

function showTab(runId: RunId): void {
  const tab: ConsoleTab = {
    runId, number: null, title: 'scratch', engine: 'local', place: null, mode: 'file', status: 'running', startedMs: 0, durationMs: null, exitCode: null, peakMemoryBytes: null,
    pythonVersion: null, tabId: null, isLive: true, input: null, isStopping: false, failure: null, waiting: null, isLoading: false,
  };
  useConsoleStore.setState({ tabs: [tab], activeId: runId });
}

describe('whenStored', () => {
  it('waits for what is shown at the call, and for nothing that comes after it', async () => {
    const log = logOf(3);
    const heard: string[] = [];
    const waiting = whenStored({ runId: newRunId(), log }).then(() => heard.push('stored'));
    log.markSafe(2);
    await Promise.resolve();
    expect(heard).toEqual([]);
    log.accept([{ seq: 4, timeMs: 0, body: { kind: 'text', stream: 'stdout', text: 'later' } }]);
    log.markSafe(3);
    await waiting;
    expect(log.storedSeq).toBe(3);
  });

  it('does not wait where all is stored, nor while storing has to wait', async () => {
    const log = logOf(2);
    log.markSafe(Number.MAX_SAFE_INTEGER);
    expect(log.storedSeq).toBe(2);
    await whenStored({ runId: newRunId(), log });
    const runId = newRunId();
    showTab(runId);
    const stuck = whenStored({ runId, log: logOf(2) });
    useConsoleStore.setState((state) => ({ tabs: state.tabs.map((tab) => ({ ...tab, waiting: 'The disk is full.' })) }));
    await stuck;
  });
});
