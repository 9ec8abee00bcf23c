import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a script that escaped would touch: a listener for any connection or packet, and a file with a secret. */
export interface Canary {
  /** TCP (HTTP, WebSocket, TLS, anything) and UDP, on one number. */
  port: number;
  file: string;
  secret: string;
  /** What reached the listener, and whether the file changed. Empty when nothing did. */
  effects(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startCanary(): Promise<Canary> {
  const seen: string[] = [];
  const tcp = createServer((socket) => {
    seen.push('a TCP connection');
    socket.on('data', (data) => seen.push(data.toString('latin1').slice(0, 100)));
    socket.on('error', () => undefined);
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const address = tcp.address();
  if (typeof address !== 'object' || address === null) throw new Error('The listener has no address.');
  const udp = createSocket('udp4', () => seen.push('a UDP packet'));
  udp.bind(address.port, '127.0.0.1');
  await once(udp, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'pyexekube-canary-'));
  const file = join(folder, 'canary.txt');
  const secret = `canary-${Math.random().toString(36).slice(2)}`;
  await writeFile(file, secret);
  return {
    port: address.port,
    file,
    secret,
    async effects() {
      const now = await readFile(file, 'utf8').catch(() => 'gone');
      return now === secret ? [...seen] : [...seen, `the file is now: ${now}`];
    },
    async close() {
      await new Promise((done) => tcp.close(done));
      await new Promise<void>((done) => udp.close(() => done()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
