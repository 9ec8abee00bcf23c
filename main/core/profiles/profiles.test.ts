import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../contract/ids.ts';
import { ProfileId, ProfileSettings } from '../../../contract/profiles.ts';
import { openStorage, type Storage } from '../database/index.ts';
import { versionOfTag } from './images.ts';
import { createProfiles, type Profiles } from './profiles.ts';
import { profilesFromYaml, profileToYaml } from './yaml.ts';

describe('profiles as YAML', () => {
  it('come back as they were', () => {
    const one = { name: 'one', settings: ProfileSettings.parse({ memory: '3Gi' }) };
    expect(profileToYaml(one)).toBe('name: one\nmemory: 3Gi\n');
    expect(profilesFromYaml(`${profileToYaml(one)}---\nname: two\n`)).toEqual([one, { name: 'two', settings: ProfileSettings.parse({}) }]);
  });

  it.each([
    ['', 'no profile (line 1)'],
    [Array(101).fill('name: x').join('\n---\n'), 'more than 100'],
    ['name: [', '(line 1)'],
    ['- a', 'list of fields (line 1)'],
    ['name: &a x\nimage: *a', 'Aliases'],
    ['name: x\n\nmemroy: 1Gi', 'no field "memroy" (line 3)'],
    ['memory: 1Gi', 'needs a name'],
    ['apiVersion: batch/v1\nkind: Job\nspec: { template: { spec: { hostPID: true } } }', 'This is a Kubernetes object (Job), not a profile'],
    ['name: x\nmemory: much', 'memory: A quantity'],
    ['name: x\nsettings:\n  cpu: 1', 'no field "settings" (line 2)'],
    ['name: x\ncpu: 100m\nmemory: 100m', 'memory: A size such as 512Mi or 2G; m is a thousandth of a byte. (line 3)'],
    ['name: x\ncpu: 0', 'cpu: A quantity above zero. (line 2)'],
    ['name: x\ncpu: 0e3', 'cpu: A quantity above zero. (line 2)'],
    ['name: x\ncpu: 0x10', 'cpu: A quantity such as'],
    ['name: x\ncpu: [1]', 'cpu: A text is wanted. (line 2)'],
    ['name: x\ntimeoutSeconds: 1h', 'timeoutSeconds: A number is wanted. (line 2)'],
    ['name: x\nextendedResources: {nvidia.com/gpu: 0.5}', 'extendedResources.nvidia.com/gpu: A whole number is wanted.'],
    ['name: x\nenv:\n  PYEXEKUBE_X: y', 'env.PYEXEKUBE_X: Names with PYEXEKUBE_ are set by PyExeKube. (line 3)'],
  ])('name the line that is wrong: %j', (text, message) => {
    expect(() => profilesFromYaml(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) }));
  });
});

it('take what is written as text where YAML sees something else', () => {
  const text = 'name: a\ncpu: 0.5\ncpuRequest: 1\nmemory: 1e9\nenv:\n  ONE: 1\n  RATE: 1.50\n  ON: true\nnodeSelector: { zone: 2 }\n';
  const [profile] = profilesFromYaml(text);
  expect(profile?.settings).toMatchObject({ cpu: '0.5', cpuRequest: '1', memory: '1e9', env: { ONE: '1', RATE: '1.50', ON: 'true' }, nodeSelector: { zone: '2' } });
  expect(profile === undefined ? [] : profilesFromYaml(profileToYaml(profile))).toEqual([profile]);
});

describe("an image's Python", () => {
  it.each([
    ['docker.io/library/python:3.12.4-slim', '3.12.4'],
    ['python:3.13@sha256:0', '3.13'],
    ['ghcr.io/astral-sh/uv:python3.12-alpine', '3.12'],
    ['python:latest', null],
    ['python', null],
    ['host:5000/python', null],
    ['debian:3.12', null],
  ])('of %s is %s by its tag', (image, version) => {
    expect(versionOfTag(image)).toBe(version);
  });
});

describe('kept profiles', () => {
  let home: string;
  let storage: Storage;
  let profiles: Profiles;
  let said: string[];
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'pyexekube-profiles-'));
    said = [];
    storage = await openStorage({ path: join(home, 'db.sqlite'), backupFolder: join(home, 'backups'), log: () => undefined });
    profiles = createProfiles(storage, (text) => said.push(text));
  });
  afterEach(async () => {
    await storage.close();
    rmSync(home, { recursive: true });
  });

  it('have one name each, whatever its case', () => {
    const settings = ProfileSettings.parse({});
    profiles.save({ id: ProfileId.parse(newId()), name: 'Mine', settings });
    expect(() => profiles.save({ id: ProfileId.parse(newId()), name: 'mine', settings })).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(() => profiles.delete(ProfileId.parse(newId()))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('learn the Python of an image from a run', () => {
    expect(profiles.imagePython('mine:1')).toBeNull();
    profiles.learned('mine:1', '3.11.2');
    profiles.learned('mine:1', '3.11.2');
    expect(profiles.imagePython('mine:1')).toEqual({ version: '3.11.2', from: 'run' });
  });

  it.each(['{"memory":7}', 'not JSON'])('that cannot be read are plain, and told: %s', (text) => {
    storage.write((sql) => sql.run('INSERT INTO profiles (id, name, settings, updated_ms) VALUES (?, ?, ?, ?)', newId(), 'old', text, 1));
    expect(profiles.list().find(({ name }) => name === 'old')).toMatchObject({ settings: ProfileSettings.parse({}) });
    expect(said).toEqual([expect.stringContaining('the profile old is not valid any more')]);
  });
});
