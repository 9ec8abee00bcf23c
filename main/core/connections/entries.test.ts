import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextsOf, type ContextEntry } from './entries.ts';
import { parseKubeconfig } from './kubeconfigFile.ts';

const path = resolve('/home/me/config');

/** The one context of a kubeconfig. */
function entryOf(content: { cluster?: object; user?: object; context?: object }): ContextEntry {
  const text = JSON.stringify({
    clusters: [{ name: 'a', cluster: { server: 'https://a.example', ...content.cluster } }],
    users: [{ name: 'me', user: content.user ?? {} }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'me', ...content.context } }],
  });
  const parsed = parseKubeconfig(text, path);
  if (!parsed.ok) throw new Error(parsed.message);
  const [entry] = contextsOf([{ path, origin: 'home', contents: parsed.contents }]);
  if (entry === undefined) throw new Error('no context');
  return entry;
}

describe('the text of a kubeconfig', () => {
  it.each(['', '# nothing yet\n', '{}', 'clusters:\nusers: null\n'])('may say nothing: %j', (text) => {
    expect(parseKubeconfig(text, path)).toEqual({ ok: true, contents: { clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: '' } });
  });

  it.each([
    ['just words', 'It is no kubeconfig.', 1],
    ['apiVersion: v1\nusers: 7\n', '"users" is not what a kubeconfig has there.', 2],
    ['users: []\nusers: []\n', 'Map keys must be unique', 2],
    ['users: []\n---\nusers: []\n', 'It holds more than one document.', 2],
  ])('is refused with its line: %j', (text, message, line) => {
    expect(parseKubeconfig(text, path)).toMatchObject({ ok: false, message, line });
  });

  it('leaves out entries that are none, and takes the first of two with one name', () => {
    const parsed = parseKubeconfig(JSON.stringify({ users: [7, { name: '' }, { name: 'x', user: 'me' }, { name: 'x', user: { token: '1' } }, { name: 'x', user: { token: '2' } }] }), path);
    expect(parsed.ok && [...parsed.contents.users]).toEqual([['x', { token: '1' }]]);
  });
});

describe('a context', () => {
  it('looks beside its kubeconfig for files and for a program with a path', () => {
    const beside = (name: string): string => join(path, '..', name);
    const absolute = resolve('/certs/key');
    expect(entryOf({ cluster: { 'certificate-authority': 'ca.pem' }, user: { 'client-certificate': 'c.pem', 'client-key': absolute } }).kubeconfig).toMatchObject({
      cluster: { 'certificate-authority': beside('ca.pem') },
      user: { 'client-certificate': beside('c.pem'), 'client-key': absolute },
    });
    expect(entryOf({ cluster: { 'certificate-authority': 'ca.pem', 'certificate-authority-data': 'eA==' } }).kubeconfig.cluster).not.toHaveProperty('certificate-authority');
    expect(entryOf({ user: { exec: { command: './bin/sign-in' } } }).exec?.plugin.command).toBe(beside('bin/sign-in'));
    expect(entryOf({ user: { exec: { command: 'sign-in' } } }).exec?.plugin.command).toBe('sign-in');
  });

  it.each([
    [{ context: { cluster: ['a'] } }, 'names no cluster'],
    [{ context: { cluster: 7 } }, 'the cluster "7"'],
    [{ context: { namespace: '../../secrets' } }, '"../../secrets" is no name'],
    [{ cluster: { server: 'ftp://a' } }, 'server: ftp://a'],
    [{ cluster: { server: 'https://[::a' } }, 'server: https://[::a'],
    [{ user: { exec: { command: '' } } }, 'not written as a kubeconfig wants it'],
    [{ user: { exec: { command: 'x', interactiveMode: 'Always' } } }, 'wants a terminal'],
    [{ user: { 'auth-provider': { name: 'azure' } } }, 'removed from Kubernetes'],
  ])('says why it cannot be used: %j', (content, problem) => {
    expect(entryOf(content).problem).toContain(problem);
  });

  it('has no name that looks like another', () => {
    const set = parseKubeconfig(JSON.stringify({ clusters: [{ name: 'c\u202e', cluster: { server: 'https://a' } }], contexts: [{ name: 'test/\u202edorp\u200b\n', context: { cluster: 'c\u202e' } }] }), path);
    const [entry] = contextsOf(set.ok ? [{ path, origin: 'home', contents: set.contents }] : []);
    expect(entry).toMatchObject({ name: 'test/\ufffddorp\ufffd\ufffd', clusterName: 'c\ufffd', problem: null, server: 'https://a' });
  });

  it('may do without a user, and with the sign-in providers that are left', () => {
    expect(entryOf({ context: { user: undefined } }).problem).toBeNull();
    expect(entryOf({ user: { 'auth-provider': { name: 'oidc' } } }).problem).toBeNull();
  });

  it('asks for another approval when anything about its program changes', () => {
    const digestOf = (exec: object) => entryOf({ user: { exec: { command: 'x', ...exec } } }).exec?.digest;
    const digests = [{}, { args: ['a'] }, { args: ['a', 'b'] }, { args: ['a b'] }, { env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'A', value: '2' }] }].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf({ args: null, env: null })).toBe(digests[0]);
  });

  it('never hands on what would run a program or read a file by itself', () => {
    const { kubeconfig, tokenFile } = entryOf({ user: { exec: { command: 'x' }, tokenFile: 'token', 'token-file': 'other' } });
    expect(kubeconfig.user).toEqual({});
    expect(tokenFile).toBe(join(path, '..', 'token'));
  });
});
