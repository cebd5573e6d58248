// A write from a button: off until answered, done once.

import { useCallback, useRef, useState } from 'react';
import { newKey, write } from './client';
import { ApiError } from './problem';
import { refreshAll } from './resource';

type Write = { method: 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown };

export type Action = {
  /** The answer; null when it failed (see error) or another is under way. */
  run: <T = unknown>(write: Write) => Promise<T | null>;
  busy: boolean;
  error: ApiError | null;
  clear: () => void;
};

/** Writes with one idempotency key per act: pressing again after a lost answer repeats the same act and does not do it twice.
 * `refresh`: prefixes of what is fetched anew afterwards. */
export function useAction(refresh: string[] = ['/api/']): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const open = useRef<{ same: string; key: string } | null>(null);
  const going = useRef(false);
  const prefixes = refresh.join(' ');
  const run = useCallback(async <T,>(wanted: Write): Promise<T | null> => {
    if (going.current) return null;
    const same = JSON.stringify(wanted);
    if (open.current?.same !== same) open.current = { same, key: newKey() };
    going.current = true;
    setBusy(true);
    setError(null);
    try {
      const answer = await write<T>(wanted.method, wanted.path, wanted.body, open.current.key);
      open.current = null;
      void Promise.all(prefixes.split(' ').filter(Boolean).map((prefix) => refreshAll(prefix)));
      return answer ?? ({} as T);
    } catch (thrown) {
      const problem = thrown instanceof ApiError ? thrown : new ApiError(String(thrown), { kind: 'server', status: 0 });
      // Refused is final; without an answer, or with trouble inside, nobody knows whether it was done.
      if (problem.status >= 400 && problem.status < 500) open.current = null;
      setError(problem);
      return null;
    } finally {
      going.current = false;
      setBusy(false);
    }
  }, [prefixes]);
  const clear = useCallback(() => setError(null), []);
  return { run, busy, error, clear };
}
