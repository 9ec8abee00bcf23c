import { again } from './lib/again.ts';
import { loadMonaco } from './lib/monacoLoader.ts';
import { askForTabs } from './rpc/early.ts';
import { connect } from './rpc/index.ts';
import './styles.css';

// Before the page has loaded: the preload hands over its port right then.
connect();
askForTabs();
// The editor's code is by far the most; it is fetched and compiled beside the window's. A failure is told where it is waited for.
loadMonaco().catch(() => {});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
try {
  const { showWindow } = await again(() => import('./app/index.ts'));
  showWindow(root);
  dispatchEvent(new Event('pyexekube:shown'));
} catch (error) {
  console.error(error);
  dispatchEvent(new Event('pyexekube:not-loaded'));
}
