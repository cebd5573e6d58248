import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/ui.css';
import './styles/table.css';
import './pages/dashboard/dashboard.css';
import './shell/theme';
// What most pages use comes in one file: a browser asks for six at a time, and each is a round trip.
import './ui';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { prefetch } from './api/resource';
import { findSession, sessionState } from './api/session';
import { App } from './app';
import { pageAt, preload } from './shell/pages';

const root = document.getElementById('root');
// In slices, not in one go: a slow phone can be scrolled and tapped meanwhile.
const draw = () => { if (root) startTransition(() => createRoot(root).render(<StrictMode><App /></StrictMode>)); };

// Code and answers that came along (early.ts) are drawn with the frame; others come while the frame stands.
const nearMs = 50;
if (sessionState.get().at === 'out') draw();
else {
  void findSession(); // takes the session's answer; those that are left are the frame's
  const near = [...(window.dropshipEarly?.keys() ?? [])].map(prefetch);
  void Promise.race([Promise.all([preload(pageAt(location.pathname)?.page), ...near]), new Promise((resolve) => { setTimeout(resolve, nearMs); })]).then(draw);
}
