// Which rows of a table are selected: some by name, or all that match the filters.

import { useCallback, useEffect, useMemo, useState } from 'react';

export type RowId = string | number;

export type Selection = {
  /** Selected rows by name; empty while `all` is on. */
  ids: Set<RowId>;
  /** Everything that matches the filters, also on other pages. */
  all: boolean;
  count: number;
  has: (id: RowId) => boolean;
  toggle: (id: RowId) => void;
  /** Select these (a page of rows), or none of them when all are selected already. */
  togglePage: (ids: RowId[]) => void;
  /** null: what is done with the selection is done with the rows that are chosen here, and with no other. */
  selectAll: (() => void) | null;
  clear: () => void;
};

/** `scope`: what the rows belong to (path and filters); when it changes the selection is forgotten. */
export function useSelection(scope: string): Selection {
  const [ids, setIds] = useState<Set<RowId>>(new Set());
  const [all, setAll] = useState(false);
  const clear = useCallback(() => {
    setIds(new Set());
    setAll(false);
  }, []);
  useEffect(clear, [scope, clear]);
  const toggle = useCallback((id: RowId) => {
    setAll(false);
    setIds((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const togglePage = useCallback((page: RowId[]) => {
    setAll(false);
    setIds((before) => {
      const after = new Set(before);
      const every = page.every((id) => after.has(id));
      for (const id of page) {
        if (every) after.delete(id);
        else after.add(id);
      }
      return after;
    });
  }, []);
  const selectAll = useCallback(() => setAll(true), []);
  return useMemo(() => ({
    ids, all, count: ids.size, has: (id: RowId) => all || ids.has(id), toggle, togglePage, selectAll, clear,
  }), [ids, all, toggle, togglePage, selectAll, clear]);
}
