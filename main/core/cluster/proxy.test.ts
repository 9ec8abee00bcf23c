import { describe, expect, it } from 'vitest';
import { proxyFromEnvironment } from './proxy.ts';

const proxy = 'http://proxy.example:3128';

describe('the proxy of the environment', () => {
  it.each([
    ['https://k8s.example:6443', { HTTPS_PROXY: proxy }, proxy],
    ['https://k8s.example', { https_proxy: 'proxy.example:3128' }, proxy],
    ['http://k8s.example', { HTTPS_PROXY: proxy }, null],
    ['http://k8s.example', { HTTP_PROXY: proxy }, proxy],
    ['https://k8s.example', {}, null],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, null],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, null],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, null],
  ])('for %s with %o is %s', (server, environment, expected) => {
    expect(proxyFromEnvironment(server, environment)).toBe(expected);
  });

  it.each([
    ['https://k8s.example', '*', true],
    ['https://k8s.example', 'other.example, K8S.example', true],
    ['https://api.k8s.example', 'k8s.example', true],
    ['https://k8s.example', '.k8s.example', false],
    ['https://api.k8s.example', '*.k8s.example', true],
    ['https://notk8s.example', 'k8s.example', false],
    ['https://k8s.example:6443', 'k8s.example:6443', true],
    ['https://k8s.example:6443', 'k8s.example:443', false],
    ['https://k8s.example', 'k8s.example:443', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://10.1.2.3', '11.0.0.0/8,10.1.2.3', true],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://[fd00::1]', '[fd00::1]:443', true],
    ['https://[fd00::1]', 'fd00::1', true],
    ['https://k8s.example', '10.0.0.0/8,,', false],
  ])('is not asked for %s when NO_PROXY is %s: %s', (server, noProxy, isExcluded) => {
    expect(proxyFromEnvironment(server, { HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBe(isExcluded ? null : proxy);
  });
});
