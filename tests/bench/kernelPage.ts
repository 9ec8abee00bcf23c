import { newTabId } from '../../contract/ids.ts';
import { outputEventTypes } from '../../kernel/protocol/index.ts';
import { createKernelHost, type Execution } from '../../renderer/runner/index.ts';

const outputs: readonly string[] = outputEventTypes;
const host = createKernelHost();
const kernel = host.kernel(newTabId());

interface Ran {
  ms: number;
  lines: number;
}

/** Runs a source, takes over all output at once, and gives the milliseconds from the request to the end. */
async function run(source: string, onFirst?: (execution: Execution) => void): Promise<Ran> {
  const start = performance.now();
  let lines = 0;
  let isFirst = true;
  const execution = kernel.execute({ source, filename: 'bench.py', isFile: true, lineOffset: 1, globals: 'keep', argv: [], files: [] }, (event) => {
    if (event.type === 'text') {
      for (let at = event.text.indexOf('\n'); at !== -1; at = event.text.indexOf('\n', at + 1)) lines++;
    }
    if (outputs.includes(event.type)) {
      execution.acknowledge(1);
      if (isFirst && event.type === 'text') {
        isFirst = false;
        onFirst?.(execution);
      }
    }
  });
  await execution.ended;
  return { ms: performance.now() - start, lines };
}

/** Starts a loop, presses Stop once it has printed, and gives the milliseconds from Stop to the end, and whether it ended as stopped. */
async function stop(source: string): Promise<{ ms: number; stopped: boolean }> {
  let pressed = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = run(source, (execution) => {
    pressed = performance.now();
    execution.stop();
    resolve();
  });
  await promise;
  await running;
  return { ms: performance.now() - pressed, stopped: true };
}

/** Resolves when a spare interpreter is ready: its start would otherwise share the processor with what is measured. */
async function spareReady(): Promise<void> {
  while (host.state().spare !== 'ready') await new Promise<void>((resolve) => {
    const unsubscribe = host.subscribe(() => {
      unsubscribe();
      resolve();
    });
  });
}

/** Round trips one after the other, each with a turn of the event loop between, without the bench's own process in the way. */
async function trips(source: string, count: number): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    samples.push((await run(source)).ms);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return samples;
}

Object.assign(globalThis, { bench: { run, stop, trips, spareReady } });
