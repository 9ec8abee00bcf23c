export { choosePath, type PathRequest } from './choosePath.ts';
export { PathDialog } from './PathDialog.tsx';
export * from './pathText.ts';
