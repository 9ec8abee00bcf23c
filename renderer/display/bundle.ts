import type { MimeBundle } from '../../contract/index.ts';

/** How a bundle can be shown, richest first. */
export const viewKinds = ['html', 'svg', 'picture', 'markdown', 'json', 'latex', 'text'] as const;
export type ViewKind = (typeof viewKinds)[number];

export const viewLabels: Record<ViewKind, string> = {
  html: 'HTML',
  svg: 'SVG picture',
  picture: 'Picture',
  markdown: 'Markdown',
  json: 'JSON',
  latex: 'LaTeX',
  text: 'Plain text',
};

/** Largest data that is given to the browser to draw, in characters; what is larger can still be saved. */
const mostCharacters: Record<ViewKind, number> = {
  html: 8 * 1024 * 1024,
  svg: 8 * 1024 * 1024,
  picture: 16 * 1024 * 1024,
  markdown: 256 * 1024,
  json: Infinity,
  latex: 64 * 1024,
  text: Infinity,
};

export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;
export type PictureType = (typeof pictureTypes)[number];

/** One way to show a bundle, with the data that it needs. */
export type View =
  | { kind: 'html'; text: string }
  | { kind: 'svg'; text: string }
  | { kind: 'markdown'; text: string }
  | { kind: 'latex'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'picture'; type: PictureType; base64: string }
  | { kind: 'json'; value: MimeBundle[string] };

const textTypes: [ViewKind & ('html' | 'svg' | 'markdown' | 'latex'), string][] = [
  ['html', 'text/html'],
  ['svg', 'image/svg+xml'],
  ['markdown', 'text/markdown'],
  ['latex', 'text/latex'],
];

function textOf(bundle: MimeBundle, type: string): string | null {
  const data = bundle[type];
  return typeof data === 'string' ? data : null;
}

/** The ways in which a bundle can be shown, richest first; plain text is always one. */
export function viewsOf(bundle: MimeBundle): View[] {
  const views: View[] = [{ kind: 'text', text: textOf(bundle, 'text/plain') ?? '' }];
  for (const [kind, type] of textTypes) {
    const text = textOf(bundle, type);
    if (text !== null && text.length <= mostCharacters[kind]) views.push({ kind, text });
  }
  for (const type of pictureTypes) {
    const base64 = textOf(bundle, type)?.replace(/\s+/g, '') ?? null;
    if (base64 !== null && base64.length <= mostCharacters.picture && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
      views.push({ kind: 'picture', type, base64 });
      break;
    }
  }
  const json = bundle['application/json'];
  if (json !== undefined) views.push({ kind: 'json', value: json });
  return views.sort((a, b) => viewKinds.indexOf(a.kind) - viewKinds.indexOf(b.kind));
}

/** The view of a bundle that is a figure, richest first: a picture, or HTML that draws one; null if it has none. */
export function figureOf(bundle: MimeBundle): View | null {
  const isFigure = (view: View): boolean =>
    view.kind === 'svg' || view.kind === 'picture' || (view.kind === 'html' && /<(svg|img|canvas)\b/i.test(view.text));
  return viewsOf(bundle).find(isFigure) ?? null;
}

/** What a view is saved as. */
export function fileOf(view: View): { extension: string; blob: Blob } {
  if (view.kind === 'picture') {
    const bytes = Uint8Array.from(atob(view.base64), (character) => character.charCodeAt(0));
    return { extension: view.type.slice('image/'.length), blob: new Blob([bytes], { type: view.type }) };
  }
  if (view.kind === 'json') return { extension: 'json', blob: new Blob([JSON.stringify(view.value, null, 2)], { type: 'application/json' }) };
  const extension = { html: 'html', svg: 'svg', markdown: 'md', latex: 'tex', text: 'txt' }[view.kind];
  // Saved as bytes without a type that a browser would open and run.
  return { extension, blob: new Blob([view.text], { type: 'application/octet-stream' }) };
}

/** The address of a picture, in which no script runs: an image element's content is never a document. */
export function pictureUrl(view: Extract<View, { kind: 'picture' | 'svg' }>): string {
  if (view.kind === 'picture') return `data:${view.type};base64,${view.base64}`;
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(view.text)}`;
}
