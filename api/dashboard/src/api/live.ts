// Hints of the server that something changed (Server-Sent Events).  Without them the polling alone brings the news.

import { makeStore } from '../lib/store';

export type Topic = 'orders' | 'products' | 'jobs' | 'flows' | 'approvals' | 'activity' | 'messages' | 'analytics';

/** Do hints arrive just now? */
export const liveNow = makeStore(false);

type Listener = (topics: Set<string>) => void;
const listeners = new Set<Listener>();
let source: EventSource | null = null;
let failures = 0;
let again: ReturnType<typeof setTimeout> | undefined;

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function heard(event: MessageEvent<string>): void {
  try {
    const { topics } = JSON.parse(event.data) as { topics: string[] };
    for (const listener of [...listeners]) listener(new Set(topics));
  } catch {
    // Not ours; the polling goes on.
  }
}

/** Listen while signed in and visible; safe to call again. */
export function openLive(): void {
  if (source !== null || typeof EventSource === 'undefined') return;
  clearTimeout(again);
  const mine = new EventSource('/api/v1/live');
  source = mine;
  mine.addEventListener('change', heard as EventListener);
  mine.onopen = () => {
    failures = 0;
    liveNow.set(true);
  };
  mine.onerror = () => {
    closeLive();
    failures += 1;
    // A server without room (or without this route) is asked less and less often.
    again = setTimeout(openLive, Math.min(300000, 2000 * 2 ** Math.min(failures, 8)));
  };
}

export function closeLive(): void {
  clearTimeout(again);
  source?.close();
  source = null;
  liveNow.set(false);
}
