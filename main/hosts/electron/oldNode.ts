import { webcrypto } from 'node:crypto';

// Electron 22 has Node 16, where the Web Cryptography API, which ids are made with, is there but not a global yet.
if (!('crypto' in globalThis)) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });
