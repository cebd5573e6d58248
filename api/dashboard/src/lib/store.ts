// A value that components watch.

import { useSyncExternalStore } from 'react';

export type Store<T> = { get: () => T; set: (value: T) => void; watch: (listener: () => void) => () => void };

export function makeStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.watch, store.get);
}

/** A choice of this person on this device. */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`dropship.${name}`);
    else localStorage.setItem(`dropship.${name}`, value);
  } catch {
    // Storage is switched off: the choice lasts until the page is left.
  }
}

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`dropship.${name}`);
  } catch {
    return null;
  }
}
