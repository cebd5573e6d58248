// Ctrl-K: go somewhere, find an order, run a flow, stop.

import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { write } from '../api/client';
import { useResource } from '../api/resource';
import type { Flows, Hit } from '../api/types';
import { hrefOf, navigate } from '../lib/router';
import { makeStore, useStore } from '../lib/store';
import { queryOf } from '../lib/url';
import { Dialog } from '../ui/dialog';
import { Icon, type IconName } from '../ui/icon';
import { toast } from '../ui/toast';
import { pages } from './pages';
import { stopAll } from './stop';
import { setTheme, theme } from './theme';

export const paletteOpen = makeStore(false);

type Item = { key: string; icon: IconName; title: string; text: string; run: () => void };

async function runFlow(name: string, title: string): Promise<void> {
  try {
    await write('POST', `/api/v1/flows/${name}/run`);
    toast(`${title}: a run was asked for.`);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { tone: 'bad' });
  }
}

function commands(flows: Flows | undefined): Item[] {
  return [
    ...pages.map((p) => ({ key: `page ${p.path}`, icon: p.icon, title: p.title, text: 'Go to', run: () => navigate(hrefOf(p.path)) })),
    ...(flows?.flows ?? []).filter((f) => f.mode !== 'off').map((f) => ({ key: `run ${f.name}`, icon: 'play' as const, title: `Run ${f.title} now`, text: f.state.word, run: () => void runFlow(f.name, f.title) })),
    { key: 'stop', icon: 'stop', title: 'STOP everything', text: 'Nothing is ordered, paid or sent', run: () => void stopAll() },
    { key: 'theme', icon: 'moon', title: theme.get() === 'dark' ? 'Light theme' : 'Dark theme', text: 'Appearance', run: () => setTheme(theme.get() === 'dark' ? 'light' : 'dark') },
  ];
}

const icons: Record<string, IconName> = { order: 'orders', product: 'products', job: 'jobs', flow: 'automation', setting: 'automation', page: 'dashboard' };

// What is typed, once the person pauses.
function useSettled(text: string, ms: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

function usePaletteItems(typed: string): { items: Item[]; failed: string | null } {
  const flows = useResource<Flows>('/api/v1/flows', { every: 0 });
  const wanted = useSettled(typed.trim(), 200);
  const found = useResource<{ hits: Hit[] }>(wanted.length >= 2 ? `/api/v1/search${queryOf({ q: wanted })}` : null, { every: 0 });
  const own = useMemo(() => commands(flows.data).filter((item) => item.title.toLowerCase().includes(typed.trim().toLowerCase())), [flows.data, typed]);
  const hits = (wanted.length >= 2 ? found.data?.hits ?? [] : []).filter((h) => h.kind !== 'page').map((h): Item => ({
    key: `${h.kind} ${h.id}`, icon: icons[h.kind] ?? 'info', title: h.title, text: h.text ?? h.kind, run: () => navigate(hrefOf(h.href)),
  }));
  return { items: [...hits, ...own].slice(0, 30), failed: found.error?.message ?? null };
}

function Palette() {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const { items, failed } = usePaletteItems(typed);
  const now = Math.min(at, Math.max(0, items.length - 1));
  const close = () => paletteOpen.set(false);
  const choose = (item: Item | undefined) => {
    if (!item) return;
    close();
    item.run();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt((now + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % Math.max(1, items.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(items[now]);
    }
  };
  useEffect(() => {
    list.current?.children[now]?.scrollIntoView({ block: 'nearest' });
  }, [now]);
  return (
    <Dialog title="Go to or do" onClose={close}>
      <input data-autofocus className="palette-input" role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={items.length > 0 ? `${id}-${now}` : undefined} aria-label="Search pages, orders, products, jobs and commands" placeholder="Order number, product, page, command" value={typed} onChange={(event) => { setTyped(event.target.value); setAt(0); }} onKeyDown={keys} />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className="palette-list">
        {items.map((item, i) => (
          <li key={item.key} id={`${id}-${i}`} role="option" aria-selected={i === now} className="palette-item" onClick={() => choose(item)} onMouseMove={() => setAt(i)}>
            <Icon name={item.icon} /> <span className="palette-title">{item.title}</span> <span className="quiet small">{item.text}</span>
          </li>
        ))}
      </ul>
      {items.length === 0 ? <p className="quiet" role="status">Nothing found for “{typed}”.</p> : null}
      {failed ? <p className="field-error">Search: {failed}</p> : null}
    </Dialog>
  );
}

export function PaletteHost() {
  return useStore(paletteOpen) ? <Palette /> : null;
}
