import { z } from 'zod';
import { TracebackFrame } from './output.ts';

/** The one button beside a failure. */
export const FailureAction = z.discriminatedUnion('kind', [
  /** The same again, unchanged. */
  z.object({ kind: z.literal('runAgain'), label: z.string() }),
  /** The same again with this much memory (a Kubernetes quantity). */
  z.object({ kind: z.literal('runAgainWithMemory'), label: z.string(), memory: z.string() }),
  /** The same again with this deadline. */
  z.object({ kind: z.literal('runAgainWithTimeout'), label: z.string(), timeoutSeconds: z.number().int().min(1) }),
  /** Opens the profile at one of its fields. */
  z.object({ kind: z.literal('editProfile'), label: z.string(), field: z.string() }),
  /** Opens the editor at the innermost frame. */
  z.object({ kind: z.literal('openTraceback'), label: z.string(), frames: z.array(TracebackFrame).max(200) }),
  /** Text for someone else: a Role for the administrator, for example. */
  z.object({ kind: z.literal('copyText'), label: z.string(), text: z.string() }),
  /** Opens the connection: to sign in, to approve, to choose a namespace. */
  z.object({ kind: z.literal('openConnection'), label: z.string() }),
  /** Shows the console at its end. */
  z.object({ kind: z.literal('showOutput'), label: z.string() }),
  /** Opens the list of what is left in the namespace. */
  z.object({ kind: z.literal('cleanUp'), label: z.string() }),
]);
export type FailureAction = z.infer<typeof FailureAction>;

export const FailureKind = z.enum([
  'imagePull', 'outOfMemory', 'unschedulable', 'quota', 'podSecurity', 'admission', 'invalid', 'deadline', 'evicted', 'nodeLost', 'volume',
  'containerStart', 'requirements', 'traceback', 'exitCode', 'signal', 'rightsLost', 'signInExpired', 'unreachable', 'jobDeleted', 'namespaceGone',
  'filesNotSent', 'unknown',
]);
export type FailureKind = z.infer<typeof FailureKind>;

/** Why a cluster run did not succeed: one sentence and one button. */
export const Failure = z.object({
  kind: FailureKind,
  /** What happened and why: which image, which resource, which field. */
  message: z.string(),
  action: FailureAction.nullable(),
  /** What the cluster said, word by word. */
  evidence: z.string(),
});
export type Failure = z.infer<typeof Failure>;
