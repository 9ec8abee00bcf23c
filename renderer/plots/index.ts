export { collectFigure, forgetFigures } from './figures.ts';
export { PlotsPanel } from './PlotsPanel.tsx';
