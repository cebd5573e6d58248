// What the server has at a path, kept fresh.  Components that watch the same path share one request and one answer.

import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { makeStore } from '../lib/store';
import { request } from './client';
import { liveNow, onChange, type Topic } from './live';
import { ApiError } from './problem';

export type Resource<T> = {
  /** The last good answer, whatever went wrong since; undefined before the first. */
  data: T | undefined;
  /** What went wrong with the latest request; null when nothing did. */
  error: ApiError | null;
  /** When `data` was last confirmed by the server. */
  at: number | null;
  /** A request is under way. */
  busy: boolean;
  refresh: () => Promise<void>;
};

type Snapshot = { data: unknown; error: ApiError | null; at: number | null; busy: boolean };
type Watcher = { every: number; topics: Topic[]; notify: () => void };

/** Every: milliseconds between two requests while the page is visible; 0 = once and on hints. */
export type ResourceOptions = { every?: number; topics?: Topic[] };

const nothing: Snapshot = { data: undefined, error: null, at: null, busy: false };

/** Updates are paused by the person (WCAG 2.2.2). */
export const paused = makeStore(false);

class Entry {
  snapshot: Snapshot = nothing;
  etag: string | null = null;
  watchers = new Set<Watcher>();
  timer: ReturnType<typeof setTimeout> | undefined;
  flight: Promise<void> | null = null;
  following: Promise<void> | null = null;
  leftAt = 0;

  constructor(readonly path: string) {}

  change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const watcher of [...this.watchers]) watcher.notify();
  }

  load(): Promise<void> {
    this.flight ??= this.ask().finally(() => {
      this.flight = null;
      this.plan();
    });
    return this.flight;
  }

  /** An answer that is asked for from now on: one that is under way may tell of before. */
  anew(): Promise<void> {
    if (this.flight === null) return this.load();
    this.following ??= this.flight.then(() => {
      this.following = null;
      return this.load();
    });
    return this.following;
  }

  async ask(): Promise<void> {
    clearTimeout(this.timer);
    this.change({ busy: true });
    try {
      const answer = await request<unknown>('GET', this.path, { etag: this.snapshot.data === undefined ? null : this.etag });
      if (answer.status !== 304) {
        this.etag = answer.etag;
        this.snapshot = { ...this.snapshot, data: answer.data };
      }
      this.change({ error: null, at: Date.now(), busy: false });
    } catch (error) {
      this.change({ error: error instanceof ApiError ? error : new ApiError(String(error), { kind: 'server', status: 0 }), busy: false });
    }
  }

  /** Milliseconds until the next request; null for none. */
  pause(): number | null {
    const wishes = [...this.watchers].map((w) => w.every).filter((every) => every > 0);
    const { error } = this.snapshot;
    if (error?.kind === 'signed-out' || error?.kind === 'forbidden') return null;
    if (error?.retryAt) return Math.max(1000, error.retryAt - Date.now());
    if (error && error.kind !== 'missing' && error.kind !== 'input') return Math.max(5000, Math.min(...wishes, 15000));
    if (wishes.length === 0) return null;
    // Hints make polling a mere safety net for what they tell of.
    const hinted = liveNow.get() && [...this.watchers].some((w) => w.topics.length > 0);
    return hinted ? Math.max(15000, Math.min(...wishes) * 3) : Math.min(...wishes);
  }

  plan(): void {
    clearTimeout(this.timer);
    const wait = this.pause();
    if (this.watchers.size === 0 || wait === null || document.hidden || paused.get()) return;
    this.timer = setTimeout(() => void this.load(), wait);
  }
}

const entries = new Map<string, Entry>();

function entryOf(path: string): Entry {
  let entry = entries.get(path);
  if (!entry) {
    entry = new Entry(path);
    entries.set(path, entry);
    forgetOld();
  }
  return entry;
}

// Pages somebody went through stay for going back; not for ever.
function forgetOld(): void {
  if (entries.size <= 100) return;
  const idle = [...entries.values()].filter((e) => e.watchers.size === 0).sort((a, b) => a.leftAt - b.leftAt);
  for (const entry of idle.slice(0, 50)) entries.delete(entry.path);
}

/** Ask again for everything on the screen whose path starts so, as after a write; others are asked when they are shown. */
export async function refreshAll(prefix = '/api/'): Promise<void> {
  const all = [...entries.values()].filter((e) => e.path.startsWith(prefix));
  for (const entry of all) if (entry.watchers.size === 0) entries.delete(entry.path);
  await Promise.all(all.filter((e) => e.watchers.size > 0).map((e) => e.anew()));
}

/** Asks for what will be watched in a moment. */
export function prefetch(path: string): Promise<void> {
  return entryOf(path).load();
}

/** Everything that was fetched is somebody else's now. */
export function forgetAll(): void {
  for (const entry of entries.values()) clearTimeout(entry.timer);
  entries.clear();
}

function wake(): void {
  for (const entry of entries.values()) {
    const age = Date.now() - (entry.snapshot.at ?? 0);
    const wait = entry.pause();
    if (entry.watchers.size === 0) continue;
    if (!document.hidden && !paused.get() && wait !== null && age > wait) void entry.load();
    else entry.plan();
  }
}

document.addEventListener('visibilitychange', wake);
window.addEventListener('online', wake);
paused.watch(wake);

// Hints come in bursts: one request answers them all.
const due = new Set<Entry>();
let soon: ReturnType<typeof setTimeout> | undefined;
onChange((topics) => {
  if (paused.get()) return;
  for (const entry of entries.values()) {
    if ([...entry.watchers].some((w) => w.topics.some((t) => topics.has(t)))) due.add(entry);
  }
  soon ??= setTimeout(() => {
    soon = undefined;
    const now = [...due];
    due.clear();
    for (const entry of now) if (entry.watchers.size > 0 && !document.hidden) void entry.anew();
  }, 500);
});

/** The resource at `path`; null: none yet.  The last good answer stays while it is fetched anew and when that fails. */
export function useResource<T>(path: string | null, options: ResourceOptions = {}): Resource<T> {
  const { every = 60000 } = options;
  const topics = (options.topics ?? []).join(' ');
  const watch = useCallback((notify: () => void) => {
    if (path === null) return () => undefined;
    const entry = entryOf(path);
    const watcher = { every, topics: topics === '' ? [] : (topics.split(' ') as Topic[]), notify };
    entry.watchers.add(watcher);
    return () => {
      entry.watchers.delete(watcher);
      entry.leftAt = Date.now();
      if (entry.watchers.size === 0) clearTimeout(entry.timer);
    };
  }, [path, every, topics]);
  const snapshot = useSyncExternalStore(watch, () => (path === null ? nothing : entries.get(path)?.snapshot ?? nothing));
  useEffect(() => {
    if (path === null) return;
    const entry = entryOf(path);
    const age = Date.now() - (entry.snapshot.at ?? 0);
    if (entry.snapshot.at === null || age > 2000) void entry.load();
    else entry.plan();
  }, [path, every, topics]);
  const refresh = useCallback(() => (path === null ? Promise.resolve() : entryOf(path).anew()), [path]);
  return { ...(snapshot as Omit<Resource<T>, 'refresh'>), refresh };
}
