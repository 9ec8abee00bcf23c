import { describe, expect, it } from 'vitest';
import { isAllowedLink, isOwnAddress, isTrustedSender, isWindowPage } from './addresses.ts';

describe('isAllowedLink', () => {
  it.each(['https://docs.python.org/3/library/re.html#x', 'https://pyodide.org/', 'https://github.com/a/b'])('lets out %s', (address) => {
    expect(isAllowedLink(address)).toBe(true);
  });

  it.each([
    'http://docs.python.org/',
    'https://docs.python.org.evil.example/',
    'https://evil.example/?docs.python.org',
    'https://docs.python.org@evil.example/',
    'https://user:secret@docs.python.org/',
    'https://docs.python.org:8443/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'app://window/index.html',
    'smb://docs.python.org/x',
    'not an address',
    '',
  ])('keeps in %s', (address) => {
    expect(isAllowedLink(address)).toBe(false);
  });
});

describe('isTrustedSender', () => {
  it('is the window’s page in the top frame', () => {
    expect(isTrustedSender({ url: 'app://window/index.html', parent: null })).toBe(true);
    expect(isTrustedSender({ url: 'app://window/index.html#x', parent: null })).toBe(true);
  });

  it.each([
    [{ url: 'app://window/index.html', parent: {} }],
    [{ url: 'app://window/runner/runner.html', parent: null }],
    [{ url: 'app://window/display/display.html', parent: {} }],
    [{ url: 'app://elsewhere/index.html', parent: null }],
    [{ url: 'app://window.evil/index.html', parent: null }],
    [{ url: 'https://window/index.html', parent: null }],
    [{ url: 'file:///index.html', parent: null }],
    [{ url: 'about:blank', parent: null }],
    [{ url: 'data:text/html,app://window/index.html', parent: null }],
    [{ url: '', parent: null }],
    [null],
    [undefined],
  ])('turns away %j', (frame) => {
    expect(isTrustedSender(frame)).toBe(false);
  });

  it('turns away a frame that is gone by now, which throws whatever it is asked', () => {
    const gone = (): never => {
      throw new Error('Render frame was disposed before WebFrameMain could be accessed');
    };
    expect(isTrustedSender({ get url() { return gone(); }, get parent() { return gone(); } })).toBe(false);
  });
});

describe('isWindowPage and isOwnAddress', () => {
  it('know the page from its parts', () => {
    expect(isWindowPage('app://window/')).toBe(true);
    expect(isWindowPage('app://window/assets/a.js')).toBe(false);
  });

  it.each(['app://window/a.js', 'blob:app://window/1-2', 'data:image/png;base64,AA', 'devtools://devtools/bundled/x.html'])('lets a request to %s pass', (address) => {
    expect(isOwnAddress(address)).toBe(true);
  });

  it.each(['http://127.0.0.1/', 'https://example.com/', 'ws://127.0.0.1:1/', 'ftp://x/', 'file:///etc/passwd', 'x'])('cancels a request to %s', (address) => {
    expect(isOwnAddress(address)).toBe(false);
  });
});
