import { lazy, Suspense } from 'react';
import { again } from '../lib/again.ts';
import { monacoThemeName } from '../lib/monacoThemes.ts';
import { useSettings, useTheme } from '../settings/index.ts';

// The editor's code is large; a history without a comparison does without it.
const DiffView = lazy(async () => {
  const [{ DiffView: Component }, { loadMonaco }] = await again(() => Promise.all([import('../lib/DiffView.tsx'), import('../lib/monacoLoader.ts')]));
  await loadMonaco();
  return { default: Component };
});

/** Monaco's own: a line is 1.35 times as high as its letters. */
function lineHeight(fontSize: number): number {
  return Math.ceil(fontSize * 1.35);
}

/** Two texts side by side, the older at the left. `label` names it. */
export function TextDiff({ label, original, modified, path }: { label: string; original: string; modified: string; path?: string }) {
  const theme = useTheme((state) => state.theme);
  const fontSize = useSettings((state) => state.settings.editorFontSize);
  const lines = Math.max(original.split('\n').length, modified.split('\n').length);
  const isPython = path === undefined || path.endsWith('.py');
  return (
    <div role="group" aria-label={label} className="max-h-[38vh] overflow-hidden rounded-md border border-line" style={{ height: `${(lines + 4) * lineHeight(fontSize)}px` }}>
      <Suspense fallback={<p className="p-3 text-muted">Loading the editor…</p>}>
        <DiffView original={original} modified={modified} theme={monacoThemeName(theme)} fontSize={fontSize} language={isPython ? 'python' : 'plaintext'} originalLabel={`${label}, left`} modifiedLabel={`${label}, right`} />
      </Suspense>
    </div>
  );
}
