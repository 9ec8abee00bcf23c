import { EllipsisVertical } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { MimeBundle } from '../../contract/index.ts';
import { IconButton, Menu, notify, reportError, type MenuItem } from '../ui/index.ts';
import { fileOf, pictureUrl, viewLabels, viewsOf, type View } from './bundle.ts';
import { HtmlFrame } from './HtmlFrame.tsx';
import { JsonTree } from './JsonTree.tsx';
import { MarkdownView } from './MarkdownView.tsx';
import { saveBlob } from './saveBlob.ts';

interface BundleViewProps {
  bundle: MimeBundle;
  /** The value of the last expression. */
  isResult: boolean;
}

/** Characters of plain text that are drawn at first. */
const firstCharacters = 20_000;

/** Shows a MIME bundle in its richest form, with a menu for the others. */
export function BundleView({ bundle, isResult }: BundleViewProps) {
  const views = useMemo(() => viewsOf(bundle), [bundle]);
  const [chosen, setChosen] = useState(0);
  const view = views[chosen] ?? views[0];
  if (view === undefined) return null;
  const isPlain = views.length === 1;
  return (
    <div className="group/bundle relative flex items-start gap-1" data-result={isResult || undefined}>
      <div className="min-w-0 grow">
        <ViewBody view={view} alternative={textOf(views)} owner={bundle} />
      </div>
      {!isPlain && (
        <Menu align="end" items={menuItems(views, chosen, setChosen)}>
          <IconButton label="How this is shown" size="small" className="font-sans">
            <EllipsisVertical size={15} aria-hidden />
          </IconButton>
        </Menu>
      )}
    </div>
  );
}

function textOf(views: readonly View[]): string {
  const text = views.find((view) => view.kind === 'text');
  return text?.kind === 'text' ? text.text : '';
}

function menuItems(views: readonly View[], chosen: number, choose: (index: number) => void): MenuItem[] {
  const current = views[chosen];
  return [
    { kind: 'label', label: 'Show as' },
    ...views.map((view, index): MenuItem => ({ kind: 'check', label: viewLabels[view.kind], checked: index === chosen, run: () => choose(index) })),
    { kind: 'separator' },
    { kind: 'item', label: 'Copy as plain text', run: () => void copyText(textOf(views)) },
    ...(current === undefined ? [] : [{ kind: 'item', label: `Save as ${viewLabels[current.kind]}`, run: () => saveView(current) } satisfies MenuItem]),
  ];
}

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify({ severity: 'success', message: 'Copied.' });
  } catch (error) {
    reportError(error);
  }
}

/** Saves what a view shows as a file. */
export function saveView(view: View): void {
  const { extension, blob } = fileOf(view);
  saveBlob(blob, `display.${extension}`);
}

/** One view of a bundle; `alternative` says in words what a picture shows. */
export function ViewBody({ view, alternative, owner = view }: { view: View; alternative: string; owner?: object }) {
  switch (view.kind) {
    case 'html':
      return <HtmlFrame html={view.text} owner={owner} />;
    case 'svg':
    case 'picture':
      return (
        <img
          src={pictureUrl(view)}
          alt={alternative === '' ? 'Figure' : alternative.slice(0, 200)}
          className="my-1 block h-auto max-h-[640px] max-w-full rounded-sm bg-[#ffffff]"
          draggable={false}
        />
      );
    case 'markdown':
      return <MarkdownView markdown={view.text} />;
    case 'json':
      return <JsonTree value={view.value} />;
    case 'latex':
      return <PlainText text={view.text} label="LaTeX" />;
    case 'text':
      return <PlainText text={view.text} />;
  }
}

function PlainText({ text, label }: { text: string; label?: string }) {
  const [most, setMost] = useState(firstCharacters);
  return (
    <div>
      {label !== undefined && <span className="mr-2 select-none rounded border border-line px-1 font-sans text-[11px] text-muted">{label}</span>}
      <span className="whitespace-pre-wrap break-all">{text.slice(0, most)}</span>
      {text.length > most && (
        <button type="button" className="ml-1 font-sans text-[12px] text-accent-text underline" onClick={() => setMost(most * 8)}>
          Show more ({(text.length - most).toLocaleString()} characters)
        </button>
      )}
    </div>
  );
}
