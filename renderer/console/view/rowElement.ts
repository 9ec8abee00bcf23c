import { httpsUrl } from '../../lib/httpsUrl.ts';
import type { Fold } from '../model/jsonLines.ts';
import type { LaidLine } from '../model/layout.ts';
import type { StyleRun } from '../model/lineText.ts';
import type { Palette } from './palette.ts';

// Only https: nothing that a script prints may open a file, a script or a program.
const linkPattern = /https:\/\/[^\s<>"'`\u2400-\u2426\u27e8\u27e9]+[^\s<>"'`.,;:!?)\]}\u2400-\u2426\u27e8\u27e9]/g;
const maxLinkLength = 2048;

interface Link {
  start: number;
  end: number;
  url: string;
}

function findLinks(text: string): Link[] {
  if (!text.includes('https://')) return [];
  const links: Link[] = [];
  for (const match of text.matchAll(linkPattern)) {
    const url = withClosing(match[0], text.slice(match.index + match[0].length));
    if (url.length <= maxLinkLength && httpsUrl(url) !== null) links.push({ start: match.index, end: match.index + url.length, url });
  }
  return links;
}

/** An address with the closing parenthesis of one that it opens, as Wikipedia has them; one around the address is not of it. */
function withClosing(url: string, rest: string): string {
  return rest.startsWith(')') && url.split('(').length > url.split(')').length ? `${url})` : url;
}

function appendStyled(parent: HTMLElement, text: string, run: StyleRun, palette: Palette): void {
  const look = palette.look(run.style);
  const classes = [run.stream === 'stdout' ? '' : `log-${run.stream}`, look.className, run.control ? 'log-control' : ''].filter((name) => name !== '');
  if (classes.length === 0 && look.color === '' && look.background === '') {
    parent.append(text);
    return;
  }
  const span = document.createElement('span');
  if (classes.length > 0) span.className = classes.join(' ');
  if (look.color !== '') span.style.color = look.color;
  if (look.background !== '') span.style.backgroundColor = look.background;
  span.textContent = text;
  parent.append(span);
}

/** Fills a row element with the part of a line that it shows. */
export function fillRow(element: HTMLElement, laid: LaidLine, row: number, { palette, isJson }: { palette: Palette; isJson(): boolean }): void {
  element.replaceChildren();
  const { resolved, offsets, folds } = laid;
  if (row >= offsets.length) {
    element.append(moreButton(laid.hidden));
    return;
  }
  const from = offsets[row] ?? 0;
  const next = offsets[row + 1] ?? resolved.text.length;
  // Only a value over several rows has line feeds in it.
  const to = folds !== null && resolved.text[next - 1] === '\n' ? next - 1 : next;
  const fold = folds === null ? (row === 0 && isJson() ? closedLine : undefined) : folds.get(from);
  if (fold !== undefined) element.append(foldButton(fold));
  const links = findLinks(resolved.text);
  for (const run of resolved.runs) {
    if (run.end <= from || run.start >= to) continue;
    appendRun(element, resolved.text, { ...run, start: Math.max(from, run.start), end: Math.min(to, run.end) }, links, palette);
  }
  if (to === from) element.append('\u200b');
}

const closedLine: Fold = { id: 0, name: '', isFolded: true };

/** Has no text of its own: what is selected, copied and searched is the line's. */
function foldButton({ id, name, isFolded }: Fold): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'log-fold';
  button.tabIndex = -1;
  button.dataset['fold'] = String(id);
  button.setAttribute('aria-expanded', String(!isFolded));
  button.setAttribute('aria-label', id === 0 ? 'JSON of this line' : name === '' ? 'Member' : name.slice(0, 100));
  return button;
}

function appendRun(element: HTMLElement, text: string, run: StyleRun, links: readonly Link[], palette: Palette): void {
  let at = run.start;
  for (const link of links) {
    const start = Math.max(at, link.start);
    const end = Math.min(run.end, link.end);
    if (start >= end) continue;
    if (start > at) appendStyled(element, text.slice(at, start), run, palette);
    const anchor = document.createElement('a');
    anchor.href = link.url;
    anchor.target = '_blank';
    anchor.rel = 'noopener noreferrer';
    anchor.className = 'log-link';
    appendStyled(anchor, text.slice(start, end), run, palette);
    element.append(anchor);
    at = end;
  }
  if (at < run.end) appendStyled(element, text.slice(at, run.end), run, palette);
}

function moreButton(hidden: number): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'log-more';
  button.dataset['more'] = '';
  button.textContent = `Show more of this line (${hidden.toLocaleString()} characters)`;
  return button;
}
