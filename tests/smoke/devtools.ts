import { z } from 'zod';
import { openDevtools } from '../support/devtoolsSocket.ts';

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

const Found = z.object({ nodes: z.array(z.object({ backendDOMNodeId: z.number().optional(), ignored: z.boolean() })) });
const Resolved = z.object({ object: z.object({ objectId: z.string() }) });
const Value = z.object({ result: z.object({ value: z.unknown().optional() }), exceptionDetails: z.object({ text: z.string() }).optional() });
const Root = z.object({ root: z.object({ nodeId: z.number() }) });

export async function openPage(address: string): Promise<Page> {
  const { send, evaluate, close } = await openDevtools(address);
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
    evaluate,
    close,
  };
}
