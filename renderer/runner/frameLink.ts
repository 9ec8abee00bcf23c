import { watchFrame, type FrameWatch } from '../lib/again.ts';
import { KernelLink } from './kernelLink.ts';

const pingMs = 2000;
/** Pings in a row that may stay unanswered: counted, not timed, since a sleeping computer answers none. */
const mostMissed = 3;
/** From the frame's insertion to its first word. */
const loadMs = 30_000;

/** The sandboxed frame in the page, and the ways into it. */
export class FrameLink {
  readonly #element: HTMLIFrameElement;
  readonly #loaded: Promise<void>;
  readonly #loading: FrameWatch;
  readonly #onDead: (reason: string) => void;
  readonly #links = new Set<KernelLink>();
  #pings: ReturnType<typeof setInterval> | undefined;
  #disposed = false;

  constructor(url: string, onDead: (reason: string) => void) {
    this.#onDead = onDead;
    this.#element = document.createElement('iframe');
    this.#element.title = 'Python';
    this.#element.hidden = true;
    this.#element.setAttribute('sandbox', 'allow-scripts');
    this.#element.allow = 'cross-origin-isolated';
    this.#loading = watchFrame(this.#element);
    this.#loaded = new Promise((resolve) => {
      const timer = setTimeout(() => onDead('The frame in which Python runs did not load.'), loadMs);
      const onMessage = (event: MessageEvent): void => {
        if (event.source !== this.#element.contentWindow) return;
        clearTimeout(timer);
        this.#loading.stop();
        removeEventListener('message', onMessage);
        resolve();
        this.#watch();
      };
      addEventListener('message', onMessage);
    });
    this.#element.src = url;
    document.body.append(this.#element);
  }

  /** A new kernel of this frame; it starts at once. */
  open(onChange: (link: KernelLink) => void): KernelLink {
    const { port1, port2 } = new MessageChannel();
    const link = new KernelLink(port1, (changed) => {
      onChange(changed);
      if (changed.state.status === 'lost' || changed.state.status === 'failed') this.#links.delete(changed);
    });
    this.#links.add(link);
    void this.#loaded.then(() => this.#post('pyexekube.kernel', port2));
    return link;
  }

  /** Takes the frame out of the page and with it all its workers. Its kernels are lost, for this reason. */
  dispose(reason: string): void {
    if (this.#disposed) return;
    this.#disposed = true;
    clearInterval(this.#pings);
    this.#loading.stop();
    this.#element.remove();
    for (const link of [...this.#links]) {
      link.end(link.state.status === 'starting' ? { status: 'failed', message: reason } : { status: 'lost', reason }, 'stopped');
    }
  }

  owns(link: KernelLink): boolean {
    return this.#links.has(link);
  }

  #post(type: string, port: MessagePort): void {
    // The frame's origin is opaque, so no target origin can name it; the window is our own element's.
    this.#element.contentWindow?.postMessage({ type }, '*', [port]);
  }

  #watch(): void {
    if (this.#disposed) return;
    const { port1, port2 } = new MessageChannel();
    let missed = 0;
    port1.onmessage = () => {
      missed = 0;
    };
    this.#post('pyexekube.watch', port2);
    this.#pings = setInterval(() => {
      if (missed++ >= mostMissed) this.#onDead('The frame in which Python runs did not answer any more.');
      else port1.postMessage('ping');
    }, pingMs);
  }
}
