// npm run serve: the window in the browser. `-- --port N` chooses the port.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installMissing } from './install.mjs';
import { needNewNode } from './node.mjs';
import { root } from './project.mjs';

await installMissing({ quiet: true });
await needNewNode();
const { buildStale } = await import('./build.mjs');
// stdout is for the one line with the address.
await buildStale({ say: console.error });
createRequire(import.meta.url)(join(root, 'dist/main/server.cjs'));
