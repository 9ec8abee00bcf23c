import { expect, it } from 'vitest';
import { shortName } from './shortName.ts';

it('a long name keeps its end, by which clusters of one account are told apart', () => {
  expect(shortName('kind-kind')).toBe('kind-kind');
  expect(shortName('x'.repeat(28))).toHaveLength(28);
  expect(shortName('arn:aws:eks:eu-west-1:123456789012:cluster/prod')).toBe('arn:aws:…89012:cluster/prod');
  expect(shortName(`${'a'.repeat(30)}${'😀'.repeat(18)}`)).toBe(`aaaaaaaa…${'😀'.repeat(18)}`);
});
