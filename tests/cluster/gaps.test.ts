import { expect, it } from 'vitest';
import type { RunId } from '../../contract/ids.ts';
import { kubectl, textOf, type Application } from './harness.ts';
import { onCluster } from './onCluster.ts';

/** Says a line, then as many as it is told while nobody can listen, then waits to be heard again. */
const source = (lines: number, before = ''): string => `
import os, time
def wait(name):
    while not os.path.exists("/tmp/" + name): time.sleep(0.02)
print("first", flush=True)
wait("go")
${before}
for i in range(${lines}): print("line", i, "x" * 1000)
open("/tmp/done", "w").close()
wait("heard")
print("last")
`;

// Rotation leaves at most 20 MiB with the kubelet, and the runner keeps 64 MiB.
const moreThanTheLog = 40_000;
const moreThanTheCopy = 110_000;

onCluster('output that is gone for good', { through: 'proxy' }, (cluster) => {
  /** Lets a run print while the application is cut off. */
  async function printUnheard(runId: RunId): Promise<void> {
    const { application, proxy, namespace } = cluster;
    await application.says(runId, 'first\n');
    const { pod } = await application.api.jobs.get({ runId });
    const inPod = (...command: string[]): string => kubectl('exec', '-n', namespace, '-c', 'main', pod ?? '', '--', ...command);
    proxy.refuse();
    await application.until(runId, ({ contact }) => contact.state === 'lost', 'cut off');
    inPod('touch', '/tmp/go');
    inPod('sh', '-c', 'while ! test -e /tmp/done; do sleep 0.1; done');
    // The kubelet looks every ten seconds; then the file that it serves begins anew.
    await expect.poll(() => kubectl('logs', '-n', namespace, '-c', 'main', pod ?? '', '--limit-bytes=20'), { timeout: 60_000, interval: 500 }).not.toMatch(/^1\D/);
    proxy.mend();
    await application.until(runId, ({ contact }) => contact.state === 'ok', 'heard again');
    inPod('touch', '/tmp/heard');
  }

  /** The numbers of the lines that came, and how many the note says are missing. */
  async function numbersOf(application: Application, runId: RunId, lines: number): Promise<{ first: number; missing: number }> {
    const output = await application.output(runId);
    const text = textOf(output, 'stdout').split('\n');
    expect([text[0], text.at(-2)]).toEqual(['first', 'last']);
    const numbers = text.slice(1, -2).map((line) => Number(/^line (\d+) x{1000}$/.exec(line)?.[1]));
    const first = numbers[0] ?? lines;
    expect(numbers.findIndex((number, index) => number !== first + index), 'what is there has no hole').toBe(-1);
    expect(first + numbers.length).toBe(lines);
    const note = output.flatMap((body) => (body.kind === 'note' ? [body.text] : [])).join('\n');
    return { first, missing: Number(/^Here (\d+) lines are missing/.exec(note)?.[1]) };
  }

  it('is named with its length, its time and the reason when also the copy in the pod was too small for it', async () => {
    const { application } = cluster;
    const startMs = Date.now() - 60_000;
    const runId = await application.submit(source(moreThanTheCopy), { settings: { cpu: '1' } });
    await printUnheard(runId);
    const { first, missing } = await numbersOf(application, runId, moreThanTheCopy);
    expect(first).toBeGreaterThan(1000);
    // The copy was read: more is here than the kubelet had.
    expect(moreThanTheCopy - first).toBeGreaterThan(moreThanTheLog);
    const { state, gaps } = await application.api.output.completeness({ runId });
    expect(state).toBe('gaps');
    expect(gaps).toEqual([{ afterSeq: expect.any(Number) as number, lines: missing, fromMs: expect.any(Number) as number, toMs: expect.any(Number) as number, reason: 'rotated' }]);
    const [gap] = gaps;
    expect(gap?.fromMs).toBeGreaterThan(startMs);
    expect(gap?.toMs).toBeGreaterThan(gap?.fromMs ?? 0);
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ status: 'succeeded' });
  });

  it('is named when the script itself has removed the copy', async () => {
    const { application } = cluster;
    const runId = await application.submit(source(moreThanTheLog, 'import shutil; shutil.rmtree("/pyexekube/run/log")'), { settings: { cpu: '1' } });
    await printUnheard(runId);
    const { first, missing } = await numbersOf(application, runId, moreThanTheLog);
    expect(first).toBeGreaterThan(1000);
    expect(await application.api.output.completeness({ runId })).toMatchObject({ state: 'gaps', gaps: [{ lines: missing, reason: 'rotated' }] });
  });

  it('says that nobody may read the copy where that is the reason', async () => {
    const { application, proxy } = cluster;
    proxy.refusedSocket = 'command=read-log';
    const runId = await application.submit(source(moreThanTheLog), { settings: { cpu: '1' } });
    await printUnheard(runId);
    const { missing } = await numbersOf(application, runId, moreThanTheLog);
    expect(await application.api.output.completeness({ runId })).toMatchObject({ state: 'gaps', gaps: [{ lines: missing, reason: 'copyUnreadable' }] });
  });
});
