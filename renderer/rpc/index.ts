import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { newClientId, type ClientId } from '../../contract/ids.ts';
import type { Contract } from '../../contract/index.ts';
import { connectByPort } from './portConnection.ts';
import { connectBySocket } from './socketConnection.ts';
import { createSwitchboard } from './switchboard.ts';

export { useConnection, type ConnectionState } from './connectionStore.ts';
export { follow } from './follow.ts';

/** This window; it owns the local runs that it starts. A reload makes another one. */
export const clientId: ClientId = newClientId();

const switchboard = createSwitchboard();

/**
 * The core. Calls wait while there is no connection yet or it is being made anew; every failure is an AppError. A call that was in
 * flight when the connection went away fails with UNAVAILABLE. Streams end with UNAVAILABLE then, too: see `follow`.
 */
export const core: ContractRouterClient<Contract> = createORPCClient(switchboard);

let retry: (() => void) | null = null;

/** Starts connecting; once, at the window's start. */
export function connect(): void {
  if (location.protocol === 'app:') connectByPort(switchboard);
  else retry = connectBySocket(switchboard, clientId);
}

/** Tries to connect at once, without waiting for the next turn. */
export function connectNow(): void {
  retry?.();
}
