import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../contract/errors.ts';
import type { Credentials } from '../cluster/index.ts';
import type { ContextEntry, ExecPlugin } from './entries.ts';

/** A sign-in program may ask its own server, or open a browser; longer than this it is stuck. */
const commandTimeoutMs = 60_000;
const maxOutputBytes = 1024 * 1024;
/** A token file is read again after this, as client-go does. */
const tokenFileMs = 60_000;
/** A token this close to its end is renewed. */
const marginMs = 30_000;

const ExecCredential = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

export interface SignInSource {
  /** @throws AppError the context is gone or broken */
  entry(): ContextEntry;
  isApproved(digest: string): boolean;
}

/** Gives the credentials of one context and keeps them until they end. */
export function createSignIn({ entry, isApproved }: SignInSource): (refused: boolean) => Promise<Credentials> {
  let kept: { what: string; credentials: Credentials; untilMs: number } | undefined;

  return async (refused) => {
    const { exec, tokenFile, kubeconfig, name } = entry();
    const what = exec?.digest ?? tokenFile ?? '';
    if (what === '') return {};
    // Before the kept ones are used: an approval that was taken back ends the sign-in.
    if (exec !== null && !isApproved(exec.digest)) throw notApproved(name, exec.plugin);
    if (!refused && kept?.what === what && Date.now() < kept.untilMs) return kept.credentials;
    if (exec === null) kept = { what, credentials: { token: await readToken(tokenFile ?? '') }, untilMs: Date.now() + tokenFileMs };
    else kept = { what, ...(await runPlugin(exec.plugin, kubeconfig.cluster)) };
    return kept.credentials;
  };
}

function notApproved(name: string, { command, args }: ExecPlugin): AppError {
  return new AppError('FORBIDDEN', `The connection "${name}" signs in with a program that was not allowed yet: ${[command, ...args].join(' ')}`, {
    action: 'Look at the command, and allow it if you know it.',
  });
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new AppError('UNAUTHENTICATED', `The token file ${path} cannot be read.`, { action: 'Sign in again.', cause: error });
  }
}

async function runPlugin(plugin: ExecPlugin, cluster: Record<string, unknown>): Promise<{ credentials: Credentials; untilMs: number }> {
  const output = await runCommand(plugin, execInfo(plugin, cluster));
  const parsed = ExecCredential.safeParse(parseJson(output));
  if (!parsed.success) throw failed(plugin, 'it did not answer with an ExecCredential');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = parsed.data.status;
  if (token === undefined && clientCertificateData === undefined) throw failed(plugin, 'it gave neither a token nor a certificate');
  const endMs = expirationTimestamp === undefined ? Number.NaN : Date.parse(expirationTimestamp);
  return {
    credentials: {
      ...(token === undefined ? {} : { token }),
      ...(clientCertificateData === undefined ? {} : { certData: clientCertificateData }),
      ...(clientKeyData === undefined ? {} : { keyData: clientKeyData }),
    },
    untilMs: Number.isNaN(endMs) ? Number.POSITIVE_INFINITY : endMs - marginMs,
  };
}

/** What the program is told in KUBERNETES_EXEC_INFO (client.authentication.k8s.io, ExecCredentialSpec). */
function execInfo({ apiVersion, provideClusterInfo }: ExecPlugin, cluster: Record<string, unknown>): string {
  const spec = { interactive: false, ...(provideClusterInfo ? { cluster } : {}) };
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
}

/** Where cloud vendors' and package managers' installers put programs. A desktop starts an application without what the shell adds to the PATH. */
function searchPath(path: string | undefined): string {
  const usual = ['/usr/local/bin', '/opt/homebrew/bin', '/home/linuxbrew/.linuxbrew/bin', '/snap/bin', join(homedir(), '.local/bin'), join(homedir(), 'bin'), join(homedir(), 'google-cloud-sdk/bin')];
  const named = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...named, ...usual.filter((folder) => !named.includes(folder))].join(delimiter);
}

function runCommand(plugin: ExecPlugin, info: string): Promise<string> {
  const given: NodeJS.ProcessEnv = { ...process.env, ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info };
  // Windows has its own spelling of the name, and no folders of ours.
  const env = process.platform === 'win32' ? given : { ...given, PATH: searchPath(given['PATH']) };
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command, plugin.args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: commandTimeoutMs, killSignal: 'SIGKILL', windowsHide: true });
    const stdout: Buffer[] = [];
    let stderr = '';
    let bytes = 0;
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > maxOutputBytes) child.kill('SIGKILL');
      else stdout.push(part);
    });
    child.stderr.on('data', (part: Buffer) => {
      stderr = (stderr + part.toString('utf8')).slice(-2000);
    });
    child.on('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      reject(failed(plugin, isMissing ? `it is not installed${plugin.installHint === '' ? '' : `. ${plugin.installHint.trim()}`}` : error.message));
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(stdout).toString('utf8'));
      else reject(failed(plugin, signal === null ? `it ended with ${code}: ${stderr.trim()}` : 'it was stopped: it took too long or said too much'));
    });
  });
}

function failed({ command }: ExecPlugin, why: string): AppError {
  return new AppError('UNAUTHENTICATED', `Signing in with ${command} failed: ${why}.`, { action: 'Run the program in a terminal to see what it wants, then check the connection.' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
