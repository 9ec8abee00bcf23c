import { lazy, Suspense, type ReactNode } from 'react';
import { classes } from '../lib/classes.ts';
import { DiskBanner } from './DiskBanner.tsx';
import { EditorTabs, editorPanelId } from './EditorTabs.tsx';
import { useEditorsStore } from './editorsStore.ts';

const CodeEditor = lazy(async () => ({ default: (await import('./CodeEditor.tsx')).CodeEditor }));
const CompareDialog = lazy(async () => ({ default: (await import('./CompareDialog.tsx')).CompareDialog }));

/**
 * Tabs and the editor under them.
 * @param props.empty what stands in the editor's place while no tab is active: the welcome page
 */
export function EditorArea({ empty }: { empty: ReactNode }) {
  const phase = useEditorsStore((state) => state.phase);
  const activeId = useEditorsStore((state) => state.activeId);
  const shows = activeId !== null;
  return (
    <section aria-label="Editor area" tabIndex={-1} data-region="Editor area" className="flex h-full min-h-0 min-w-0 flex-col bg-surface outline-none">
      <EditorTabs />
      <DiskBanner />
      {/* The editor stays mounted behind the welcome page, so that a new tab takes a key at once. */}
      <div
        id={editorPanelId}
        role="tabpanel"
        aria-labelledby={activeId === null ? undefined : `${editorPanelId}-tab-${activeId}`}
        aria-label={activeId === null ? 'No text is open' : undefined}
        className={classes('min-h-0 grow', !shows && 'hidden')}
      >
        <Suspense fallback={null}>
          <CodeEditor />
          <CompareDialog />
        </Suspense>
      </div>
      {!shows && phase === 'ready' && <div className="min-h-0 grow">{empty}</div>}
    </section>
  );
}
