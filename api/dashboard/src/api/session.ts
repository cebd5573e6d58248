// Who is signed in, and whether the server can be reached.

import { makeStore, useStore, keep, kept } from '../lib/store';
import { get, listenToClient, setCsrf, write } from './client';
import { ApiError } from './problem';

export type Scope = 'read' | 'operate' | 'admin';
export type Session = { name: string; scope: Scope; csrf: string; expires_at: string };
type State = { at: 'asking' } | { at: 'in'; session: Session } | { at: 'out'; ended: boolean };

export const sessionState = makeStore<State>(kept('signed-in') === null ? { at: 'out', ended: false } : { at: 'asking' });
/** Does the server answer? */
export const reachable = makeStore(true);

function enter(session: Session): void {
  setCsrf(session.csrf);
  keep('signed-in', '1');
  sessionState.set({ at: 'in', session });
}

function leave(ended: boolean): void {
  setCsrf(null);
  keep('signed-in', null);
  sessionState.set({ at: 'out', ended });
}

listenToClient(() => { if (sessionState.get().at !== 'out') leave(true); }, (reached) => reachable.set(reached));
window.addEventListener('offline', () => reachable.set(false));

/** Whose session is it that somebody has opened here before?  Meanwhile its pages may ask for what they show: they get a 401 when
 * it has ended. */
export async function findSession(): Promise<void> {
  if (sessionState.get().at !== 'asking') return;
  try {
    enter(await get<Session>('/api/v1/session'));
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'signed-out') leave(true);
    else setTimeout(() => void findSession(), 3000);
  }
}

/** Throws ApiError. */
export async function signIn(key: string): Promise<void> {
  enter(await write<Session>('POST', '/api/v1/session', { key }));
}

export async function signOut(): Promise<void> {
  await write('DELETE', '/api/v1/session').catch(() => undefined);
  leave(false);
}

export function useSession(): Session | null {
  const state = useStore(sessionState);
  return state.at === 'in' ? state.session : null;
}

const order: Scope[] = ['read', 'operate', 'admin'];

/** Why this person may not do what needs this scope; null when they may.  Offline, and until the session is known, nothing is written. */
export function useForbidden(needed: Scope): string | null {
  const session = useSession();
  const reached = useStore(reachable);
  if (!reached) return 'The server cannot be reached.';
  if (session === null) return 'The server has not said yet what you may do.';
  if (order.indexOf(session.scope) >= order.indexOf(needed)) return null;
  return `Your key may only ${session.scope}; this needs ${needed}.`;
}
