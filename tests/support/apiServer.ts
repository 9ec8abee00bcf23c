import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface ApiServer {
  url: string;
  server: Server;
  /** What was asked so far, such as `GET /version`. */
  asked: string[];
  close(): Promise<void>;
}

/** A server on this computer that answers as an API server would, however the test wants it. */
export async function startApiServer(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void): Promise<ApiServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response, asked.length);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
