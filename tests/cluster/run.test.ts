import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropNamespace, makeNamespace, startApplication, testKubeconfig, textOf, type Application } from './harness.ts';

describe.skipIf(testKubeconfig === '')('a run on the cluster', () => {
  let namespace: string;
  let application: Application;

  beforeAll(async () => {
    namespace = makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    application = await startApplication(namespace);
  });
  afterAll(async () => {
    await application.close();
    dropNamespace(namespace);
  });

  it('prints into the same output as a local run, and ends in the same history', async () => {
    const runId = await application.submit('print("hi")');
    expect(textOf(await application.output(runId))).toBe('hi\n');
    expect(await application.api.runs.get({ id: runId })).toMatchObject({ engine: 'cluster', status: 'succeeded', exitCode: 0 });
    const job = await application.reach(runId, 'done');
    expect(job.timeline.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['submitting', 'created', 'running', 'collecting', 'done']));
  });
});
