import { z } from 'zod';

/** Id of one run: 26 characters, time-ordered (ULID alphabet), so that the newest sorts last. */
export const RunId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{26}$/).brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

/** Id of one editor tab. The kernel of a tab carries the same id. */
export const TabId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{26}$/).brand<'TabId'>();
export type TabId = z.infer<typeof TabId>;

/** Id of one window, chosen by the window at its start. It owns the local runs that it starts. */
export const ClientId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{26}$/).brand<'ClientId'>();
export type ClientId = z.infer<typeof ClientId>;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Makes a ULID in lower case (github.com/ulid/spec): 48 bits of milliseconds since 1970, then 80 random bits.
 * Lower case, because ids become names of Kubernetes objects.
 *
 * @param nowMs milliseconds since 1970; by default now
 */
export function newId(nowMs: number = Date.now()): string {
  let time = '';
  let rest = nowMs;
  for (let i = 0; i < 10; i++) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of globalThis.crypto.getRandomValues(new Uint8Array(16))) random += alphabet.charAt(byte % 32);
  return time + random;
}

export function newRunId(nowMs?: number): RunId {
  return RunId.parse(newId(nowMs));
}

export function newTabId(): TabId {
  return TabId.parse(newId());
}

export function newClientId(): ClientId {
  return ClientId.parse(newId());
}
