import { expect, it } from 'vitest';
import { httpsUrl } from './httpsUrl.ts';

it('takes https addresses alone', () => {
  expect(httpsUrl('https://a.example/b?c')?.host).toBe('a.example');
  for (const text of ['http://a.example', 'javascript:alert(1)', 'https://', 'a', '', 'https://a:99999/']) expect(httpsUrl(text)).toBeNull();
});
