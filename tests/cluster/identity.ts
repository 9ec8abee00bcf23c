import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from './harness.ts';

/** Puts a text into a file of its own, for kubectl. */
export function writeManifest(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'pyexekube-manifest-')), 'objects.yaml');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** A kubeconfig of somebody without any right: a ServiceAccount that is made for it. */
export function kubeconfigWithoutRights(namespace: string): string {
  kubectl('--namespace', namespace, 'create', 'serviceaccount', 'somebody');
  const token = kubectl('--namespace', namespace, 'create', 'token', 'somebody').trim();
  const config = JSON.parse(kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output', 'json')) as { users: unknown; contexts: { context: { user: string } }[] };
  config.users = [{ name: 'somebody', user: { token } }];
  for (const { context } of config.contexts) context.user = 'somebody';
  return writeManifest(JSON.stringify(config));
}
