import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { dirname, join } from 'node:path';
import { FaultProxy } from './faultProxy.ts';

interface Pod {
  metadata: { name: string; namespace: string };
  spec: { containers: { name: string; image: string }[] };
  status: { phase?: string };
}

/** Keys of a cluster of this machine, whose API server believes a kubelet that has them. */
const keysOf = (kubeconfig: string): { cert: string; key: string } => ({ cert: join(dirname(kubeconfig), 'pki/node.crt'), key: join(dirname(kubeconfig), 'pki/node.key') });
const lookMs = 500;
const heartbeatMs = 10_000;
/** As the runner does after its first minute. */
const measureMs = 5_000;
const room = 1000;

/**
 * A node of which the API server knows, with this process for its kubelet: each pod on it runs at once, and its log says what a runner says whose script prints
 * nothing. It has room for more pods than a real kubelet takes.
 */
export class PlayedNode {
  readonly name: string;
  readonly #api: FaultProxy;
  readonly #kubelet: Server;
  readonly #following = new Set<ServerResponse>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isLooking = false;

  /** Whether a node can be played in this cluster. */
  static isPossible(kubeconfig: string): boolean {
    return existsSync(keysOf(kubeconfig).key);
  }

  constructor(kubeconfig: string, name: string) {
    this.name = name;
    this.#api = new FaultProxy(kubeconfig);
    const { cert, key } = keysOf(kubeconfig);
    this.#kubelet = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      if (request.url?.startsWith('/containerLogs/') === true) this.#follow(response);
      else response.writeHead(404).end();
    });
  }

  /** What a profile needs for its pods to come here. */
  get settings(): { nodeSelector: Record<string, string>; tolerations: { key: string }[] } {
    return { nodeSelector: { [this.name]: 'yes' }, tolerations: [{ key: this.name }] };
  }

  async start(): Promise<void> {
    await this.#api.listen();
    await new Promise<void>((resolve) => {
      this.#kubelet.listen(0, '127.0.0.1', resolve);
    });
    const { name } = this;
    await this.#ask('POST', '/api/v1/nodes', { metadata: { name, labels: { [name]: 'yes' } }, spec: { taints: [{ key: name, value: 'yes', effect: 'NoSchedule' }] } });
    await this.#beat();
    this.#timers.push(setInterval(() => void this.#beat(), heartbeatMs), setInterval(() => void this.#look(), lookMs), setInterval(() => this.#measure(), measureMs));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { metadata } of await this.#pods()) await this.#ask('DELETE', `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`, { gracePeriodSeconds: 0 });
    await this.#ask('DELETE', `/api/v1/nodes/${this.name}`);
    for (const response of this.#following) response.destroy();
    this.#kubelet.close();
    await this.#api.close();
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await fetch(`${this.#api.url}${path}`, { method, headers: { 'content-type': type }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return answer.json();
  }

  async #beat(): Promise<void> {
    const address = this.#kubelet.address();
    const resources = { cpu: '64', memory: '256Gi', pods: String(room), 'ephemeral-storage': '100Gi' };
    await this.#ask('PATCH', `/api/v1/nodes/${this.name}/status`, {
      status: {
        capacity: resources, allocatable: resources, addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: typeof address === 'object' ? address?.port : 0 } },
        conditions: [{ type: 'Ready', status: 'True', reason: 'Played', lastHeartbeatTime: new Date().toISOString() }],
      },
    });
  }

  async #pods(): Promise<Pod[]> {
    return ((await this.#ask('GET', `/api/v1/pods?fieldSelector=spec.nodeName=${this.name}`)) as { items: Pod[] }).items;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const { metadata, spec, status } of await this.#pods()) {
        if (status.phase === 'Running') continue;
        const startedAt = new Date().toISOString();
        const containerStatuses = spec.containers.map(({ name, image }) => ({ name, image, imageID: '', ready: true, started: true, restartCount: 0, state: { running: { startedAt } } }));
        await this.#ask('PATCH', `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`, { status: { phase: 'Running', startTime: startedAt, containerStatuses } });
      }
    } finally {
      this.#isLooking = false;
    }
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const started = { phase: 'started', python: '3.13.0', implementation: 'CPython', memoryLimit: null, cpuLimit: null };
    response.write(`1t ${Date.now()}\n2s ${JSON.stringify(started)}\n3s {"phase": "running", "pid": 7}\n4o begun\n`);
    this.#following.add(response);
    this.#lines.set(response, 4);
    response.on('close', () => this.#following.delete(response));
  }

  readonly #lines = new WeakMap<ServerResponse, number>();

  #measure(): void {
    for (const response of this.#following) {
      const line = this.#lines.get(response) ?? 0;
      response.write(`${line + 1}t ${Date.now()}\n${line + 2}m {"cpuMs": ${line}, "memory": 20000000, "peak": 20000000}\n`);
      this.#lines.set(response, line + 2);
    }
  }
}
