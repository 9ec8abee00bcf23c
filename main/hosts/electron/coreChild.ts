import type { ClientId } from '../../../contract/ids.ts';
import type { FromCore, ToCore } from './coreMessages.ts';

/** The core's process, as the main process sees it. `Port` is what it can be given as a port to a window. */
export interface CoreChild<Port> {
  post(message: ToCore): void;
  /** Gives the core a port to a window; what the window posts on its other end is answered. */
  connect(clientId: ClientId, port: Port): void;
  /** Ends it by force. */
  kill(): void;
}

export interface CoreListeners {
  message(message: Exclude<FromCore, { type: 'data' }>): void;
  exit(code: number | null): void;
}
