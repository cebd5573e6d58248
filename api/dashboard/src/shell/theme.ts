// Light or dark: as the system says, until this person chooses.

import { keep, kept, makeStore } from '../lib/store';

type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const chosen = () => {
  const text = kept('theme');
  return text === 'light' || text === 'dark' ? text : null;
};
const current = (): Theme => chosen() ?? (system.matches ? 'dark' : 'light');

export const theme = makeStore<Theme>(current());

function apply(): void {
  theme.set(current());
  document.documentElement.dataset.theme = theme.get();
}

/** The system's own choice is not stored: it may change with the evening. */
export function setTheme(wanted: Theme): void {
  keep('theme', wanted === (system.matches ? 'dark' : 'light') ? null : wanted);
  apply();
}

system.addEventListener('change', apply);
apply();
