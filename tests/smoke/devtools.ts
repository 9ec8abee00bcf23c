import { WebSocket } from 'ws';
import { z } from 'zod';

/**
 * A page by its accessible roles and names, over the DevTools protocol (chromedevtools.github.io/devtools-protocol). Playwright's own
 * connection does not come about with a Chromium as old as Electron 22's.
 */
export interface Page {
  /** Whether there is an element of that role and name. */
  has(role: string, name: string): Promise<boolean>;
  /** Text of the one element of that role and name. @throws Error when there is none */
  text(role: string, name: string): Promise<string>;
  click(role: string, name: string): Promise<void>;
  focus(role: string, name: string): Promise<void>;
  /** Types as a paste would. */
  insert(text: string): Promise<void>;
  /** Value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  close(): void;
}

const Answer = z.object({ id: z.number().optional(), result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() });
const Found = z.object({ nodes: z.array(z.object({ backendDOMNodeId: z.number().optional(), ignored: z.boolean() })) });
const Resolved = z.object({ object: z.object({ objectId: z.string() }) });
const Value = z.object({ result: z.object({ value: z.unknown().optional() }), exceptionDetails: z.object({ text: z.string() }).optional() });
const Root = z.object({ root: z.object({ nodeId: z.number() }) });
const Targets = z.array(z.object({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string() }));

/** Address of the page's own DevTools socket; null while it is not there. @param port the browser's debugging port */
export async function findPage(port: number, prefix: string): Promise<string | null> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const targets = Targets.parse(await response.json());
  return targets.find(({ type, url }) => type === 'page' && url.startsWith(prefix))?.webSocketDebuggerUrl ?? null;
}

export async function openPage(address: string): Promise<Page> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = Answer.parse(JSON.parse(data.toString('utf8')));
    if (answer.id === undefined) return;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });

  async function send<T>(method: string, params: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    const id = ++last;
    const answer = await new Promise<z.infer<typeof Answer>>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return schema.parse(answer.result);
  }

  const nothing = z.unknown();
  await send('Accessibility.enable', {}, nothing);

  async function find(role: string, name: string): Promise<string | null> {
    const { root } = await send('DOM.getDocument', { depth: 0 }, Root);
    const { nodes } = await send('Accessibility.queryAXTree', { nodeId: root.nodeId, role, accessibleName: name }, Found);
    const backendNodeId = nodes.find(({ ignored }) => !ignored)?.backendDOMNodeId;
    if (backendNodeId === undefined) return null;
    return (await send('DOM.resolveNode', { backendNodeId }, Resolved)).object.objectId;
  }

  async function call(role: string, name: string, functionDeclaration: string): Promise<unknown> {
    const objectId = await find(role, name);
    if (objectId === null) throw new Error(`There is no ${role} "${name}".`);
    const { result, exceptionDetails } = await send('Runtime.callFunctionOn', { objectId, functionDeclaration, returnByValue: true, userGesture: true }, Value);
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value;
  }

  return {
    has: async (role, name) => (await find(role, name)) !== null,
    text: async (role, name) => String(await call(role, name, 'function () { return this.innerText; }')),
    click: async (role, name) => void (await call(role, name, 'function () { this.click(); }')),
    focus: async (role, name) => void (await call(role, name, 'function () { this.focus(); }')),
    insert: async (text) => void (await send('Input.insertText', { text }, nothing)),
    evaluate: async (expression) => (await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true }, Value)).result.value,
    close: () => socket.close(),
  };
}
