export { showWindow } from './showWindow.tsx';
