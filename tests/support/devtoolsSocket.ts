import { WebSocket } from 'ws';
import { z } from 'zod';

const Answer = z.object({ id: z.number().optional(), result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() });
const Evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.object({ text: z.string(), exception: z.object({ description: z.string().optional() }).optional() }).optional(),
});
const Targets = z.array(z.object({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string() }));

/** No answer within this is one that was lost with the page. */
const answerMs = 20_000;

/** One page over the DevTools protocol (chromedevtools.github.io/devtools-protocol), without what Playwright records beside it. */
export interface DevtoolsSocket {
  /** The parsed result of a method. @throws Error what the browser refuses */
  send<T>(method: string, params: object, schema: z.ZodType<T>): Promise<T>;
  /** The value of an expression in the page, a promise's awaited. @throws Error what it throws */
  evaluate(expression: string): Promise<unknown>;
  close(): void;
}

/** Address of a page's own socket; null while there is none. @param port the browser's debugging port @param prefix of the page's URL */
export async function findPage(port: number, prefix: string): Promise<string | null> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const targets = Targets.parse(await response.json());
  return targets.find(({ type, url }) => type === 'page' && url.startsWith(prefix))?.webSocketDebuggerUrl ?? null;
}

export async function openDevtools(address: string): Promise<DevtoolsSocket> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = Answer.parse(JSON.parse(data.toString('utf8')));
    if (answer.id === undefined) return;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });

  async function send<T>(method: string, params: object, schema: z.ZodType<T>): Promise<T> {
    const id = ++last;
    const answer = await new Promise<z.infer<typeof Answer>>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`The page did not answer ${method} ${JSON.stringify(params).slice(0, 200)}`)), answerMs);
      waiting.set(id, (found) => {
        clearTimeout(patience);
        resolve(found);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return schema.parse(answer.result);
  }

  return {
    send,
    async evaluate(expression) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true }, Evaluated);
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    close: () => socket.close(),
  };
}
