import { create } from 'zustand';
import type { MimeBundle, RunId, TabId } from '../../contract/index.ts';
import { figureOf, type View } from '../display/index.ts';
import { withAt } from '../lib/lists.ts';

/** A figure that a run of a tab showed. */
export interface Figure {
  /** `runId:seq`, or `runId:id` for one that is redrawn. */
  key: string;
  runId: RunId;
  view: View;
  /** What it is in words. */
  text: string;
}

/** Figures that are kept a tab, newest last. */
const mostFigures = 50;

/** Figures themselves stay out of the store: it only says that they changed. */
const figures = new Map<TabId, Figure[]>();
export const useFigures = create<{ version: number }>()(() => ({ version: 0 }));

export function figuresOf(tabId: TabId | null): readonly Figure[] {
  return tabId === null ? [] : (figures.get(tabId) ?? []);
}

/** Takes a display of a run if it is a figure. */
export function collectFigure(tabId: TabId, runId: RunId, seq: number, bundle: MimeBundle, displayId: string | null): void {
  const view = figureOf(bundle);
  if (view === null) return;
  const list = figures.get(tabId) ?? [];
  const key = `${runId}:${displayId ?? seq}`;
  const known = list.findIndex((figure) => figure.key === key);
  const text = bundle['text/plain'];
  const figure: Figure = { key, runId, view, text: typeof text === 'string' ? text : '' };
  const next = known === -1 ? [...list, figure].slice(-mostFigures) : withAt(list, known, figure);
  figures.set(tabId, next);
  useFigures.setState((state) => ({ version: state.version + 1 }));
}

export function forgetFigures(tabId: TabId): void {
  figures.delete(tabId);
}
