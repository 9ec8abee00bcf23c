import type { CallData, CallPort } from '../calls.ts';

/** Ports of windows whose messages come through the main process, told apart by a channel number. */
export interface Relays {
  open(channel: number): CallPort;
  deliver(channel: number, data: CallData): void;
  close(channel: number): void;
}

interface Relay {
  message: ((data: CallData) => void)[];
  closed: (() => void)[];
}

/** @param send takes one message to the window's side; resolves when it may be followed by the next */
export function createRelays(send: (channel: number, data: CallData) => Promise<void>): Relays {
  const relays = new Map<number, Relay>();

  function open(channel: number): CallPort {
    const relay: Relay = { message: [], closed: [] };
    relays.set(channel, relay);
    return {
      send: (data) => (relays.get(channel) === relay ? send(channel, data) : Promise.resolve()),
      onMessage: (listener) => void relay.message.push(listener),
      onClose: (listener) => void relay.closed.push(listener),
      close: () => close(channel),
    };
  }

  function deliver(channel: number, data: CallData): void {
    for (const listener of relays.get(channel)?.message ?? []) listener(data);
  }

  function close(channel: number): void {
    const relay = relays.get(channel);
    relays.delete(channel);
    for (const listener of relay?.closed ?? []) listener();
  }

  return { open, deliver, close };
}
