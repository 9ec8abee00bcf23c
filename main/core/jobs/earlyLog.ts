import { podFolder } from '../../../contract/profiles.ts';
import { AppError, toAppError } from '../../../contract/errors.ts';
import { execInPod, LineJoiner } from '../cluster/index.ts';
import type { JobHandle } from './context.ts';
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
/** How long the program in the pod waits for the log to take over. */
const followSeconds = 10;

/**
 * Writes the first segment of the runner's copy (resources/runner/PROTOCOL.md) as it grows; it ends when nobody listens any more. Small, and without
 * runner.py, because it is started beside the script that is just starting. POLLERR comes without being asked for.
 */
const program = `import os,select,time
p=select.poll()
p.register(1,0)
f=None
n=${maxBytes}
e=time.monotonic()+${followSeconds}
while n>0 and time.monotonic()<e:
 d=b""
 try:
  if f is None:f=os.open("${podFolder}/run/log/000000000000001",os.O_RDONLY)
  d=os.read(f,n)
 except FileNotFoundError:pass
 if d:os.write(1,d);n-=len(d)
 elif p.poll(4):break
`;

export interface EarlyLogOptions {
  handle: JobHandle;
  pod: string;
  signal: AbortSignal;
  /** Whole lines as they come. @returns whether to go on */
  onBlock(block: Buffer): Promise<boolean>;
}

/**
 * Reads the beginning of a run from the runner's numbered copy. The kubelet serves a container's log only after it has looked at its containers
 * again, up to a second after they have started; a command can be run at once. Whatever hinders it ends it, without a word: the log comes anyway.
 */
export async function readEarly({ handle, pod, signal, onBlock }: EarlyLogOptions): Promise<void> {
  const { record } = handle;
  const joiner = new LineJoiner();
  const startMs = performance.now();
  let isWanted = true;
  try {
    await pause(soonestStartMs, signal);
    while (isWanted && !signal.aborted) {
      try {
        await execInPod(handle.client(), {
          namespace: record.namespace,
          pod,
          container: mainContainer,
          command: [record.facts.profile.python, '-ISBc', program],
          signal,
          onStdout: async (chunk) => {
            const block = joiner.push(chunk);
            isWanted &&= block.length === 0 || (await onBlock(block));
            if (!isWanted) throw new AppError('CANCELLED', 'Enough was read.');
          },
        });
        return;
      } catch (error) {
        const waitedMs = performance.now() - startMs;
        if (!mayStartYet(toAppError(error)) || waitedMs > triesMs) return;
        await pause(Math.max(firstRetryMs, waitedMs * retryPart), signal);
      }
    }
  } catch (error) {
    if (!signal.aborted) handle.context.log(`the beginning of ${record.jobName} was not read early: ${toAppError(error).message}`);
  }
}

/** How the kubelet says that there is no such container yet; a command that has begun and broke off is not repeated. */
function mayStartYet(error: AppError): boolean {
  return error.code === 'UNAVAILABLE' && /container not found|not running|ContainerCreating/i.test(error.message);
}
