import { FrameRequest, type FrameMessage } from '../../kernel/protocol/wire.ts';
import { loadAssets } from './assets.ts';
import { FrameKernel } from './frameKernel.ts';

/**
 * The code of the sandboxed frame: an opaque origin with a CSP of its own, in which Python's workers live. It listens to the window that
 * embeds it and to nobody else, and loads the assets as soon as it is there.
 */
const assets = crossOriginIsolated
  ? loadAssets()
  : Promise.reject(new Error('Python needs shared memory, which the browser allows only to an isolated page (COOP and COEP headers).'));
// Told to each kernel that waits for it; there may be none yet.
assets.catch(() => undefined);

const kernels = new Set<FrameKernel>();

async function makeKernel(port: MessagePort): Promise<void> {
  try {
    kernels.add(new FrameKernel(port, await assets, (kernel) => kernels.delete(kernel)));
  } catch (error) {
    const failed: FrameMessage = { type: 'startFailed', message: error instanceof Error ? error.message : String(error) };
    port.postMessage(failed);
  }
}

addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source !== parent || port === undefined) return;
  const request = FrameRequest.safeParse(event.data);
  if (!request.success) return;
  if (request.data.type === 'pyexekube.kernel') void makeKernel(port);
  else port.onmessage = () => port.postMessage('pong');
});

parent.postMessage({ type: 'pyexekube.frame-ready' }, '*');
