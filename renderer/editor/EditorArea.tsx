import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { again } from '../lib/again.ts';
import { classes } from '../lib/classes.ts';
import { loadedMonaco, loadMonaco } from '../lib/monacoLoader.ts';
import { reportError } from '../ui/index.ts';
import { CodeEditor } from './CodeEditor.tsx';
import { useComparison } from './compareStore.ts';
import { DiskBanner } from './DiskBanner.tsx';
import { EditorTabs, editorPanelId } from './EditorTabs.tsx';
import { useEditorsStore } from './editorsStore.ts';

const CompareDialog = lazy(async () => ({ default: (await again(() => import('./CompareDialog.tsx'))).CompareDialog }));

function useMonacoLoaded(): boolean {
  const [loaded, setLoaded] = useState(loadedMonaco() !== null);
  useEffect(() => {
    loadMonaco().then(() => setLoaded(true), reportError);
  }, []);
  return loaded;
}

/**
 * Tabs and the editor under them.
 * @param props.empty what stands in the editor's place while no tab is active: the welcome page
 */
export function EditorArea({ empty }: { empty: ReactNode }) {
  const phase = useEditorsStore((state) => state.phase);
  const activeId = useEditorsStore((state) => state.activeId);
  const comparing = useComparison((state) => state.comparison !== null);
  const hasMonaco = useMonacoLoaded();
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
        {phase === 'ready' && hasMonaco && <CodeEditor />}
        <Suspense fallback={null}>
          {comparing && <CompareDialog />}
        </Suspense>
      </div>
      {!shows && phase === 'ready' && <div className="min-h-0 grow">{empty}</div>}
    </section>
  );
}
