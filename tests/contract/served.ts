import type { ContractRouterClient } from '@orpc/contract';
import { onTestFinished } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newClientId, newRunId, type ClientId, type RunId } from '../../contract/ids.ts';
import { contract, type Contract } from '../../contract/index.ts';
import type { OutputRecord } from '../../contract/output.ts';

export type Client = ContractRouterClient<Contract>;

/** A core that is reached over some transport. */
export interface Served {
  /** A window's client; several may be connected at once. */
  connect(clientId: ClientId): Promise<Client>;
  /** Ends the connections, the transport and the core. */
  close(): Promise<void>;
}

/** Starts a core on a home folder and serves it. */
export type Serve = (home: string) => Promise<Served>;

/** All procedures of the contract, as `group.name`. */
export const allProcedures: readonly string[] = Object.entries(contract).flatMap(([group, procedures]) =>
  Object.keys(procedures).map((name) => `${group}.${name}`),
);

/** The same client, noting in `called` which procedures are used. */
export function recording(client: Client, called: Set<string>): Client {
  return new Proxy(client, {
    get(target, group, receiver) {
      const procedures: unknown = Reflect.get(target, group, receiver);
      if (typeof procedures !== 'object' && typeof procedures !== 'function') return procedures;
      if (procedures === null || typeof group !== 'string') return procedures;
      return new Proxy(procedures, {
        get(inner, name, innerReceiver) {
          called.add(`${group}.${String(name)}`);
          return Reflect.get(inner, name, innerReceiver);
        },
      });
    },
  });
}

/** What each part of the suite works with: two windows on one core, and a folder for files. */
export interface Fixture {
  first: Client;
  second: Client;
  /** A new empty folder, removed after the test. */
  folder(): string;
}

export function temporaryFolder(prefix: string): string {
  return mkdtempSync(join(tmpdir(), prefix));
}

export async function openFixture(served: Served, called: Set<string>): Promise<Fixture> {
  return {
    first: recording(await served.connect(newClientId()), called),
    second: recording(await served.connect(newClientId()), called),
    folder: () => {
      const path = temporaryFolder('pyexekube-files-');
      onTestFinished(() => rmSync(path, { recursive: true, force: true }));
      return path;
    },
  };
}

export function startInput(source: string, title = 'scratch 1') {
  return { id: newRunId(), engine: 'local' as const, mode: 'file' as const, title, source, pythonVersion: '3.14.2' };
}

export async function startRun(client: Client, source = 'print(1)', title?: string): Promise<RunId> {
  return (await client.runs.start(startInput(source, title))).id;
}

export function finishInput(id: RunId) {
  return { id, status: 'succeeded' as const, exitCode: 0, durationMs: 5, peakMemoryBytes: null, error: null };
}

export function textRecord(seq: number, text: string): OutputRecord {
  return { seq, timeMs: 1_700_000_000_000 + seq, body: { kind: 'text', stream: 'stdout', text } };
}

/** The next event, or a failure when the stream has ended. */
export async function nextEvent<T>(events: AsyncIterator<T>): Promise<T> {
  const { value, done } = await events.next();
  if (done === true) throw new Error('The events have ended.');
  return value;
}
