import { Component, useEffect, useMemo, type ErrorInfo, type ReactNode } from 'react';
import { forgetAll } from './api/resource';
import { sessionState } from './api/session';
import { BelowPage, Link, navigate, usePlace } from './lib/router';
import { useStore } from './lib/store';
import { whenIdle } from './lib/turns';
import { safeNext } from './lib/url';
import Login from './pages/login';
import { pageAt, pages, preload } from './shell/pages';
import { Shell } from './shell/shell';
import { Button } from './ui/button';
import { Page } from './ui/layout';
import { Empty, Skeleton } from './ui/states';

/** A page that broke says so; the shell with its STOP stays. */
class Guard extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Page title="This page broke">
        <div className="failed" role="alert">
          <p>{error.message}</p>
          <Button icon="refresh" onClick={() => location.reload()}>Load it again</Button>
        </div>
      </Page>
    );
  }
}

function Missing() {
  return <Page title="No such page"><Empty kind="no-match" title="There is nothing at this address." action={<Link href="/">To the dashboard</Link>} /></Page>;
}

function Inside() {
  const { path } = usePlace();
  const found = pageAt(path);
  const page = found?.page;
  // The same for as long as the page is shown, or it would be mounted anew.
  const View = useMemo(() => page?.ready ?? page?.view, [page]);
  return (
    <Shell>
      <Guard key={found?.page.path ?? path}>
        <BelowPage.Provider value={found?.below ?? ''}>{View ? <View /> : <Missing />}</BelowPage.Provider>
      </Guard>
    </Shell>
  );
}

export function App() {
  const state = useStore(sessionState);
  const { path, search } = usePlace();
  const login = path === '/login';
  const out = state.at === 'out';
  // While the key is looked for, what is shown next can come.
  useEffect(() => {
    if (out) return whenIdle(() => void preload(pageAt(safeNext(new URLSearchParams(location.search).get('next')).split('?')[0] ?? '/')?.page ?? pages[0]));
    return undefined;
  }, [out]);
  useEffect(() => {
    if (state.at === 'out') {
      forgetAll();
      if (!login) navigate(`/login${path === '/' && search === '' ? '' : `?next=${encodeURIComponent(path + search)}`}`, { replace: true });
    } else if (state.at === 'in' && login) {
      navigate(safeNext(new URLSearchParams(search).get('next')), { replace: true });
    }
  }, [state, login, path, search]);
  if (state.at === 'asking' && login) return <div className="waiting"><Skeleton lines={6} /></div>;
  if (out || login) return <Login />;
  return <Inside />;
}
