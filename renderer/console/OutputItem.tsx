import { Info } from 'lucide-react';
import { BundleView } from '../display/index.ts';
import type { ItemBlock } from './model/blocks.ts';
import type { ConsoleTab } from './consoleStore.ts';
import { Traceback } from './Traceback.tsx';

/** A step of the output that is not text: a display, a value, a traceback, a note of the application. `version` tells of a redraw. */
export function OutputItem({ block, tab }: { block: ItemBlock; version: number; tab: ConsoleTab }) {
  const { body } = block;
  switch (body.kind) {
    case 'note':
      return (
        <p className="flex items-start gap-2 whitespace-pre-wrap break-words font-sans text-[12px] leading-5 text-muted">
          <Info size={14} aria-hidden className="mt-[3px] shrink-0" />
          {body.text}
        </p>
      );
    case 'error':
      return <Traceback traceback={body.traceback} name={body.name} frames={body.frames} tabId={tab.tabId} />;
    case 'display':
    case 'result':
      return <BundleView bundle={body.bundle} isResult={body.kind === 'result'} />;
  }
}
