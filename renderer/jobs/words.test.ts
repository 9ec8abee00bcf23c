import { describe, expect, it } from 'vitest';
import { placeText, shortPlace } from './words.ts';

describe('where a run goes', () => {
  it('is shown by the end of a long name, and with its namespace', () => {
    expect(shortPlace('kind-kind', 'ml')).toBe('kind-kind/ml');
    expect(shortPlace('arn:aws:eks:eu-west-1:123456789012:cluster/prod', 'ml')).toBe('arn:aws:…89012:cluster/prod/ml');
    expect(shortPlace('gke_my-project-123456_europe-west1-b_training', 'ml')).toBe('gke_my-p…e-west1-b_training/ml');
    expect(placeText('x'.repeat(50), 'ml')).toHaveLength(53);
  });
});
