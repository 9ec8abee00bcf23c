// The application in a process of its own, so that it can be killed. argv: home, kubeconfig, namespace, and a run to submit as JSON.
import { createRouterClient } from '@orpc/server';
import { newClientId, RunId } from '../../contract/ids.ts';
import { createCore } from '../../main/core/core.ts';
import { testProfile } from './harness.ts';

const [home = '', kubeconfig = '', namespace = '', run] = process.argv.slice(2);
const core = await createCore({ home, host: 'test', appVersion: '0.0.0', kubeconfigs: { environment: kubeconfig, home }, log: (line) => console.error(line) });
const api = createRouterClient(core.router, { context: { clientId: newClientId() } });
if (run !== undefined) {
  const { runId, source } = JSON.parse(run) as { runId: string; source: string };
  const connection = (await api.connections.list()).connections.find(({ current }) => current);
  if (connection === undefined) throw new Error('no current context');
  await api.jobs.submit({ runId: RunId.parse(runId), connectionId: connection.id, namespace, profile: testProfile(), mode: 'file', title: 'test', source });
  console.log('acknowledged');
  const heard = api.output.read({ runId: RunId.parse(runId), after: 0, waitMs: 60_000 });
  heard.then(() => console.log('said something'), () => undefined);
  for (let ended = false; !ended; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { status } = await api.runs.get({ id: RunId.parse(runId) });
    ended = status !== 'running';
    if (ended) console.log(`ended ${status}`);
  }
}
setInterval(() => undefined, 1000);
