import { AppError } from '../../../contract/errors.ts';
import type { ClientId } from '../../../contract/ids.ts';
import type { CoreChild, CoreListeners } from './coreChild.ts';
import type { PickRequest } from '../../core/ports.ts';
import type { FromCore } from './coreMessages.ts';

/** More ends than this within restartWindowMs, and it is not started again. */
const maxRestarts = 5;
const restartWindowMs = 60_000;
const disposeTimeoutMs = 5_000;

export interface CoreSupervisor<Port> {
  /**
   * Connects a page until `release` is called. `deliver` is called with a port when the core is ready, and with a new one each time that
   * the core was started anew.
   */
  connect(clientId: ClientId, deliver: (port: Port) => void): { release(): void };
  /** Resolves when the core runs for the first time. @throws AppError what it said when it could not start */
  readonly started: Promise<void>;
  /** Ends the core, after what it writes is on disk; by force after 5 s. */
  dispose(): Promise<void>;
}

export interface SupervisorOptions<Port> {
  home: string;
  start(listeners: CoreListeners): CoreChild<Port>;
  createChannel(): { port1: Port; port2: Port };
  pick(request: PickRequest): Promise<string | null>;
  log(line: string): void;
  /** The core ends again and again. */
  giveUp(error: AppError): void;
}

/** Keeps the core running: one that crashes is started again, and all windows get new ports. */
export function superviseCore<Port>(options: SupervisorOptions<Port>): CoreSupervisor<Port> {
  const windows = new Map<object, { clientId: ClientId; deliver: (port: Port) => void }>();
  const first = defer();
  const ended = defer();
  let alive = true;
  let everReady = false;
  let ready = false;
  let disposing = false;
  let failure: AppError | null = null;
  let ends: number[] = [];
  let child = launch();

  function launch(): CoreChild<Port> {
    alive = true;
    const started = options.start({ message, exit });
    started.post({ type: 'start', home: options.home });
    return started;
  }

  function message(said: Exclude<FromCore, { type: 'data' }>): void {
    switch (said.type) {
      case 'ready':
        ready = true;
        everReady = true;
        for (const window of windows.values()) hand(window);
        first.resolve();
        break;
      case 'failed':
        failure = new AppError(said.code, said.message, said.action === undefined ? {} : { action: said.action });
        break;
      case 'pick':
        options.pick(said.request).then(
          (path) => child.post({ type: 'picked', id: said.id, path }),
          () => child.post({ type: 'picked', id: said.id, path: null }),
        );
        break;
      case 'log':
        options.log(said.line);
        break;
    }
  }

  function exit(code: number | null): void {
    alive = false;
    ready = false;
    if (disposing) return ended.resolve();
    const error = failure ?? new AppError('UNAVAILABLE', `The core of the application ended unexpectedly (code ${String(code)}).`);
    failure = null;
    if (!everReady) return first.reject(error);
    const now = Date.now();
    ends = [...ends.filter((end) => now - end < restartWindowMs), now];
    if (ends.length > maxRestarts) return options.giveUp(error);
    options.log(`${error.message} It is started again.`);
    child = launch();
  }

  function hand(window: { clientId: ClientId; deliver: (port: Port) => void }): void {
    const { port1, port2 } = options.createChannel();
    child.connect(window.clientId, port1);
    window.deliver(port2);
  }

  function connect(clientId: ClientId, deliver: (port: Port) => void): { release(): void } {
    const key = {};
    const window = { clientId, deliver };
    windows.set(key, window);
    if (ready) hand(window);
    return { release: () => void windows.delete(key) };
  }

  async function dispose(): Promise<void> {
    if (!alive) return;
    if (disposing) return ended.promise;
    disposing = true;
    child.post({ type: 'dispose' });
    const timer = setTimeout(() => child.kill(), disposeTimeoutMs);
    await ended.promise;
    clearTimeout(timer);
  }

  return { connect, started: first.promise, dispose };
}

interface Deferred {
  promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/** `Promise.withResolvers`, which Electron 22 does not have. */
function defer(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}
