export { BundleView, saveView } from './BundleView.tsx';
export { isFigure, pictureUrl, viewsOf, type View } from './bundle.ts';
