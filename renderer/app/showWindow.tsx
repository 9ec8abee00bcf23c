import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../settings/index.ts';
import { App } from './App.tsx';

/** Draws the window into an element, in its colours from the first frame on. */
export function showWindow(root: HTMLElement): void {
  followTheme();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
