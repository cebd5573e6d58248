// Signing in with an API key.  The key goes to the server once and is kept nowhere; a cookie that no script can read follows.

import { useEffect, useState, type FormEvent } from 'react';
import { ApiError } from '../../api/problem';
import { sessionState, signIn } from '../../api/session';
import { useNow } from '../../lib/clock';
import { useStore } from '../../lib/store';
import { formatSpan } from '../../lib/time';
import { Button, Field, Notice } from '../../ui';
import './login.css';

const shape = /^ds_[A-Za-z0-9_-]{8,}$/;

function complaint(key: string): string | null {
  if (key === '') return 'Paste the key that deploy/up has printed.';
  return shape.test(key) ? null : 'A key begins with ds_ and has no spaces.';
}

function words(error: ApiError): string {
  if (error.kind === 'signed-out') return 'The server does not know this key, or it was revoked.';
  if (error.kind === 'busy') return 'Too many wrong keys from your address.';
  return error.message;
}

export default function Login() {
  const state = useStore(sessionState);
  const [key, setKey] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const now = useNow(1);
  const locked = error?.retryAt ? Math.max(0, error.retryAt - now) : 0;
  useEffect(() => {
    document.title = 'Sign in · dropship';
  }, []);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const trimmed = key.trim();
    setWrong(complaint(trimmed));
    if (complaint(trimmed) !== null || busy || locked > 0) return;
    setBusy(true);
    setError(null);
    try {
      await signIn(trimmed);
    } catch (thrown) {
      setError(thrown instanceof ApiError ? thrown : new ApiError(String(thrown), { kind: 'server', status: 0 }));
      setBusy(false);
    }
  };
  return (
    <main className="login" id="main">
      <form className="login-card" onSubmit={(event) => void send(event)} noValidate>
        <p className="logo"><span className="logo-mark" aria-hidden="true" />dropship</p>
        <h1>Sign in</h1>
        {state.at === 'out' && state.ended ? <Notice>Your session has ended. Sign in to go back to where you were.</Notice> : null}
        <input className="sr" tabIndex={-1} aria-hidden="true" type="text" name="username" autoComplete="username" defaultValue="dropship" readOnly />
        <Field label="API key" error={wrong} hint={<>Printed by <code>deploy/up</code>; another one: <code>deploy/dropship key create NAME --scope admin</code></>}>
          {(wired) => <input {...wired} type="password" name="password" autoComplete="current-password" autoFocus spellCheck={false} value={key} onChange={(event) => { setKey(event.target.value); setWrong(null); }} />}
        </Field>
        {error ? (
          <div className="failed" role="alert">
            <p>{words(error)}{locked > 0 ? ` Try again in ${formatSpan(locked)}.` : ''}</p>
            {error.requestId ? <p className="quiet small">Request <code>{error.requestId}</code></p> : null}
          </div>
        ) : null}
        <Button type="submit" look="primary" icon="key" busy={busy} disabled={locked > 0}>{busy ? 'Signing in…' : locked > 0 ? `Wait ${formatSpan(locked)}` : 'Sign in'}</Button>
      </form>
    </main>
  );
}
