// A list of the server, page by page, that never moves rows under the pointer.

import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useResource, type Resource, type ResourceOptions } from '../api/resource';
import { useParams } from '../lib/router';
import { queryOf } from '../lib/url';

const inUrl = { cursor: '', back: '', limit: '50', sort: '' };

export type List<T> = {
  resource: Resource<unknown>;
  /** The rows as they stand on the screen, in their order; undefined before the first answer. */
  rows: T[] | undefined;
  /** Rows that came since and are not shown yet. */
  fresh: number;
  show: () => void;
  next: (() => void) | null;
  previous: (() => void) | null;
  /** The page's number, from 1. */
  page: number;
  limit: number;
  sort: string;
  setSort: (sort: string) => void;
  setLimit: (limit: number) => void;
  /** The filters as they were asked for, without cursor and limit: for bulk calls and exports. */
  filters: Record<string, string | number | boolean | null | undefined>;
  /** Fetch anew and show at once whatever comes: after an act of this person. */
  refresh: () => Promise<void>;
  /** The server's answer with everything beside the rows. */
  answer: Record<string, unknown> | undefined;
};

type Options<T> = ResourceOptions & {
  /** Member of the answer that holds the rows: "orders". */
  member: string;
  id: (row: T) => string | number;
  filters: Record<string, string | number | boolean | null | undefined>;
  /** The order when the URL names none: "-created". */
  sort?: string;
};

/** GET path?filters&limit&cursor&sort -> {"<member>":[...],"next":cursor|null}.  Cursor, limit and sort live in the URL. */
export function useList<T>(path: string, options: Options<T>): List<T> {
  const { member, id, filters, every = 15000, topics } = options;
  const [url, set] = useParams(inUrl);
  const limit = [25, 50, 100].includes(Number(url.limit)) ? Number(url.limit) : 50;
  const sort = url.sort || options.sort || '';
  const target = path + queryOf({ ...filters, sort: sort || null, limit, cursor: url.cursor });
  const resource = useResource<Record<string, unknown>>(target, { every, ...(topics ? { topics } : {}) });
  const latest = resource.data?.[member] as T[] | undefined;
  const shown = useShown(target, latest, id, resource.at);
  const back = useMemo(() => (url.back === '' ? [] : url.back.split(' ')), [url.back]);
  const next = resource.data?.next as string | null | undefined;
  const refresh = useCallback(async () => {
    shown.follow();
    await resource.refresh();
  }, [shown.follow, resource.refresh]);
  return {
    resource, rows: shown.rows, fresh: shown.fresh, show: shown.show, limit, sort, filters, refresh, answer: resource.data,
    page: back.length + 1,
    next: next ? () => set({ cursor: next, back: [...back, url.cursor || '.'].join(' ') }) : null,
    previous: back.length > 0 ? () => {
      const to = back.at(-1);
      set({ cursor: to === '.' || to === undefined ? null : to, back: back.slice(0, -1).join(' ') || null });
    } : null,
    setSort: (value) => set({ sort: value === (options.sort ?? '') ? null : value, cursor: null, back: null }),
    setLimit: (value) => set({ limit: String(value), cursor: null, back: null }),
  };
}

// The latest rows by name; a row in which nothing has changed stays the object it was, and so needs no drawing.
function useRowsById<T>(latest: T[] | undefined, key: RefObject<(row: T) => string | number>): Map<string | number, T> {
  const before = useRef(new Map<string | number, T>());
  return useMemo(() => {
    before.current = new Map((latest ?? []).map((row) => {
      const name = key.current(row);
      const was = before.current.get(name);
      return [name, was !== undefined && JSON.stringify(was) === JSON.stringify(row) ? was : row];
    }));
    return before.current;
  }, [latest, key]);
}

type Shown<T> = { rows: T[] | undefined; fresh: number; show: () => void; follow: () => void };

// The order on the screen stays as it was; values in the rows follow the server; rows that came or went wait for show().
function useShown<T>(target: string, latest: T[] | undefined, id: (row: T) => string | number, at: number | null): Shown<T> {
  const [order, setOrder] = useState<{ target: string; rows: T[] } | null>(null);
  const follow = useRef(false);
  const key = useRef(id);
  key.current = id;
  useEffect(() => {
    if (latest === undefined || (order?.target === target && order.rows === latest)) return;
    if (order === null || order.target !== target || order.rows.length === 0 || follow.current) setOrder({ target, rows: latest });
    follow.current = false;
  }, [latest, target, at, order]);
  const current = order?.target === target ? order.rows : latest;
  const byId = useRowsById(latest, key);
  const rows = useMemo(() => current?.map((row) => byId.get(key.current(row)) ?? row), [current, byId]);
  const fresh = useMemo(() => {
    if (!current || !latest || current === latest) return 0;
    const had = new Set(current.map((row) => key.current(row)));
    const came = latest.filter((row) => !had.has(key.current(row))).length;
    const gone = current.filter((row) => !byId.has(key.current(row))).length;
    return Math.max(came, gone);
  }, [current, latest, byId]);
  const show = useCallback(() => { if (latest) setOrder({ target, rows: latest }); }, [latest, target]);
  const following = useCallback(() => { follow.current = true; }, []);
  return { rows, fresh, show, follow: following };
}
