export { BundleView, saveView, ViewBody } from './BundleView.tsx';
export { figureOf, viewLabels, type View } from './bundle.ts';
