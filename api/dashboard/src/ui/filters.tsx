// Filters of a list, bound to the URL.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useHotkeys } from '../lib/hotkeys';
import { navigate, usePlace } from '../lib/router';
import { writeParams } from '../lib/url';
import { Button } from './button';
import { Icon } from './icon';

export type Filter =
  | { name: string; label: string; kind: 'select'; options: { value: string; label: string }[] }
  | { name: string; label: string; kind: 'search' | 'text' | 'number'; placeholder?: string };

function set(name: string, value: string): void {
  navigate(location.pathname + writeParams(location.search, { [name]: value === '' ? null : value, cursor: null, back: null }), { replace: true });
}

// What is typed goes to the URL when the person pauses or leaves.
function Typed({ filter, value }: { filter: Filter & { kind: 'search' | 'text' | 'number' }; value: string }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      set(filter.name, text.trim());
    }, 350);
    return () => clearTimeout(timer);
  }, [text, filter.name]);
  useHotkeys(filter.kind === 'search' ? [{ keys: '/', help: 'Search this list', run: () => input.current?.focus() }] : []);
  return (
    <label className={`filter filter-${filter.kind}`}>
      <span className="filter-label">{filter.label}</span>
      {filter.kind === 'search' ? <Icon name="search" size={16} /> : null}
      <input ref={input} type={filter.kind === 'number' ? 'number' : filter.kind === 'search' ? 'search' : 'text'} name={filter.name} value={text} placeholder={filter.placeholder} onChange={(event) => setText(event.target.value)} />
    </label>
  );
}

function Choice({ filter, value }: { filter: Filter & { kind: 'select' }; value: string }) {
  return (
    <label className="filter">
      <span className="filter-label">{filter.label}</span>
      <select name={filter.name} value={value} onChange={(event) => set(filter.name, event.target.value)}>
        <option value="">All</option>
        {filter.options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
      </select>
    </label>
  );
}

/** Changing one starts the list from its first page.  Small screens show the search, and the others when they are asked for. */
export function FilterBar({ filters, children }: { filters: Filter[]; children?: ReactNode }) {
  const { search } = usePlace();
  const now = new URLSearchParams(search);
  const used = filters.filter((f) => (now.get(f.name) ?? '') !== '');
  const [open, setOpen] = useState(false);
  const one = (filter: Filter) => (filter.kind === 'select' ? <Choice key={filter.name} filter={filter} value={now.get(filter.name) ?? ''} /> : <Typed key={filter.name} filter={filter} value={now.get(filter.name) ?? ''} />);
  const searched = filters.filter((f) => f.kind === 'search');
  const others = filters.filter((f) => f.kind !== 'search');
  const folds = others.length > 1;
  const hidden = used.filter((f) => f.kind !== 'search').length;
  const clear = () => navigate(location.pathname + writeParams(location.search, { ...Object.fromEntries(filters.map((f) => [f.name, null])), cursor: null, back: null }));
  return (
    <div className={`filters${folds ? ' filters-folds' : ''}${open ? ' filters-open' : ''}`} role="search" aria-label="Filters">
      {searched.map(one)}
      {folds ? <Button className="filters-fold" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Fewer filters' : `Filters${hidden > 0 ? ` (${hidden})` : ''}`}</Button> : null}
      {others.map(one)}
      {used.length > 0 ? <Button look="link" onClick={clear}>Clear filters</Button> : null}
      {children ? <div className="filters-end">{children}</div> : null}
    </div>
  );
}
