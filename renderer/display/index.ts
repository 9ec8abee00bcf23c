export { BundleView, saveView, ViewBody } from './BundleView.tsx';
export { saveBlob } from './saveBlob.ts';
export { figureOf, viewLabels, type View } from './bundle.ts';
