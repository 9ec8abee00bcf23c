import { describe, expect, it } from 'vitest';
import type { AssetIndex } from '../../core/assets/index.ts';
import { answerFor } from './appAnswers.ts';

const page = { file: '/built/index.html', size: 7, etag: '"a"', inlineScripts: ['sha256-AAA='] };
const runner = { file: '/built/runner/runner.html', size: 8, etag: '"b"', inlineScripts: [] };
const assets: AssetIndex = new Map([
  ['/', page],
  ['/index.html', page],
  ['/runner/runner.html', runner],
]);

describe('what app:// answers', () => {
  it('is a built file with its rules', () => {
    expect(answerFor('GET', 'app://window/index.html?x#y', assets)).toMatchObject({
      status: 200,
      asset: page,
      headers: { 'content-length': '7', 'content-type': 'text/html; charset=utf-8', 'cross-origin-opener-policy': 'same-origin' },
    });
    expect(answerFor('GET', 'app://window/', assets).headers['content-security-policy']).toContain("script-src app://window 'sha256-AAA='");
    expect(answerFor('GET', 'app://window/runner/runner.html', assets).headers['content-security-policy']).toContain('app://window/runner/runner.js');
    expect(answerFor('HEAD', 'app://window/', assets)).toMatchObject({ status: 200, asset: null });
  });

  it.each(['app://window/etc/passwd', 'app://window/../etc/passwd', 'app://window/%2e%2e/etc/passwd', 'app://other/index.html', 'https://window/index.html', 'nothing'])(
    'is nothing for %s',
    (address) => {
      expect(answerFor('GET', address, assets)).toMatchObject({ status: 404, asset: null, headers: { 'cross-origin-embedder-policy': 'require-corp' } });
    },
  );

  it('is a refusal of everything but reading', () => {
    expect(answerFor('POST', 'app://window/index.html', assets)).toMatchObject({ status: 405, asset: null });
  });
});
