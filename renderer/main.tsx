import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/index.ts';
import { connect } from './rpc/index.ts';
import { followTheme } from './settings/index.ts';
import './styles.css';

// Before the page has loaded: the preload hands over its port right then.
connect();
followTheme();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
