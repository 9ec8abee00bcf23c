import type { CallData, CallPort } from '../calls.ts';
import type { FromCore } from './coreMessages.ts';

/** The main process, as the core's process sees it. */
export interface Parent {
  /** Resolves when the message is out of this process. */
  post(message: FromCore): Promise<void>;
  onMessage(listener: (message: unknown, port: CallPort | null) => void): void;
  onGone(listener: () => void): void;
}

/** The part that we use of Electron's `process.parentPort` and of its ports. */
interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: readonly ElectronPort[] }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** @throws Error when the process was started by neither. */
export function findParent(): Parent {
  if ('parentPort' in process && isElectronPort(process.parentPort)) return utilityParent(process.parentPort);
  if (process.send !== undefined) return nodeParent();
  throw new Error('The core is started by the application, or use `npm run serve`.');
}

function isElectronPort(value: unknown): value is ElectronPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value;
}

function utilityParent(port: ElectronPort): Parent {
  return {
    post: (message) => {
      port.postMessage(message);
      return Promise.resolve();
    },
    onMessage: (listener) => {
      port.on('message', ({ data, ports }) => {
        const [first] = ports;
        listener(data, first === undefined ? null : electronCallPort(first));
      });
    },
    // Electron ends a utility process with its parent.
    onGone: () => undefined,
  };
}

function electronCallPort(port: ElectronPort): CallPort {
  return {
    send: (data) => {
      port.postMessage(data);
      return Promise.resolve();
    },
    onMessage: (listener) => {
      // What is no message of ours, a page sent that does not keep to the protocol.
      port.on('message', ({ data }) => (isCallData(data) ? listener(data) : port.close()));
      port.start();
    },
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  };
}

function isCallData(data: unknown): data is CallData {
  return typeof data === 'string' || data instanceof Uint8Array;
}

function nodeParent(): Parent {
  return {
    post: (message) =>
      new Promise((resolve) => {
        // The callback comes when the pipe has taken it: whoever produces faster than the main process reads waits here.
        if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
        else resolve();
      }),
    onMessage: (listener) => {
      process.on('message', (message) => listener(message, null));
    },
    onGone: (listener) => {
      process.on('disconnect', listener);
    },
  };
}
