import { describe, expect, it } from 'vitest';
import { assetHeaders, assetKindOf, displayCsp, plainHeaders, windowCsp } from './headers.ts';
import { contentTypeOf } from './mime.ts';

const origin = 'http://127.0.0.1:4711';

/** Directives of a policy by name. */
function directives(policy: string | undefined): Map<string, string> {
  return new Map((policy ?? '').split('; ').map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1).join(' ')]));
}

describe('what holds for every answer', () => {
  const answers = [...['/', '/assets/index-B1x2_y3Z.js', '/runner/runner.html', '/python/snapshot.bin', '/display/display.html'].map((path) => assetHeaders(path, origin)), plainHeaders()];

  it.each(answers)('isolates the page and lets nothing be guessed: %#', (headers) => {
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = directives(headers['content-security-policy']);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect(policy.get('form-action')).toBe("'none'");
    expect(policy.has('frame-ancestors')).toBe(true);
    expect(headers['content-security-policy']).not.toMatch(/'unsafe-eval'|\*/);
    expect(policy.get('script-src') ?? '').not.toContain("'unsafe-inline'");
  });
});

describe('the window', () => {
  it('loads and reaches nothing but its own origin', () => {
    const policy = directives(windowCsp(origin));
    expect(policy.get('script-src')).toBe(origin);
    expect(policy.get('connect-src')).toBe(`${origin} ws://127.0.0.1:4711`);
    expect(directives(windowCsp('app://window')).get('connect-src')).toBe('app://window');
  });

  it('frames its two frames by their whole address, so that they cannot be navigated elsewhere', () => {
    expect(directives(windowCsp(origin)).get('frame-src')).toBe(`${origin}/runner/runner.html ${origin}/display/display.html`);
    expect(directives(windowCsp(origin)).get('frame-ancestors')).toBe("'none'");
  });

  it('runs of the scripts in the page itself those that its build put there', () => {
    expect(directives(windowCsp(origin, ['sha256-AAA=', 'sha256-BBB='])).get('script-src')).toBe(`${origin} 'sha256-AAA=' 'sha256-BBB='`);
  });

  it('is nobody else’s to load', () => {
    expect(assetHeaders('/assets/index-B1x2_y3Z.js', origin)['cross-origin-resource-policy']).toBe('same-origin');
    expect(assetHeaders('/', origin)).not.toHaveProperty('access-control-allow-origin');
  });

  it('keeps for ever what has a hash in its name, and asks again for all else', () => {
    expect(assetHeaders('/assets/index-B1x2_y3Z.js', origin)['cache-control']).toContain('immutable');
    for (const path of ['/', '/index.html', '/runner/runner.js', '/python/manifest.json', '/assets/plain.js']) {
      expect(assetHeaders(path, origin)['cache-control']).toBe('no-cache');
    }
  });
});

describe('the frames', () => {
  it.each(['/runner/runner.html', '/python/pyodide.asm.wasm', '/display/display.js'])('%s may be loaded by an opaque origin', (path) => {
    expect(assetHeaders(path, origin)).toMatchObject({ 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' });
  });

  it('run one script, in the window alone', () => {
    for (const path of ['/runner/runner.html', '/display/display.html']) {
      const policy = directives(assetHeaders(path, origin)['content-security-policy']);
      expect(policy.get('script-src')).toContain(`${origin}${path.replace('.html', '.js')}`);
      expect(policy.get('frame-ancestors')).toBe(origin);
      expect(policy.get('sandbox')).toBe('allow-scripts');
    }
  });

  it('shows HTML output without any connection', () => {
    expect(directives(displayCsp(origin)).has('connect-src')).toBe(false);
    expect(directives(displayCsp(origin)).get('img-src')).toBe('data: blob:');
  });
});

describe('kinds and types', () => {
  it.each([
    ['/', 'window'],
    ['/assets/a.js', 'window'],
    ['/runner/runner.js', 'runner'],
    ['/runnerx', 'window'],
    ['/display/display.css', 'display'],
    ['/python/snapshot.bin', 'python'],
  ])('%s is %s', (path, kind) => {
    expect(assetKindOf(path)).toBe(kind);
  });

  it.each([
    ['/index.html', 'text/html; charset=utf-8'],
    ['/a.JS', 'text/javascript; charset=utf-8'],
    ['/a.wasm', 'application/wasm'],
    ['/a.bin', 'application/octet-stream'],
    ['/noextension', 'application/octet-stream'],
    ['/a.constructor', 'application/octet-stream'],
  ])('%s is sent as %s', (path, type) => {
    expect(contentTypeOf(path)).toBe(type);
  });
});
