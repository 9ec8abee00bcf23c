import { ChevronLeft, ChevronRight, Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { saveView, ViewBody, viewLabels } from '../display/index.ts';
import { useEditorsStore } from '../editor/index.ts';
import { EmptyState, IconButton, Region } from '../ui/index.ts';
import { figuresOf, useFigures } from './figures.ts';

/** The figures that the tab in front has shown, the last one first in sight. */
export function PlotsPanel() {
  const tabId = useEditorsStore((state) => state.activeId);
  useFigures((state) => state.version);
  const figures = figuresOf(tabId);
  const newest = figures.at(-1)?.key ?? null;
  const [chosen, setChosen] = useState<string | null>(null);

  // A new figure comes to the front.
  useEffect(() => setChosen(null), [newest, tabId]);

  const found = figures.findIndex((figure) => figure.key === chosen);
  const index = found === -1 ? figures.length - 1 : found;
  const figure = figures[index];
  const step = (by: number): void => setChosen(figures[index + by]?.key ?? null);
  return (
    <Region
      name="Plots"
      actions={
        figure !== undefined && (
          <>
            <span role="status" aria-label="Figure" className="px-1 text-xs text-muted">
              {index + 1} of {figures.length}
            </span>
            <IconButton label="Previous figure" size="small" disabled={index === 0} onClick={() => step(-1)}>
              <ChevronLeft size={16} aria-hidden />
            </IconButton>
            <IconButton label="Next figure" size="small" disabled={index >= figures.length - 1} onClick={() => step(1)}>
              <ChevronRight size={16} aria-hidden />
            </IconButton>
            <IconButton label={`Save the figure (${viewLabels[figure.view.kind]})`} size="small" onClick={() => saveView(figure.view)}>
              <Download size={15} aria-hidden />
            </IconButton>
          </>
        )
      }
    >
      {figure === undefined ? (
        <EmptyState title="No figures yet">What a run displays as a picture or SVG is collected here, with the ones before it.</EmptyState>
      ) : (
        <div className="flex h-full justify-center overflow-auto p-2" tabIndex={0} role="group" aria-label="Figure shown">
          <div key={figure.key} className="m-auto w-full [&_img]:mx-auto">
            <ViewBody view={figure.view} alternative={figure.text} />
          </div>
        </div>
      )}
    </Region>
  );
}
