import { describe, expect, it } from 'vitest';
import { ProfileSettings } from '../../contract/profiles.ts';
import { formGroups, groupOf } from './formFields.ts';
import { checkDraft, faultAt, toDraft, type ProfileDraft } from './profileDraft.ts';

const full = ProfileSettings.parse({
  image: 'ghcr.io/company/science:1.2',
  imagePullPolicy: 'Always',
  imagePullSecrets: ['registry', 'mirror'],
  python: '/opt/venv/bin/python',
  cpu: '500m',
  memory: '1.5Gi',
  cpuRequest: '250m',
  memoryRequest: '1Gi',
  ephemeralStorage: '10Gi',
  sharedMemory: '1Gi',
  extendedResources: { 'nvidia.com/gpu': 2 },
  env: { MODE: 'fast and loose', EMPTY: '' },
  secrets: [
    { as: 'env', secret: 'all', prefix: 'DB_' },
    { as: 'variable', secret: 'one', key: 'pass.word', name: 'PASSWORD' },
    { as: 'files', secret: 'keys', mountPath: '/secrets/keys' },
  ],
  timeoutSeconds: 5400,
  startTimeoutSeconds: 90,
  retries: 3,
  ttlSeconds: 3600,
  holdSeconds: 0,
  serviceAccount: 'runner',
  nodeSelector: { 'topology.kubernetes.io/zone': 'a' },
  tolerations: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, {}],
  priorityClass: 'low',
  queue: 'team',
  userId: null,
  volumes: [{ claim: 'work', use: 'work' }, { claim: 'data', use: 'input', mountPath: '/data', subPath: 'v1' }],
  install: 'never',
  packageIndex: { url: 'https://index.company/simple', extraUrls: ['https://other.company/simple'], credentialsSecret: 'index', trustedHosts: ['index.company'] },
  artifacts: { patterns: ['my plots *.png', 'results/{a,b}/**'], maxBytes: 1500, maxFiles: 7 },
});

function withValue(path: string, text: string, settings = ProfileSettings.parse({})): ProfileDraft {
  const draft = toDraft(settings);
  return { ...draft, values: { ...draft.values, [path]: text } };
}

function withRows(path: string, rows: readonly Record<string, string>[]): ProfileDraft {
  const draft = toDraft(ProfileSettings.parse({}));
  return { ...draft, rows: { ...draft.rows, [path]: rows } };
}

function faultsOf(draft: ProfileDraft): Record<string, string> {
  const check = checkDraft(draft);
  return check.ok ? {} : Object.fromEntries(check.faults);
}

describe('the form of a profile', () => {
  it('has a place for every field of the contract', () => {
    const leaves = Object.entries(ProfileSettings.parse({})).flatMap(([key, value]) =>
      key === 'packageIndex' || key === 'artifacts' ? Object.keys(Object(value)).map((inner) => `${key}.${inner}`) : [key],
    );
    const paths = formGroups.flatMap((group) => group.fields.map((field) => field.path));
    expect([...paths].sort()).toEqual([...leaves].sort());
  });

  it('gives back what it was given', () => {
    for (const settings of [ProfileSettings.parse({}), full]) expect(checkDraft(toDraft(settings))).toEqual({ ok: true, settings });
  });

  it('names what cannot be meant, at its field', () => {
    expect(Object.keys(faultsOf(withValue('memory', 'a lot')))).toEqual(['memory']);
    expect(faultsOf(withValue('timeoutSeconds', 'soon'))['timeoutSeconds']).toMatch(/length of time/);
    expect(faultsOf(withValue('retries', '1.5'))['retries']).toMatch(/whole number/);
    expect(Object.keys(faultsOf(withValue('packageIndex.url', 'https://me:secret@index/')))).toEqual(['packageIndex.url']);
    const check = checkDraft(withValue('imagePullSecrets', 'good, Not_Good'));
    expect(check.ok ? null : faultAt(check.faults, 'imagePullSecrets')).toMatch(/lower-case/i);
  });

  it('names faults in rows by the row that is seen, whatever is blank before it', () => {
    const blank = { name: '', value: '' };
    expect(Object.keys(faultsOf(withRows('env', [blank, { name: 'GOOD', value: 'x' }, { name: '1BAD', value: 'x' }])))).toEqual(['env.2.name']);
    expect(faultsOf(withRows('env', [{ name: 'A', value: '1' }, { name: 'A', value: '2' }]))['env.1.name']).toMatch(/twice/);
    expect(Object.keys(faultsOf(withRows('extendedResources', [{ name: 'nvidia.com/gpu', value: 'two' }])))).toEqual(['extendedResources.0.value']);
    expect(Object.keys(faultsOf(withRows('artifacts.patterns', [{ value: '' }, { value: '../secret' }])))).toEqual(['artifacts.patterns.1.value']);
    const volumes = [{ claim: '', use: 'input', mountPath: '', subPath: '' }, { claim: 'data', use: 'input', mountPath: '/etc', subPath: '' }];
    expect(Object.keys(faultsOf(withRows('volumes', volumes)))).toEqual(['volumes.1.mountPath']);
  });

  it('leaves out what a choice has no use for', () => {
    const check = checkDraft(withRows('secrets', [{ as: 'files', secret: 'keys', prefix: 'X_', key: 'k', name: 'N', mountPath: '/keys' }]));
    expect(check.ok && check.settings.secrets).toEqual([{ as: 'files', secret: 'keys', mountPath: '/keys' }]);
  });
});

describe('groupOf', () => {
  it('finds the group of a field as failures name it', () => {
    expect([groupOf('memory'), groupOf('packageIndex'), groupOf('tolerations'), groupOf('nothing')]).toEqual(['resources', 'packages', 'placement', 'image']);
  });
});
