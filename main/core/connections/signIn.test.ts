import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contextsOf, type ContextEntry } from './entries.ts';
import { parseKubeconfig } from './kubeconfigFile.ts';
import { createSignIn } from './signIn.ts';

describe('signing in', () => {
  let home: string;
  let runs: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-sign-in-'));
    runs = join(home, 'runs');
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** The context of a kubeconfig with this user. */
  function entryWith(user: object): ContextEntry {
    const path = join(home, 'config');
    const text = JSON.stringify({ clusters: [{ name: 'a', cluster: { server: 'https://a.example' } }], users: [{ name: 'me', user }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'me' } }] });
    const parsed = parseKubeconfig(text, path);
    if (!parsed.ok) throw new Error(parsed.message);
    const [entry] = contextsOf([{ path, origin: 'home', contents: parsed.contents }]);
    if (entry === undefined) throw new Error('no context');
    return entry;
  }
  function signInWith(user: object, isApproved = () => true) {
    const entry = entryWith(user);
    return createSignIn({ entry: () => entry, isApproved });
  }
  /** A program that notes each run, then does what the script says. */
  function program(script: string, more: object = {}): object {
    const path = join(home, 'program.cjs');
    writeFileSync(path, `require('fs').appendFileSync(${JSON.stringify(runs)}, process.env.KUBERNETES_EXEC_INFO + '\\n');\n${script}\n`);
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [path], ...more } };
  }
  const answer = (status: object): string => `console.log(JSON.stringify({ kind: 'ExecCredential', status: ${JSON.stringify(status)} }));`;
  const ran = (): string[] => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n') : []);

  it('keeps what the program gave until the server refuses it', async () => {
    const signIn = signInWith(program(answer({ token: 't', clientCertificateData: 'cert', clientKeyData: 'key' })));
    const credentials = { token: 't', certData: 'cert', keyData: 'key' };
    expect(await signIn(false)).toEqual(credentials);
    expect(await signIn(false)).toEqual(credentials);
    expect(ran()).toHaveLength(1);
    expect(await signIn(true)).toEqual(credentials);
    expect(ran()).toHaveLength(2);
  });

  it.each([
    ['2001-01-01T00:00:00Z', 2],
    ['2999-01-01T00:00:00Z', 1],
    ['some day', 1],
  ])('runs the program again when what it gave has ended: %s, %i runs', async (expirationTimestamp, count) => {
    const signIn = signInWith(program(answer({ token: 't', expirationTimestamp })));
    await signIn(false);
    await signIn(false);
    expect(ran()).toHaveLength(count);
  });

  it.skipIf(process.platform === 'win32')('finds a program where installers put it, also when the desktop has started the application', async () => {
    const folder = join(home, '.local/bin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'pyexekube-test-sign-in'), `#!${process.execPath}\n${answer({ token: 'found' })}\n`, { mode: 0o755 });
    vi.stubEnv('HOME', home);
    vi.stubEnv('PATH', '/usr/bin:/bin');
    try {
      expect(await signInWith({ exec: { command: 'pyexekube-test-sign-in' } })(false)).toEqual({ token: 'found' });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('tells the program of the cluster only where it wants that', async () => {
    await signInWith(program(answer({ token: 't' })))(false);
    await signInWith(program(answer({ token: 't' }), { provideClusterInfo: true }))(false);
    const told: unknown[] = ran().map((line): unknown => JSON.parse(line));
    const info = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
    expect(told).toEqual([
      { ...info, spec: { interactive: false } },
      { ...info, spec: { interactive: false, cluster: { server: 'https://a.example' } } },
    ]);
  });

  it('runs nothing that is not approved, and uses nothing kept once the approval is taken back', async () => {
    let isApproved = false;
    const signIn = signInWith(program(answer({ token: 't' })), () => isApproved);
    await expect(signIn(false)).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining(process.execPath) });
    expect(ran()).toEqual([]);
    isApproved = true;
    await signIn(false);
    isApproved = false;
    await expect(signIn(false)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['is stopped', `process.kill(process.pid, 'SIGKILL')`, 'it was stopped'],
    ['says too much', `process.stdout.write('x'.repeat(3 * 1024 * 1024), () => setInterval(() => undefined, 1000))`, 'said too much'],
    ['answers something else', `console.log('[]')`, 'ExecCredential'],
  ])('tells why when the program %s', async (_, script, why) => {
    const isWindowsKill = process.platform === 'win32' && script.startsWith('process.kill');
    const signIn = signInWith(program(script));
    await expect(signIn(false)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(isWindowsKill ? 'failed' : why) });
  });

  it.each([
    [undefined, 'it is not installed.'],
    [' Get it at x \n', 'it is not installed. Get it at x.'],
  ])('says how to get a program that is not installed: %j', async (installHint, why) => {
    const signIn = signInWith({ exec: { command: './not-there', installHint } });
    await expect(signIn(false)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: `Signing in with ${join(home, 'not-there')} failed: ${why}` });
  });

  it('reads a token file beside the kubeconfig, and again once the server refuses the token', async () => {
    const signIn = signInWith({ tokenFile: 'token' });
    await expect(signIn(false)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining(join(home, 'token')) });
    writeFileSync(join(home, 'token'), 'one\n');
    expect(await signIn(false)).toEqual({ token: 'one' });
    appendFileSync(join(home, 'token'), 'two\n');
    expect(await signIn(false)).toEqual({ token: 'one' });
    expect(await signIn(true)).toEqual({ token: 'one\ntwo' });
  });

  it('needs nothing where the kubeconfig has all', async () => {
    expect(await signInWith({ username: 'me', password: 'p' })(false)).toEqual({});
  });
});
