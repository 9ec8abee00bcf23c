import { BlockList, isIP } from 'node:net';

export type Environment = Record<string, string | undefined>;

/**
 * The proxy that the environment names for an address, by kubectl's rules (golang.org/x/net/http/httpproxy): HTTPS_PROXY or HTTP_PROXY by the address,
 * unless NO_PROXY says otherwise; never for this computer itself.
 * @returns null for none
 */
export function proxyFromEnvironment(server: string, environment: Environment): string | null {
  const { protocol, hostname, port } = new URL(server);
  const isTls = protocol === 'https:';
  const of = (name: string): string => environment[name] ?? environment[name.toLowerCase()] ?? '';
  const proxy = of(isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (proxy === '' || isThisComputer(host)) return null;
  const effectivePort = port === '' ? (isTls ? '443' : '80') : port;
  if (of('NO_PROXY').split(',').some((entry) => excludes(entry.trim().toLowerCase(), host, effectivePort))) return null;
  return /^\w+:\/\//.test(proxy) ? proxy : `http://${proxy}`;
}

function isThisComputer(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `*` · a network such as 10.0.0.0/8 · an address · `example.com` with all below it · `.example.com` with only what is below it; each but the first two may have a port. */
function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, name = '', wanted] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  return bare.startsWith('.') ? host.endsWith(bare) : host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(bits), kind);
  } catch {
    return false;
  }
  return list.check(host, kind);
}

/** The proxy that an agent of client-node goes through, without the password that may be in its address; null without one. */
export function proxyOf(agent: object | undefined): string | null {
  if (agent === undefined) return null;
  return 'proxy' in agent && agent.proxy instanceof URL ? agent.proxy.origin : 'of the kubeconfig';
}
