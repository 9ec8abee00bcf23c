import { createRouterClient } from '@orpc/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClientId, newId } from '../../contract/ids.ts';
import { ProfileId, ProfileSettings } from '../../contract/profiles.ts';
import { createCore, type Core } from '../../main/core/core.ts';

let home: string;
let core: Core;
const api = () => createRouterClient(core.router, { context: { clientId: newClientId() } }).profiles;
const open = (): Promise<Core> => createCore({ home, host: 'test', appVersion: '0.0.0', kubeconfigs: { environment: '', home } });

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'pyexekube-profiles-'));
  core = await open();
});
afterEach(async () => {
  await core.dispose();
  rmSync(home, { recursive: true, force: true });
});

const id = (): ProfileId => ProfileId.parse(newId());

describe('profiles', () => {
  it('begin with one that works as it is', async () => {
    const { profiles } = await api().list();
    expect(profiles).toMatchObject([{ name: 'small', settings: ProfileSettings.parse({}), imagePython: { version: '3.13', from: 'tag' } }]);
  });

  it('are kept under their names, changed and forgotten', async () => {
    const gpu = { id: id(), name: 'gpu', settings: ProfileSettings.parse({ extendedResources: { 'nvidia.com/gpu': 1 } }) };
    await api().save(gpu);
    await expect(api().save({ ...gpu, id: id(), name: 'GPU' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await api().save({ ...gpu, name: 'one gpu' });
    await core.dispose();
    core = await open();
    expect((await api().list()).profiles.map(({ name }) => name)).toEqual(['one gpu', 'small']);
    await api().delete({ id: gpu.id });
    await expect(api().delete({ id: gpu.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(api().save({ ...gpu, settings: { ...gpu.settings, userId: 0 } })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('go out as YAML, without what is usual, and come back', async () => {
    const settings = ProfileSettings.parse({ cpu: '4', volumes: [{ claim: 'data', use: 'input', mountPath: '/data' }], packageIndex: { url: 'https://pypi.example.com/simple' } });
    const saved = await api().save({ id: id(), name: 'big', settings });
    const { yaml } = await api().exportYaml({ id: saved.id });
    expect(yaml).toMatch(/^name: big\ncpu: "4"\nvolumes:\n/);
    expect(yaml).not.toContain('memory');
    await expect(api().importYaml({ yaml })).rejects.toMatchObject({ code: 'CONFLICT' });
    const { profiles } = await api().importYaml({ yaml: `${yaml}---\nname: other\n`, replace: true });
    expect(profiles).toMatchObject([{ id: saved.id, name: 'big', settings }, { name: 'other' }]);
  });

  it.each([
    ['name: x\ncpu: "0"\n', /^cpu: .*\(line 2\)/],
    ['name: x\ncpus: 2\n', /no field "cpus" \(line 2\)/],
    ['name: x\nvolumes:\n  - claim: a\n    use: input\n    mountPath: /etc\n', /volumes\.0\.mountPath.*\(line 5\)/],
    ['name: x\n  cpu: 1\n', /\(line \d\)/],
    ['cpu: "1"\n', /needs a name/],
    ['- a\n', /list of fields/],
    ['name: &a x\nimage: *a\n', /Aliases/],
    ['a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nname: x\n', /Aliases/],
    ['name: x\nname: y\n', /\(line 2\)/],
    ['', /no profile/],
    ['name: x\n---\nname: y\nmemory: lots\n', /memory: .*\(line 4\)/],
  ])('that are wrong are refused with their line: %j', async (yaml, message) => {
    await expect(api().importYaml({ yaml })).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) as string });
    expect((await api().list()).profiles).toHaveLength(1);
  });

  it.each([
    ['python:3.12-slim', '3.12'], ['docker.io/library/python:3.11.4@sha256:' + 'a'.repeat(64), '3.11.4'], ['localhost:5000/python', null], ['python@sha256:' + 'a'.repeat(64), null], ['pytorch/pytorch:2.1', null], ['python:latest', null],
    ['ghcr.io/astral-sh/uv:python3.12-bookworm', '3.12'],
  ])('know the Python of %s', async (image, version) => {
    expect((await api().imagePython({ image })).python).toEqual(version === null ? null : { version, from: 'tag' });
  });
});
