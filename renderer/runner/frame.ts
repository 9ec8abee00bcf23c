import { FrameRequest, type FrameMessage } from '../../kernel/protocol/wire.ts';
import { loadAssets } from './assets.ts';
import { FrameKernel } from './frameKernel.ts';

/**
 * The code of the sandboxed frame: an opaque origin with a CSP of its own, in which Python's workers live. It listens to the window that
 * embeds it and to nobody else, and loads the assets as soon as it is there.
 */
const assets = crossOriginIsolated ? loadAssets() : null;
const kernels = new Set<FrameKernel>();

function makeKernel(port: MessagePort): void {
  if (assets !== null) {
    kernels.add(new FrameKernel(port, assets, (kernel) => kernels.delete(kernel)));
    return;
  }
  const message = 'Python needs shared memory, which a browser gives only to an isolated page: the COOP and COEP headers are missing.';
  const failed: FrameMessage = { type: 'startFailed', message };
  port.postMessage(failed);
}

addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source !== parent || port === undefined) return;
  const request = FrameRequest.safeParse(event.data);
  if (!request.success) return;
  if (request.data.type === 'pyexekube.kernel') makeKernel(port);
  else port.onmessage = () => port.postMessage('pong');
});

parent.postMessage({ type: 'pyexekube.frame-ready' }, '*');
