import DOMPurify from 'dompurify';
import type { FrameContent, FrameMessage } from './messages.ts';

/*
 * Runs in the frame that shows HTML output. Its origin is opaque and its policy lets nothing in but this script and inline
 * styles; the HTML is cleaned all the same, so that no element acts (a meta refresh, a form, a frame).
 */

function post(message: FrameMessage): void {
  window.parent.postMessage(message, '*');
}

function isContent(data: unknown): data is FrameContent {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'content' && 'html' in data && typeof data.html === 'string';
}

function show(content: HTMLElement, data: FrameContent): void {
  const root = document.documentElement;
  root.dataset['scheme'] = data.scheme;
  root.style.colorScheme = data.scheme;
  document.body.style.color = data.text;
  root.style.backgroundColor = data.background;
  document.body.style.fontSize = `${data.fontSize}px`;
  const clean = DOMPurify.sanitize(data.html, {
    RETURN_DOM_FRAGMENT: true,
    FORCE_BODY: true,
    ADD_TAGS: ['style'],
    FORBID_TAGS: ['form', 'iframe', 'object', 'embed', 'meta', 'base', 'link', 'script'],
    FORBID_ATTR: ['srcset', 'ping', 'background', 'autofocus'],
    ALLOW_DATA_ATTR: false,
  });
  content.replaceChildren(clean);
}

function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a[href], area[href]') : null;
  if (link === null) return;
  const href = link.getAttribute('href') ?? '';
  // Within the output a link may lead to another place of it; anywhere else the window asks the person first.
  if (href.startsWith('#')) return;
  event.preventDefault();
  post({ type: 'link', href: href.slice(0, 4096) });
}

function start(content: HTMLElement): void {
  window.addEventListener('message', (event) => {
    if (event.source === window.parent && isContent(event.data)) show(content, event.data);
  });
  document.addEventListener('click', onClick);
  document.addEventListener('auxclick', onClick);
  document.addEventListener('submit', (event) => event.preventDefault());
  new ResizeObserver(() => post({ type: 'height', height: Math.max(content.scrollHeight, content.getBoundingClientRect().height) })).observe(content);
  post({ type: 'ready' });
}

/** Milliseconds before the frame's style sheet is asked for again; see renderer/lib/again.ts. */
const stylePausesMs = [100, 250, 500, 1000, 2000];

/** A network that changes may have kept the style sheet away; by the time this script runs it has come or failed. */
function styleAgain(link: HTMLLinkElement, tries = 0): void {
  const pauseMs = stylePausesMs[tries];
  if (pauseMs === undefined) return;
  setTimeout(() => {
    const next = document.createElement('link');
    next.rel = 'stylesheet';
    next.addEventListener('error', () => styleAgain(next, tries + 1));
    next.href = link.href;
    link.replaceWith(next);
  }, pauseMs);
}

const link = document.querySelector('link');
// Chromium gives a link that failed an empty sheet, and this frame may not look into any: a colour of the sheet tells.
if (link !== null && getComputedStyle(document.documentElement).getPropertyValue('--link') === '') styleAgain(link);

const content = document.getElementById('content');
if (content !== null) start(content);
