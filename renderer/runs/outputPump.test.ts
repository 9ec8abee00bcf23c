import { describe, expect, it } from 'vitest';
import { AppError, maxBatchRecords, newRunId, type OutputBody, type OutputRecord } from '../../contract/index.ts';
import { createOutputPump, maxBatchLength, type OutputPumpOptions } from './outputPump.ts';

function text(value: string): OutputBody {
  return { kind: 'text', stream: 'stdout', text: value };
}

/** A core that takes records as the real one does: at or below the last it ignores, a gap it refuses. */
class Store {
  records: OutputRecord[] = [];
  batches: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  /** Thrown by the next appends, one each; `lost` stores and then loses the answer. */
  faults: (AppError | 'lost')[] = [];

  async append({ records }: { records: OutputRecord[] }): Promise<{ lastSeq: number }> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      await Promise.resolve();
      const fault = this.faults.shift();
      if (fault instanceof AppError) throw fault;
      for (const record of records) {
        const lastSeq = this.records.at(-1)?.seq ?? 0;
        if (record.seq > lastSeq + 1) throw new AppError('CONFLICT', 'A gap.');
        if (record.seq === lastSeq + 1) this.records.push(record);
      }
      this.batches.push(records.length);
      if (fault === 'lost') throw new AppError('UNAVAILABLE', 'The answer was lost.');
      return { lastSeq: this.records.at(-1)?.seq ?? 0 };
    } finally {
      this.inFlight--;
    }
  }
}

function pumpInto(store: Store, more: Partial<OutputPumpOptions> = {}) {
  const stored: [number, number][] = [];
  const waits: (string | null)[] = [];
  const pump = createOutputPump({
    runId: newRunId(),
    append: (input) => store.append(input),
    onStored: (first, last) => stored.push([first, last]),
    onWaiting: (error) => waits.push(error?.code ?? null),
    onRefused: (error) => waits.push(`refused ${error.code}`),
    ...more,
  });
  return { pump, stored, waits };
}

describe('createOutputPump', () => {
  it('numbers without a gap, and stores in batches with one in flight', async () => {
    const store = new Store();
    const { pump, stored } = pumpInto(store);
    for (let i = 0; i < 1000; i++) expect(pump.push(text(`${i}\n`)).seq).toBe(i + 1);
    await pump.drained();
    expect(store.records.map((record) => record.seq)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(store.mostInFlight).toBe(1);
    expect(store.batches.every((count) => count <= maxBatchRecords)).toBe(true);
    expect(stored[0]?.[0]).toBe(1);
    expect(stored.at(-1)?.[1]).toBe(1000);
  });

  it('fills no batch beyond its length, but sends a record that is larger alone', async () => {
    const store = new Store();
    const { pump } = pumpInto(store);
    const large = 'x'.repeat(Math.floor(maxBatchLength / 5.2));
    for (let i = 0; i < 12; i++) pump.push(text(large));
    pump.push({ kind: 'display', bundle: { 'image/png': 'A'.repeat(3 * maxBatchLength) } });
    pump.push(text('end'));
    await pump.drained();
    expect(store.batches).toEqual([5, 5, 2, 1, 1]);
  });

  it('sends the same batch again after a lost answer: nothing twice, nothing missing', async () => {
    const store = new Store();
    store.faults = ['lost', new AppError('UNAVAILABLE', 'No connection.'), new AppError('STORAGE_READ_ONLY', 'The disk is full.')];
    const { pump, waits } = pumpInto(store);
    for (let i = 0; i < 10; i++) pump.push(text(`${i}`));
    await pump.drained();
    expect(store.records.map((record) => record.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(waits).toEqual(['UNAVAILABLE', null]);
  });

  it('does not wait for its next try when it is told that the connection is back', async () => {
    const store = new Store();
    store.faults = Array.from({ length: 20 }, () => new AppError('UNAVAILABLE', 'No connection.'));
    const { pump } = pumpInto(store, { onWaiting: () => queueMicrotask(push) });
    // Each try that fails is followed by a wait, which this ends at once; without it 20 tries take more than half a minute.
    function push(): void {
      setTimeout(() => {
        pump.retryNow();
        if (store.faults.length > 0) push();
      }, 0);
    }
    pump.push(text('a'));
    await pump.drained();
    expect(store.records).toHaveLength(1);
  });

  it('lets the kernel go on when output can never be stored', async () => {
    const store = new Store();
    store.faults = [new AppError('NOT_FOUND', 'The run was deleted.')];
    const { pump, stored, waits } = pumpInto(store);
    for (let i = 0; i < 3; i++) pump.push(text(`${i}`));
    await pump.drained();
    pump.push(text('more'));
    await pump.drained();
    expect(stored).toEqual([[1, 3], [4, 4]]);
    expect(waits).toEqual(['refused NOT_FOUND']);
  });
});
