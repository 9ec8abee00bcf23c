import { once } from 'node:events';
import { toAppError, type AppError } from '../../../contract/errors.ts';
import { podFolder } from '../../../contract/profiles.ts';
import { execInPod, LineJoiner, type ClusterClient } from '../cluster/index.ts';
import { quantityOf } from './failures/index.ts';
import { mainContainer } from './manifest/index.ts';
import { pause } from './pause.ts';

/** The kubelet looks for a pod's volumes again after 300 ms, and then makes its sandbox: no container starts before this. */
export const soonestStartMs = 400;
const firstRetryMs = 50;
/** A container that has not started yet is asked for again after this part of the time that it has been waited for. */
const retryPart = 0.1;
const triesMs = 5_000;
/** What is read of a flood; the rest comes with the log. */
const maxBytes = 256 * 1024;
/** A cluster that starts many pods at once is busy enough, and nobody watches the first lines of them all. */
const mostAtOnce = 4;
let readers = 0;
/** How long the program in the pod waits for the log to take over. */
const followSeconds = 10;

/**
 * A program that writes the first segment of the runner's copy (resources/runner/PROTOCOL.md) as it grows. It ends when its input does, because nobody
 * listens any more. Small, and without runner.py: it is started beside the script that is just starting.
 * @param folder where the runner keeps its state
 */
export const followProgram = (folder: string): string => `import os,select,time
p=select.poll()
p.register(0,select.POLLIN)
f=None
n=${maxBytes}
e=time.monotonic()+${followSeconds}
while n>0 and time.monotonic()<e:
 d=b""
 try:
  if f is None:f=os.open("${folder}/log/000000000000001",os.O_RDONLY)
  d=os.read(f,n)
 except FileNotFoundError:pass
 if d:os.write(1,d);n-=len(d)
 elif p.poll(4):break
`;

/** What the program takes (10 ms of CPU, 8 MB) is nothing in a container of this size; a smaller one is the script's alone. */
const leastCpuCores = 0.25;
const leastMemoryBytes = 128 * 2 ** 20;

/** Whether a script's container has room for a second program while the script starts. */
export function hasRoomForReader({ cpu, memory }: { cpu: string; memory: string }): boolean {
  return quantityOf(cpu) >= leastCpuCores && quantityOf(memory) >= leastMemoryBytes;
}

/** Whose beginning is read. */
export interface EarlyLogTarget {
  client(): ClusterClient;
  namespace: string;
  pod: string;
  /** Python's command in its main container. */
  python: string;
}

export interface EarlyLogReader {
  /** Ends it, and the program in the pod. */
  signal: AbortSignal;
  /** Whole lines as they come. @returns whether to go on */
  onBlock(block: Buffer): Promise<boolean>;
  /** The reader itself failed. */
  onFault(error: AppError): void;
}

/**
 * Reads the beginning of a run from the runner's numbered copy. The kubelet serves a container's log only after it has looked at its containers
 * again, up to a second after they have started; a command can be run at once. What hinders that ends it, without a word: the log comes anyway.
 */
export async function readEarly({ client, namespace, pod, python }: EarlyLogTarget, { signal, onBlock, onFault }: EarlyLogReader): Promise<void> {
  if (readers >= mostAtOnce) return;
  const startMs = performance.now();
  const joiner = new LineJoiner();
  const enough = new AbortController();
  const ending = AbortSignal.any([signal, enough.signal]);

  async function take(chunk: Buffer): Promise<void> {
    try {
      for (const block of joiner.push(chunk)) if (!ending.aborted && !(await onBlock(block))) enough.abort();
    } catch (error) {
      if (!signal.aborted) onFault(toAppError(error));
      enough.abort();
    }
  }

  /** @returns whether it may be tried again */
  async function attempt(): Promise<boolean> {
    try {
      await execInPod(client(), { namespace, pod, container: mainContainer, command: [python, '-ISBc', followProgram(`${podFolder}/run`)], stdin: nothingUntil(ending), onStdout: take, signal: ending });
      return false;
    } catch (error) {
      return mayStartYet(toAppError(error));
    }
  }

  readers++;
  try {
    await pause(soonestStartMs, ending);
    while (await attempt()) {
      const waitedMs = performance.now() - startMs;
      if (waitedMs > triesMs) return;
      await pause(Math.max(firstRetryMs, waitedMs * retryPart), ending);
    }
  } catch {
    // Nobody waits for it any more.
  } finally {
    readers--;
    enough.abort();
  }
}

/** Standard input that says nothing; its end is what ends the program. */
async function* nothingUntil(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (!signal.aborted) await once(signal, 'abort');
  yield* [];
}

/** How the kubelet says that there is no such container yet. A command that was refused, or broke off, is not repeated. */
function mayStartYet(error: AppError): boolean {
  return error.code === 'UNAVAILABLE' && /container not found|not running|ContainerCreating/i.test(error.message);
}
