import { Blob } from 'node:buffer';
import * as streams from 'node:stream/web';
import '../../../main/hosts/electron/oldNode.ts';

/** Nothing is one of these here: oRPC asks of each value whether it is. */
function FormData(): void {}
function File(): void {}

// What oRPC takes for granted and Node 16, in the Electron that is at hand, has in modules alone or not at all.
for (const [name, value] of Object.entries({ ...streams, Blob, FormData, File })) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value });
}
