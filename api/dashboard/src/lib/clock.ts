// One clock for all relative times, and the shop's time zone.

import { useSyncExternalStore } from 'react';
import { dateFormat } from './intl';
import { keep, kept, makeStore, useStore } from './store';

let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of [...listeners]) listener();
}, 1000);

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The time, in steps of so many seconds: few components need to be drawn each second. */
export function useNow(stepS = 15): number {
  const step = stepS * 1000;
  return useSyncExternalStore(watch, () => Math.floor(now / step) * step + (step > 1000 ? step / 2 : 0));
}

function known(zone: string | null): string | null {
  try {
    return zone === null ? null : dateFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** The shop's zone; until the server has named it, the one it named last, else UTC. */
export const shopZone = makeStore(known(kept('zone')) ?? 'UTC');

export function learnZone(zone: string): void {
  if (zone === shopZone.get() && kept('zone') === zone) return;
  const valid = known(zone);
  if (valid === null) return;
  keep('zone', valid);
  shopZone.set(valid);
}

export const useZone = () => useStore(shopZone);
