import type { AnySchema, InferSchemaOutput } from '@orpc/contract';
import type { ClientId } from '../../contract/ids.ts';

/** Asks the person for a path by the system's own dialog; null when it was cancelled. */
export type PickRequest = { kind: 'openFile' | 'openFolder' | 'saveFile'; suggested?: string };

export interface CoreOptions {
  /** The folder of the database, output and settings; made if missing. */
  home: string;
  host: 'electron' | 'server' | 'test';
  appVersion: string;
  /** Absent where the host has no dialogs. */
  pick?: (request: PickRequest) => Promise<string | null>;
  /** Where kubeconfigs are; by default where this process would look for them. */
  kubeconfigs?: { environment: string | undefined; home: string };
  /** Holds the runner that goes into pods; by default the one beside the source. */
  runnerFolder?: string;
  /** Receives what the core has to say about itself, a line a time: slow queries, faults, bugs with their stacks. */
  log?: (line: string) => void;
}

/** What each call carries beside its input: who asks. */
export interface CoreContext {
  clientId: ClientId;
}

export type Log = (line: string) => void;

/** What a procedure's handler receives: its input after parsing, defaults filled in. */
export type ParsedInput<P extends { '~orpc': { inputSchema?: AnySchema | undefined } }> = InferSchemaOutput<NonNullable<P['~orpc']['inputSchema']>>;
