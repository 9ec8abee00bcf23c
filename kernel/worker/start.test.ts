import { MessageChannel as NodeChannel } from 'node:worker_threads';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ControlReceiver, ControlSender, createControl } from '../protocol/control.ts';
import { WorkerMessage } from '../protocol/wire.ts';
import { realPyodide, TestKernel } from '../testing/testKernel.ts';
import { beginKernel } from './beginKernel.ts';
import { OutputBuffer } from './outputBuffer.ts';
import { SignalSource } from './signalSource.ts';
import { openSnapshot, packSnapshot } from './snapshot.ts';

/** A snapshot like the build's, of an interpreter with our Python side and nothing else. */
async function photograph(): Promise<Uint8Array> {
  const { loadPyodide, createModule } = await realPyodide();
  const python = await loadPyodide({ _makeSnapshot: true, env: { HOME: '/home/user' } });
  python.pyimport('_pyexekube.kernel').prepare();
  python.FS.unmount?.('/lib/python3.14/ours');
  const snapshot = python.makeMemorySnapshot();
  let fresh: Uint8Array = new Uint8Array();
  await loadPyodide({
    _loadSnapshot: snapshot,
    async createPyodideModule(settings) {
      const module = await createModule(settings);
      fresh = module.HEAPU8.slice();
      return module;
    },
  });
  return packSnapshot(snapshot, fresh);
}

// Each starts several interpreters, seconds apiece on a busy machine.
describe('the start-up snapshot', { timeout: 90_000 }, () => {
  it('brings an interpreter back, with other random numbers each time', async () => {
    const snapshot = await photograph();
    expect(snapshot.length).toBeLessThan(20_000_000);
    const first = await TestKernel.start(snapshot);
    expect(first.messages).toMatchObject([{ type: 'ready', startedFrom: 'snapshot', pythonVersion: '3.14.2' }]);
    const second = await TestKernel.start(snapshot);
    const draw = 'import random, uuid, secrets\n(random.random(), uuid.uuid4(), secrets.token_hex())';
    expect(first.run(draw).result).not.toBe(second.run(draw).result);
    expect(first.run('print("hi")').text()).toBe('hi\n');
  });

  it('that does not fit is done without', async () => {
    const kernel = await TestKernel.start(new Uint8Array(64));
    expect(kernel.messages).toMatchObject([{ type: 'ready', startedFrom: 'load' }]);
    expect(kernel.run('1 + 1').result).toBe('2');
  });

  it('is packed without its empty pages', () => {
    const head = new Uint8Array(32);
    new DataView(head.buffer).setUint32(4, 32, true);
    const memory = new Uint8Array(4096 * 5);
    memory.fill(7, 4096, 8192);
    memory.fill(9, 8192, 8200);
    const fresh = new Uint8Array(memory.length);
    fresh.fill(1, 4 * 4096);
    const opened = openSnapshot(packSnapshot(new Uint8Array([...head, ...memory]), fresh));
    expect(opened.head).toEqual(head);
    const restored = fresh.slice();
    opened.restore(restored);
    expect(restored).toEqual(memory);
    expect(() => opened.restore(new Uint8Array(4096))).toThrow('the memory has 4096');
    expect(() => openSnapshot(new Uint8Array(16))).toThrow('no start-up snapshot');
  });
});

