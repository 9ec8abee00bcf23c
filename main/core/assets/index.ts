export { indexAssets, openAsset, type Asset, type AssetIndex } from './assetIndex.ts';
export { assetHeaders, assetKindOf, plainHeaders, windowCsp, type AssetKind } from './headers.ts';
