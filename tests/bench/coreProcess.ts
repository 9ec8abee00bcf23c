import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { readFileSync, writeFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { ConnectionId } from '../../contract/connections.ts';
import { newClientId, newRunId, type RunId } from '../../contract/ids.ts';
import type { Contract } from '../../contract/index.ts';
import type { JobPhase } from '../../contract/jobs.ts';
import type { ProfileSettingsInput } from '../../contract/profiles.ts';
import { testProfile } from '../cluster/harness.ts';
import { makeHome, removeHome, startServer } from '../support/serverProcess.ts';

type Client = ContractRouterClient<Contract>;

/** The application as it is installed: the built server host, a process of its own, spoken to as a window does. */
export interface CoreProcess {
  readonly api: Client;
  readonly connectionId: ConnectionId;
  submit(source: string, options?: { folder?: string; settings?: ProfileSettingsInput }): Promise<RunId>;
  reach(runId: RunId, phase: JobPhase): Promise<void>;
  /** Most memory that was resident since the last call, in MB (proc(5), VmHWM). */
  takePeakMb(): number;
  /** CPU time so far, in ms. */
  cpuMs(): number;
  close(): Promise<void>;
}

/** Clock ticks a second in /proc (proc(5)); 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** @param kubeconfig whose current context the runs go to */
export async function startCoreProcess(namespace: string, kubeconfig: string): Promise<CoreProcess> {
  const home = await makeHome();
  const server = await startServer(home, 'dist', { KUBECONFIG: kubeconfig });
  const pid = server.process.pid ?? 0;
  const socket = await openSocket(server.origin, new URL(server.url).hash.slice('#token='.length));
  const api: Client = createORPCClient(new RPCLink({ websocket: asBrowserSocket(socket) }));
  const connection = (await api.connections.list()).connections.find(({ current }) => current);
  if (connection === undefined) throw new Error(`no current context in ${kubeconfig}`);
  const connectionId = connection.id;

  async function reach(runId: RunId, phase: JobPhase): Promise<void> {
    const ending = new AbortController();
    const events = await api.jobs.watch(undefined, { signal: ending.signal });
    if ((await api.jobs.get({ runId })).phase !== phase) {
      for await (const event of events) {
        void event;
        if ((await api.jobs.get({ runId })).phase === phase) break;
      }
    }
    ending.abort();
  }

  return {
    api,
    connectionId,
    async submit(source, { settings = {}, folder } = {}) {
      const runId = newRunId();
      await api.jobs.submit({ runId, connectionId, namespace, profile: testProfile(settings), mode: 'file', title: 'bench', source, ...(folder === undefined ? {} : { folder }) });
      return runId;
    },
    reach,
    takePeakMb() {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
    },
    cpuMs() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
    },
    async close() {
      socket.close();
      await server.stop();
      await removeHome(home);
    },
  };
}

/** `ws` as the link wants it; its own addEventListener differs in the types of its options. */
function asBrowserSocket(socket: WebSocket): EventTarget & Pick<WebSocket, 'readyState' | 'send'> {
  const events = new EventTarget();
  socket.on('message', (data, isBinary) => events.dispatchEvent(new MessageEvent('message', { data: !isBinary && Buffer.isBuffer(data) ? data.toString() : data })));
  socket.on('close', () => events.dispatchEvent(new Event('close')));
  return Object.assign(events, { readyState: WebSocket.OPEN, send: (data: Parameters<WebSocket['send']>[0]) => socket.send(data) });
}

async function openSocket(origin: string, token: string): Promise<WebSocket> {
  const session = await fetch(`${origin}/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
  const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/rpc?client=${newClientId()}`, { headers: { origin, cookie }, perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}