describe('a worker', { timeout: 60_000 }, () => {
  const start = (port: MessagePort): Parameters<typeof beginKernel>[0] => ({
    port,
    control: createControl(),
    wasm: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
    stdlib: new Uint8Array(),
    stdlibReady: new Int32Array(new SharedArrayBuffer(4)).fill(1),
    snapshot: null,
    snapshotReady: new Int32Array(new SharedArrayBuffer(4)).fill(1),
  });

  it('tells why it could not start', async () => {
    const { port1, port2 } = new NodeChannel();
    const message = new Promise((resolve) => port1.once('message', resolve));
    await beginKernel(
      start(port2 as unknown as MessagePort),
      () => ({ loadPyodide: () => Promise.reject(new Error('no WebAssembly')), createModule: () => Promise.reject(new Error()) }),
      0,
    );
    expect(await message).toEqual({ type: 'startFailed', message: 'Python could not start: no WebAssembly' });
    port1.close();
  });

  it('serves its port, with the bytes and the module that it was given', async () => {
    const { port1, port2 } = new NodeChannel();
    const messages: unknown[] = [];
    const finished = new Promise<void>((resolve) => {
      port1.on('message', (message: WorkerMessage) => {
        messages.push(message);
        if (message.type === 'ready') {
          port1.postMessage({ type: 'execute', source: 'print("hi")', filename: 's', isFile: false, lineOffset: 1, argv: [], files: [] });
        }
        if (message.type === 'finished') resolve();
      });
    });
    const stdlib = await readFile(new URL('../../node_modules/pyodide/python_stdlib.zip', import.meta.url));
    const real = await realPyodide();
    const asked: unknown[] = [];
    await beginKernel(
      { ...start(port2 as unknown as MessagePort), stdlib: new Uint8Array(stdlib) },
      (fetched, webAssembly) => ({
        createModule: real.createModule,
        async loadPyodide({ indexURL: _index, stdLibURL, ...rest }) {
          const response = await fetched(stdLibURL);
          asked.push((await response.arrayBuffer()).byteLength > 1000, (await (await fetched('https://localhost/none.zip')).arrayBuffer()).byteLength);
          const stream: unknown = Reflect.get(webAssembly, 'instantiateStreaming');
          if (typeof stream === 'function') asked.push(Object.keys(await stream(null, {})));
          return real.loadPyodide(rest);
        },
      }),
      performance.now(),
    );
    await finished;
    expect(asked).toEqual([true, 0, ['instance', 'module']]);
    const parsed = messages.map((message) => WorkerMessage.parse(message));
    // A busy machine may send the line in two pieces.
    expect(parsed.map(({ type }) => type).filter((type, i, types) => type !== types[i - 1])).toEqual(['ready', 'text', 'finished']);
    expect(parsed.map((message) => (message.type === 'text' ? new TextDecoder().decode(message.bytes) : '')).join('')).toBe('hi\n');
    port1.close();
  });
});

describe('flow control', () => {
  it('waits while 1,024 messages are unacknowledged, until Stop', () => {
    const memory = createControl();
    const sender = new ControlSender(memory);
    const sent: unknown[] = [];
    const output = new OutputBuffer(new ControlReceiver(memory), (message) => sent.push(message));
    for (let i = 0; i < 1024; i++) expect(output.output('{}')).toBe(true);
    sender.interrupt();
    expect(output.output('{}')).toBe(false);
    expect(sent.length).toBe(1025);
    sender.clearInterrupt();
    sender.acknowledge(1025);
    expect(output.write('stdout', new Uint8Array(200_000))).toBe(true);
    expect(output.write('stderr', new Uint8Array([65]))).toBe(true);
    expect(output.flush()).toBe(true);
    expect(sent.length).toBeGreaterThanOrEqual(1025 + 5);
  });

  it('waits while 2 MB are unacknowledged, and lets a larger display go alone', () => {
    const memory = createControl();
    const sender = new ControlSender(memory);
    const sent: unknown[] = [];
    const output = new OutputBuffer(new ControlReceiver(memory), (message) => sent.push(message));
    const large = 'x'.repeat(3 * 1024 * 1024);
    expect(output.output(large)).toBe(true);
    sender.interrupt();
    expect(output.output('{}')).toBe(false);
    sender.clearInterrupt();
    sender.acknowledge(2);
    expect(output.output('{}')).toBe(true);
    expect(sent.length).toBe(3);
  });

  it('ends a wait when its time is over', () => {
    const receiver = new ControlReceiver(createControl());
    const startedAt = performance.now();
    expect(receiver.waitUntil(() => false, 30)).toBe(false);
    expect(performance.now() - startedAt).toBeGreaterThan(25);
  });

  it('loses no signal, and gives none to an interpreter that runs nothing', () => {
    const memory = createControl();
    const receiver = new ControlReceiver(memory);
    const source = new SignalSource(receiver);
    new ControlSender(memory).interrupt();
    expect(source[0]).toBe(0);
    source.setRunning(true);
    expect(source[0]).toBe(2);
    source[0] = 0;
    expect(source[0]).toBe(0);
    receiver.putBackSignal();
    expect(source[0]).toBe(2);
  });
});
