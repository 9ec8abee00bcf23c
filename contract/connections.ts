import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { AbsolutePath } from './files.ts';

/** Id of a saved way to reach a cluster. Opaque; the same context of the same file keeps it. */
export const ConnectionId = z.string().min(1).max(200).brand<'ConnectionId'>();
export type ConnectionId = z.infer<typeof ConnectionId>;

/** A Kubernetes namespace (RFC 1123 label). */
export const NamespaceName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'Lower-case letters, digits and hyphens, at most 63.');

/** A program that a kubeconfig asks to run for signing in. Nothing of it runs before the person has approved exactly this. */
export const SignInCommand = z.object({
  command: z.string(),
  args: z.array(z.string()),
  /** Variables that it sets. */
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  /** What is approved: a digest over command, arguments, variables and the file that asks for it. */
  digest: z.string(),
  approved: z.boolean(),
  /** What the kubeconfig says to do when the program is missing; empty if nothing. */
  installHint: z.string(),
});
export type SignInCommand = z.infer<typeof SignInCommand>;

export const SignIn = z.discriminatedUnion('method', [
  z.object({ method: z.literal('certificate') }),
  z.object({ method: z.literal('token') }),
  z.object({ method: z.literal('password') }),
  z.object({ method: z.literal('oidc') }),
  z.object({ method: z.literal('command'), command: SignInCommand }),
  /** Nobody in particular: the server decides what such a caller may do. */
  z.object({ method: z.literal('none') }),
]);
export type SignIn = z.infer<typeof SignIn>;

/** How a cluster answered last, to a check or to any other use. Times are milliseconds since 1970. */
export const Health = z.discriminatedUnion('state', [
  z.object({ state: z.literal('unknown') }),
  z.object({ state: z.literal('checking'), sinceMs: z.number().int() }),
  /** `version` is empty where the cluster does not tell it. */
  z.object({ state: z.literal('ok'), version: z.string(), latencyMs: z.number(), checkedMs: z.number().int() }),
  /** It asks to run a program first; see `signIn.command`. */
  z.object({ state: z.literal('needsApproval') }),
  /** Refused the sign-in (401), or the sign-in itself failed. */
  z.object({ state: z.literal('signedOut'), message: z.string(), sinceMs: z.number().int() }),
  z.object({ state: z.literal('unreachable'), message: z.string(), sinceMs: z.number().int() }),
]);
export type Health = z.infer<typeof Health>;

export const ConnectionWarning = z.object({
  code: z.enum(['insecureTls', 'plainHttp']),
  message: z.string(),
});
export type ConnectionWarning = z.infer<typeof ConnectionWarning>;

export const Connection = z.object({
  id: ConnectionId,
  /** The context's name. */
  name: z.string(),
  /** File that the context stands in. */
  file: z.string(),
  cluster: z.string(),
  /** URL of the API server; null when the entry is broken. */
  server: z.string().nullable(),
  user: z.string(),
  /** Where runs go: chosen here, else the context's, else `default`. */
  namespace: z.string(),
  namespaceFrom: z.enum(['chosen', 'context', 'default']),
  /** Asks before each run, and is shown in red. */
  production: z.boolean(),
  /** Runs that this application has there at once, at most. */
  maxRuns: z.number().int().min(1),
  /** The kubeconfig's current context. */
  current: z.boolean(),
  signIn: SignIn,
  warnings: z.array(ConnectionWarning),
  /** Why it cannot be used as it stands, such as a cluster that no file defines; null when it can. */
  problem: z.string().nullable(),
  health: Health,
});
export type Connection = z.infer<typeof Connection>;

export const KubeconfigFile = z.object({
  path: z.string(),
  /** Named by $KUBECONFIG, the usual ~/.kube/config, or added here. */
  origin: z.enum(['environment', 'home', 'added']),
  state: z.discriminatedUnion('state', [
    z.object({ state: z.literal('ok'), contexts: z.number().int().min(0) }),
    z.object({ state: z.literal('missing') }),
    /** Cannot be used; `line` and `column` (first is 1) where known. Other files are not affected. */
    z.object({ state: z.literal('broken'), message: z.string(), line: z.number().int().nullable(), column: z.number().int().nullable() }),
  ]),
});
export type KubeconfigFile = z.infer<typeof KubeconfigFile>;

export const Connections = z.object({ connections: z.array(Connection), files: z.array(KubeconfigFile) });
export type Connections = z.infer<typeof Connections>;

const One = z.object({ id: ConnectionId });

export const connectionsContract = {
  /** All contexts of all kubeconfigs. Reads files only; no cluster is asked. */
  list: procedure.output(Connections),

  /** The same now and after each change of a file, a setting or a health. Cancelling ends it. */
  watch: procedure.output(eventIterator(Connections)),

  /** Adds a kubeconfig; it is remembered, and watched. A broken one is added too, and named as such. @throws NOT_FOUND · INVALID_INPUT a folder */
  addFile: procedure.input(z.object({ path: AbsolutePath })).output(Connections),

  /** Forgets an added kubeconfig; the file stays. @throws NOT_FOUND it was not added here */
  removeFile: procedure.input(z.object({ path: AbsolutePath })).output(Connections),

  /** Changes what is kept about a connection. `namespace: null` goes back to the context's own. @throws NOT_FOUND */
  update: procedure
    .input(
      z.object({
        id: ConnectionId,
        production: z.boolean().optional(),
        namespace: NamespaceName.nullable().optional(),
        maxRuns: z.number().int().min(1).max(1000).optional(),
      }),
    )
    .output(Connection),

  /**
   * Allows the program that a connection signs in with. The digest must be the one that was shown: if the kubeconfig has changed
   * since, nothing is approved.
   * @throws NOT_FOUND · CONFLICT the command is another by now
   */
  approveCommand: procedure.input(z.object({ id: ConnectionId, digest: z.string().max(200) })).output(Connection),

  /** Takes the approval back. @throws NOT_FOUND */
  revokeCommand: procedure.input(One).output(Connection),

  /** Asks the cluster for its version, within 10 s. What it answers is the connection's health, not an error. @throws NOT_FOUND */
  check: procedure.input(One).output(Connection),

  /**
   * Namespaces that the person may list; null when they may not (then a name is typed).
   * @throws NOT_FOUND · UNAVAILABLE · UNAUTHENTICATED · FORBIDDEN the sign-in program is not approved
   */
  namespaces: procedure.input(One).output(z.object({ namespaces: z.array(z.string()).nullable() })),
};
