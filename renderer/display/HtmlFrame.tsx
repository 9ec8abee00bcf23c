import { useEffect, useRef, useState } from 'react';
import { watchFrame } from '../lib/again.ts';
import { httpsUrl } from '../lib/httpsUrl.ts';
import { ask } from '../ui/index.ts';
import { useTheme } from '../settings/index.ts';
import { FrameMessage, type FrameContent } from './frame/messages.ts';

/** CSS pixels: a frame is never taller; it scrolls inside. */
const mostHeight = 640;

/** Heights that frames told, by what they show: scrolled into sight again, it takes its place at once. */
const knownHeights = new WeakMap<object, number>();

/** The frame's page, beside the window's own: `http://127.0.0.1:N/display/display.html`, `app://window/display/display.html`. */
const frameUrl = new URL('display/display.html', document.baseURI).href;

/** The colour that is seen behind an element. */
function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (backgroundColor !== 'rgba(0, 0, 0, 0)' && backgroundColor !== 'transparent') return backgroundColor;
  }
  return 'transparent';
}

async function openLink(href: string): Promise<void> {
  const url = httpsUrl(href);
  if (url === null) return;
  const answer = await ask({
    title: 'Open a link from an output?',
    message: url.href.slice(0, 500),
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'open', label: 'Open in the browser', variant: 'primary' },
    ],
  });
  if (answer === 'open') window.open(url.href, '_blank', 'noopener,noreferrer');
}

/**
 * HTML that Python made, in a frame of an opaque origin: it can reach neither the window nor the network, and no script in it
 * runs but the frame's own, which takes the HTML and tells its height. `owner` is what the HTML belongs to.
 */
export function HtmlFrame({ html, owner }: { html: string; owner: object }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(() => knownHeights.get(owner) ?? 24);
  const theme = useTheme((state) => state.theme);

  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const watch = watchFrame(current);
    function onMessage(event: MessageEvent): void {
      if (event.source === current?.contentWindow) watch.heard();
    }
    window.addEventListener('message', onMessage);
    return () => {
      window.removeEventListener('message', onMessage);
      watch.stop();
    };
  }, []);

  useEffect(() => {
    function send(): void {
      const element = frame.current;
      const target = element?.contentWindow;
      if (element === null || target == null) return;
      const style = getComputedStyle(element);
      const content: FrameContent = {
        type: 'content',
        html,
        scheme: style.colorScheme.includes('dark') ? 'dark' : 'light',
        text: style.color,
        background: backgroundOf(element),
        fontSize: Number.parseFloat(style.fontSize),
      };
      // The frame's origin is opaque: there is no name to give but all. What is sent is what Python made, and no secret.
      target.postMessage(content, '*');
    }
    function onMessage(event: MessageEvent): void {
      if (event.source !== frame.current?.contentWindow) return;
      const message = FrameMessage.safeParse(event.data);
      if (!message.success) return;
      if (message.data.type === 'ready') send();
      else if (message.data.type === 'height') {
        const told = Math.ceil(message.data.height);
        if (told > 0) knownHeights.set(owner, told);
        setHeight(told);
      }
      else void openLink(message.data.href);
    }
    window.addEventListener('message', onMessage);
    send();
    return () => window.removeEventListener('message', onMessage);
  }, [html, owner, theme]);

  return (
    <iframe
      ref={frame}
      title="HTML output"
      src={frameUrl}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      className="block w-full border-0 bg-transparent text-text"
      style={{ height: Math.min(mostHeight, height) }}
    />
  );
}
