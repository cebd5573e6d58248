// The address bar as state.  Links are real links; what a click changes goes through navigate().

import { createContext, useCallback, useContext, useMemo, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from 'react';
import { useSyncExternalStore } from 'react';
import { readParams, writeParams, type Defaults } from './url';

export type Place = { path: string; search: string };

let place: Place = { path: location.pathname, search: location.search };
const listeners = new Set<() => void>();

function look(): void {
  const next = { path: location.pathname, search: location.search };
  if (next.path === place.path && next.search === place.search) return;
  place = next;
  for (const listener of [...listeners]) listener();
}

window.addEventListener('popstate', look);

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Go to a path of ours.  `replace`: the back button passes over where we were. */
export function navigate(href: string, options: { replace?: boolean } = {}): void {
  const before = place.path;
  if (options.replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  look();
  if (place.path !== before) {
    window.scrollTo(0, 0);
    arrived = true;
  }
}

let arrived = false;

/** Has somebody come to a new page since this was asked last? */
export function takeArrival(): boolean {
  const was = arrived;
  arrived = false;
  return was;
}

export function usePlace(): Place {
  return useSyncExternalStore(watch, () => place);
}

/** The path below the page's own: "/jobs/abc" on the page "jobs" is "abc". */
export const BelowPage = createContext('');
export const useBelow = () => useContext(BelowPage);

/** Parameters of the URL with their defaults, and a setter that leaves all others alone.
 *   const [{ state, q }, set] = useParams({ state: '', q: '' });   set({ state: 'held', cursor: null });
 * `defaults` must be a constant outside the component. */
export function useParams<D extends Defaults>(defaults: D): [{ [K in keyof D]: string }, (patch: Record<string, string | null>, options?: { replace?: boolean }) => void] {
  const { search } = usePlace();
  const values = useMemo(() => readParams(search, defaults), [search, defaults]);
  const set = useCallback((patch: Record<string, string | null>, options?: { replace?: boolean }) => {
    navigate(location.pathname + writeParams(location.search, patch, defaults), options);
  }, [defaults]);
  return [values, set];
}

// What applies on every page goes along with every link.
const shared = ['range', 'from', 'to', 'compare', 'currency'];

/** A path of ours with the range of the shell carried along. */
export function hrefOf(path: string, params: Record<string, string | null> = {}): string {
  const now = new URLSearchParams(place.search);
  const [bare = '', own = ''] = path.split('?');
  const kept: Record<string, string | null> = {};
  for (const name of shared) kept[name] = now.get(name);
  const target = new URLSearchParams(own);
  const all = { ...kept, ...Object.fromEntries(target), ...params };
  return bare + writeParams('', all);
}

const plain = (event: MouseEvent) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** A link to a path of ours ("/orders?state=held").  `exact`: without the range of the shell. */
export function Link({ href, exact, onClick, replace, children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string; exact?: boolean; replace?: boolean; children: ReactNode }) {
  usePlace();
  const target = exact ? href : hrefOf(href);
  return (
    <a
      {...rest}
      href={target}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || !plain(event) || rest.target === '_blank') return;
        event.preventDefault();
        navigate(target, { replace: replace ?? false });
      }}
    >
      {children}
    </a>
  );
}
