import { z } from 'zod';
import { maxBundleLength, maxTextLength } from '../../contract/output.ts';
import { flushBytes, type KernelFile } from './messages.ts';

/**
 * The messages inside the sandbox: worker to frame, and from there, once looked at, to the window. Text travels as UTF-8 bytes that are
 * transferred, structured values as JSON text, so no object that a script shaped reaches the window's code unparsed.
 */

/** Most bytes of one text message; a character of UTF-8 has at most as many UTF-16 units as bytes. */
export const maxTextBytes = Math.min(2 * flushBytes, maxTextLength);

const text = z.object({
  type: z.literal('text'),
  stream: z.enum(['stdout', 'stderr', 'stdin']),
  bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= maxTextBytes),
});
/** A `display`, `result`, `error` or `note` as JSON text. */
const output = z.object({ type: z.literal('output'), json: z.string().max(maxBundleLength) });

/** What the interpreter could import, as JSON text; null where a script has kept that from being told. */
export const maxPackagesLength = 1024 * 1024;
const packages = z.string().max(maxPackagesLength).nullable();

const ready = z.object({
  type: z.literal('ready'),
  pythonVersion: z.string().max(50),
  pyodideVersion: z.string().max(50),
  memoryBytes: z.number(),
  startMs: z.number(),
  startedFrom: z.enum(['snapshot', 'load']),
});
const startFailed = z.object({ type: z.literal('startFailed'), message: z.string().max(4096) });
const inputRequested = z.object({ type: z.literal('inputRequested'), prompt: z.string().max(maxTextLength), password: z.boolean() });
const variables = z.object({ type: z.literal('variables'), json: z.string().max(maxBundleLength), memoryBytes: z.number() });

/** Worker to frame. */
export const WorkerMessage = z.discriminatedUnion('type', [
  ready,
  startFailed,
  text,
  output,
  inputRequested,
  variables,
  /** The worker took a piece of a long answer and waits for the next. */
  z.object({ type: z.literal('answerTaken') }),
  z.object({
    type: z.literal('finished'),
    exitCode: z.number().int(),
    /** KeyboardInterrupt ended it. */
    interrupted: z.boolean(),
    durationMs: z.number().min(0),
    memoryBytes: z.number(),
    packages,
  }),
  /** The interpreter ended itself (os._exit, a fatal error); `exitCode` if an execution was under way. */
  z.object({ type: z.literal('died'), reason: z.string().max(4096), exitCode: z.number().int() }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;

/** Frame to window: what the worker said, and what only the frame knows. */
export const FrameMessage = z.discriminatedUnion('type', [
  ready,
  startFailed,
  text,
  output,
  inputRequested,
  variables,
  z.object({
    type: z.literal('finished'),
    status: z.enum(['succeeded', 'failed', 'stopped', 'interrupted']),
    exitCode: z.number().int(),
    durationMs: z.number().min(0),
    memoryBytes: z.number().nullable(),
    packages,
    kernelLost: z.boolean(),
  }),
  z.object({ type: z.literal('lost'), reason: z.string().max(4096) }),
]);
export type FrameMessage = z.infer<typeof FrameMessage>;

/** Frame to worker, over the port that came with WorkerStart. */
export type WorkerCommand =
  | {
      type: 'execute';
      source: string;
      filename: string;
      isFile: boolean;
      lineOffset: number;
      argv: string[];
      files: KernelFile[];
    }
  | { type: 'inspect' };

/** The first and only message on the worker's own channel. Memory is shared by all workers of a frame. */
export type WorkerStart = {
  port: MessagePort;
  control: SharedArrayBuffer;
  wasm: WebAssembly.Module;
  /** May still be on its way: complete when word 0 of `stdlibReady` is 1, and that before any execution. */
  stdlib: Uint8Array;
  stdlibReady: Int32Array;
  /** Likewise; null: load without it. */
  snapshot: Uint8Array | null;
  snapshotReady: Int32Array;
};

/** Window to frame, by window.postMessage, with one MessagePort. */
export const FrameRequest = z.discriminatedUnion('type', [
  /** Makes a kernel; the port carries KernelCommand to the frame and FrameMessage back. */
  z.object({ type: z.literal('pyexekube.kernel') }),
  /** The port carries `ping` to the frame and `pong` back. */
  z.object({ type: z.literal('pyexekube.watch') }),
]);
