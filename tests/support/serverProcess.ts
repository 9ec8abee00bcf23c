import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A server host in a process of its own. */
export interface ServerProcess {
  /** With the token in its fragment. */
  readonly url: string;
  readonly origin: string;
  readonly home: string;
  readonly process: ChildProcess;
  /** What it has written to stderr so far. */
  errors(): string;
  /** Ends it as the system would: SIGTERM, and waits. */
  stop(): Promise<void>;
  /** kill -9, and waits. */
  kill(): Promise<void>;
}

const ready = /^PyExeKube is at (http:\/\/127\.0\.0\.1:\d+)\/#token=\S+$/;

export async function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pyexekube-test-'));
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Starts the built server host on a free port and waits for its line.
 * @param dist folder of the build, which holds main/ and window/
 * @param env variables beside this process's own
 * @throws Error with what it printed, when it ends before it is ready
 */
export async function startServer(home: string, dist: string = 'dist', env: Record<string, string> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [resolve(dist, 'main/server.cjs'), '--port', '0'], {
    env: { ...process.env, PYEXEKUBE_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const exited = once(child, 'exit');
  let printed = '';
  const line = await new Promise<string>((done, fail) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      printed += `${text}\n`;
      if (ready.test(text)) done(text);
    });
    exited.then(
      ([code]) => fail(new Error(`The server ended with ${String(code)} before it was ready.\n${printed}${errors}`)),
      fail,
    );
  });
  const origin = ready.exec(line)?.[1];
  if (origin === undefined) throw new Error(`Not the expected line: ${line}`);
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exited;
  }
  return {
    url: line.slice('PyExeKube is at '.length),
    origin,
    home,
    process: child,
    errors: () => errors,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
