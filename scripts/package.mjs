// npm run package: packages of the application for this system, in release/. Further arguments go to electron-builder.
import { join } from 'node:path';
import { installMissing } from './install.mjs';
import { needNewNode, run } from './node.mjs';
import { root } from './project.mjs';

await installMissing();
await needNewNode();
const { buildStale } = await import('./build.mjs');
await buildStale();
const builder = join(root, 'node_modules/electron-builder/cli.js');
process.exitCode = await run(process.execPath, [builder, '--config', join(root, 'electron-builder.yml'), '--publish', 'never', ...process.argv.slice(2)], { cwd: root });
