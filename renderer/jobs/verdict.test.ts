import { describe, expect, it } from 'vitest';
import type { JobPreview, PreflightCheck } from '../../contract/index.ts';
import { placeCheck, verdictOf, type Known } from './verdict.ts';

const file = (path: string) => ({ path, bytes: 10 });
const preview: JobPreview = {
  connectionName: 'dev', server: 'https://dev', namespace: 'ml', production: false, yaml: '', files: [file('main.py')], totalBytes: 10, requirementsFrom: null, requirements: [], warnings: [],
};
const check = (state: PreflightCheck['state'], id = 'rights'): PreflightCheck => ({ id, title: id, state, evidence: '', fix: null });
const known = (change: Partial<Known>): Known => ({
  preview, previewFailure: null, checks: [check('passed')], isChecked: true, checkFailure: null, isReview: false, areFilesSeen: false, ...change,
});

describe('verdictOf', () => {
  it('lets a run go that needs nobody', () => {
    expect(verdictOf(known({}))).toBe('go');
  });

  it('waits for what is still asked', () => {
    expect(verdictOf(known({ preview: null }))).toBe('wait');
    expect(verdictOf(known({ isChecked: false, checks: [check('running')] }))).toBe('wait');
  });

  it('is not held up by what cannot be known', () => {
    expect(verdictOf(known({ checks: [check('unknown')] }))).toBe('go');
  });

  it('stops at what would fail, whatever else is known', () => {
    expect(verdictOf(known({ preview: null, isChecked: false, checks: [check('failed')] }))).toBe('blocked');
    expect(verdictOf(known({ previewFailure: 'no such folder' }))).toBe('blocked');
    expect(verdictOf(known({ preview: { ...preview, production: true }, checks: [check('failed')] }))).toBe('blocked');
  });

  it.each<[string, Partial<Known>]>([
    ['a production cluster', { preview: { ...preview, production: true } }],
    ['a warning about the files', { preview: { ...preview, warnings: ['120 MB'] } }],
    ['a warning of a check', { checks: [check('warning')] }],
    ['checks that could not be made', { checkFailure: 'the core is gone' }],
    ['the wish to look first', { isReview: true }],
    ['files that were never shown', { preview: { ...preview, files: [file('main.py'), file('data.csv')] } }],
  ])('asks about %s', (_name, change) => {
    expect(verdictOf(known(change))).toBe('ask');
  });

  it('does not ask again about files that were shown', () => {
    expect(verdictOf(known({ preview: { ...preview, files: [file('main.py'), file('data.csv')] }, areFilesSeen: true }))).toBe('go');
  });
});

describe('placeCheck', () => {
  it('puts an outcome where the check was announced', () => {
    const checks = [check('running', 'a'), check('running', 'b')].reduce(placeCheck, []);
    expect(placeCheck(checks, check('passed', 'a')).map(({ id, state }) => [id, state])).toEqual([['a', 'passed'], ['b', 'running']]);
  });
});
