import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/ui.css';
import './styles/table.css';
import './shell/theme';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { sessionState } from './api/session';
import { App } from './app';
import { pageAt, preload } from './shell/pages';

// The page's code comes while the frame is drawn and its figures are asked for.
preload(sessionState.get().at === 'out' ? 'login' : pageAt(location.pathname)?.page);

const root = document.getElementById('root');
// In slices, not in one go: a slow phone can be scrolled and tapped meanwhile.
if (root) startTransition(() => createRoot(root).render(<StrictMode><App /></StrictMode>));
