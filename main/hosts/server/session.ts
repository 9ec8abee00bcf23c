import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Browsers that are let in at the same time; one more, and the one that came first has to show the token again. */
const maxSessions = 32;

/**
 * Who may call the core: whoever showed the token once. The token is in the fragment of the address that is printed, which no
 * browser sends anywhere; the page exchanges it for a cookie that no script can read.
 */
export interface Sessions {
  /** 256 random bits, base64url. */
  readonly token: string;
  /** @returns the value of `Set-Cookie`, or null when the token is wrong. */
  open(token: string): string | null;
  /** Whether the request carries the cookie of an open session. */
  has(request: IncomingMessage): boolean;
}

/** @param port part of the cookie's name, since cookies do not know ports: servers on two ports must not overwrite each other's */
export function createSessions(port: number): Sessions {
  const token = randomBytes(32).toString('base64url');
  const cookieName = `pyexekube-${port}`;
  let hashes: Buffer[] = [];

  function open(candidate: string): string | null {
    if (!timingSafeEqual(hash(candidate), hash(token))) return null;
    const secret = randomBytes(32).toString('base64url');
    hashes = [...hashes, hash(secret)].slice(-maxSessions);
    return `${cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict`;
  }

  function has(request: IncomingMessage): boolean {
    const secret = readCookie(request.headers.cookie ?? '', cookieName);
    if (secret === null) return false;
    const candidate = hash(secret);
    return hashes.some((known) => timingSafeEqual(candidate, known));
  }

  return { token, open, has };
}

/** Equal length for timingSafeEqual, whatever was sent. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function readCookie(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}
