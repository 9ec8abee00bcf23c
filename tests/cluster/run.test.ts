import { expect, it } from 'vitest';
import { textOf } from './harness.ts';
import { onCluster, restricted } from './onCluster.ts';

onCluster('a run on the cluster', { labels: restricted }, (cluster) => {
  it('prints into the same output as a local run, and ends in the same history', async () => {
    const runId = await cluster.application.submit('print("hi")');
    expect(textOf(await cluster.application.output(runId))).toBe('hi\n');
    expect(await cluster.application.api.runs.get({ id: runId })).toMatchObject({ engine: 'cluster', status: 'succeeded', exitCode: 0 });
    const job = await cluster.application.reach(runId, 'done');
    expect(job.timeline.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['submitting', 'created', 'running', 'collecting', 'done']));
  });
});
