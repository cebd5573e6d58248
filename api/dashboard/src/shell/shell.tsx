// The frame around every page: navigation with badges, state strip, STOP, range, and the bars that must be seen.

import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { closeLive, openLive } from '../api/live';
import { paused, useResource } from '../api/resource';
import { reachable, signOut, useSession } from '../api/session';
import type { Flows, Health, Needs } from '../api/types';
import { learnZone, useNow } from '../lib/clock';
import { useHotkeys } from '../lib/hotkeys';
import { hrefOf, Link, navigate, usePlace } from '../lib/router';
import { keep, kept, useStore } from '../lib/store';
import { formatRelative, formatSpan } from '../lib/time';
import { Button } from '../ui/button';
import { ConfirmHost } from '../ui/confirm';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icon';
import { FlowPill } from '../ui/pill';
import { Skeleton } from '../ui/states';
import { ToastHost } from '../ui/toast';
import { HelpHost, helpOpen } from './help';
import { pageAt, pages, preload, type PageEntry } from './pages';
import { PaletteHost, paletteOpen } from './palette';
import { RangePicker } from './range_picker';
import { StopBar, StopButton, useFlows } from './stop';
import { setTheme, theme } from './theme';

export const useNeeds = () => useResource<Needs>('/api/v1/needs', { every: 15000, topics: ['orders', 'products', 'jobs', 'approvals', 'messages', 'flows'] });
export const useHealth = () => useResource<Health>('/api/v1/health', { every: 60000 });

function Badge({ count }: { count: number | undefined }) {
  if (!count) return null;
  return <span className="badge"><span aria-hidden="true">{count > 99 ? '99+' : count}</span><span className="sr"> {count} need you</span></span>;
}

function NavLink({ page, counts, onClick }: { page: PageEntry; counts: Needs['counts'] | undefined; onClick?: () => void }) {
  const { path } = usePlace();
  const here = pageAt(path)?.page.path === page.path;
  return (
    <Link href={page.path} className="nav-link" aria-current={here ? 'page' : undefined} onPointerEnter={() => void preload(page)} {...(onClick ? { onClick } : {})}>
      <Icon name={page.icon} size={20} />
      <span>{page.title}</span>
      <Badge count={page.badge ? counts?.[page.badge] : undefined} />
    </Link>
  );
}

function You() {
  const session = useSession();
  const now = useStore(theme);
  return (
    <div className="you">
      <span className="quiet small you-name" title={session ? `Key ${session.name}, may ${session.scope}` : undefined}><Icon name="person" size={16} /> {session ? `${session.name} · ${session.scope}` : '…'}</span>
      <div className="row">
        <Button look="quiet" icon={now === 'dark' ? 'sun' : 'moon'} label={now === 'dark' ? 'Light theme' : 'Dark theme'} onClick={() => setTheme(now === 'dark' ? 'light' : 'dark')} />
        <Button look="quiet" icon="info" label="Keyboard and help" onClick={() => helpOpen.set(true)} />
        <Button look="quiet" onClick={() => void signOut()}>Sign out</Button>
      </div>
    </div>
  );
}

function Side({ counts }: { counts: Needs['counts'] | undefined }) {
  return (
    <aside className="side">
      <Link href="/" className="logo"><span className="logo-mark" aria-hidden="true" />dropship</Link>
      <nav aria-label="Pages" className="nav">{pages.map((page) => <NavLink key={page.path} page={page} counts={counts} />)}</nav>
      <You />
    </aside>
  );
}

const below = ['/', '/orders', '/service', '/ads'];

function Bottom({ counts }: { counts: Needs['counts'] | undefined }) {
  const [more, setMore] = useState(false);
  const rest = pages.filter((p) => !below.includes(p.path));
  const waiting = rest.reduce((sum, p) => sum + (p.badge ? counts?.[p.badge] ?? 0 : 0), 0);
  return (
    <nav className="bottom" aria-label="Pages">
      {pages.filter((p) => below.includes(p.path)).map((page) => <NavLink key={page.path} page={page.path === '/' ? { ...page, title: 'Home' } : page} counts={counts} />)}
      <button type="button" className="nav-link" aria-expanded={more} onClick={() => setMore(true)}>
        <Icon name="menu" size={20} /><span>More</span><Badge count={waiting} />
      </button>
      {more ? (
        <Dialog title="Pages" onClose={() => setMore(false)}>
          <div className="nav">{rest.map((page) => <NavLink key={page.path} page={page} counts={counts} onClick={() => setMore(false)} />)}</div>
          <You />
        </Dialog>
      ) : null}
    </nav>
  );
}

function nextRun(flows: Flows): { title: string; at: number } | null {
  const all = flows.flows.filter((f) => f.mode !== 'off' && f.next_run_at !== null).map((f) => ({ title: f.title, at: Date.parse(f.next_run_at ?? '') }));
  return all.sort((a, b) => a.at - b.at)[0] ?? null;
}

function Strip() {
  const flows = useFlows();
  const isPaused = useStore(paused);
  const now = useNow(1);
  const next = flows.data ? nextRun(flows.data) : null;
  const trouble = flows.data?.overall.trouble ?? 0;
  return (
    <div className="strip" aria-label="State" role="region">
      {flows.data ? (
        <>
          <FlowPill word={flows.data.overall.word} />
          <Link href="/automation" className="strip-text">{flows.data.overall.text}</Link>
          {trouble > 0 ? <Link href="/automation" className="strip-trouble"><span className="dot-bad" aria-hidden="true" />{trouble === 1 ? 'a flow needs you' : `${trouble} flows need you`}</Link> : null}
          {next ? <span className="quiet">next: {next.title} {next.at > now ? formatRelative(next.at, now) : 'due'}</span> : null}
        </>
      ) : <span className="quiet">{flows.error ? `State unknown: ${flows.error.message}` : 'Asking for the state…'}</span>}
      <span className="strip-end quiet">
        {flows.at !== null ? <span className={flows.error ? 'warn-text' : undefined}>updated {formatSpan(now - flows.at)} ago</span> : null}
        <Button look="quiet" icon={isPaused ? 'play' : 'pause'} aria-pressed={isPaused} onClick={() => paused.set(!isPaused)}>{isPaused ? 'Go on updating' : 'Pause updates'}</Button>
      </span>
    </div>
  );
}

// Bars that were there last stand in their places while they are asked for anew: the page below does not jump when they come.
function useRemembered(name: string, now: string[] | undefined): string[] {
  const text = now?.join('\n');
  useEffect(() => { if (text !== undefined) keep(name, text === '' ? null : text); }, [name, text]);
  return (text ?? kept(name) ?? '').split('\n').filter(Boolean);
}

function Bars() {
  const flows = useFlows();
  const health = useHealth();
  const reached = useStore(reachable);
  const dry = useRemembered('dry', flows.data?.flows.filter((f) => f.mode === 'dry_run').map((f) => f.title));
  const simulated = useRemembered('simulated', health.data?.services.filter((s) => s.simulated).map((s) => s.title));
  return (
    <>
      {reached ? null : <div className="bar bar-offline" role="alert"><Icon name="error" /> <strong>Offline.</strong> The server cannot be reached; what you see is the last known state, and nothing can be changed.</div>}
      <StopBar stop={flows.data?.stop} />
      {simulated.length > 0 ? <div className="bar bar-sandbox"><Icon name="flask" /> <strong>SANDBOX</strong> <span>{simulated.join(', ')} {simulated.length === 1 ? 'is' : 'are'} simulated: nothing of it is real.</span></div> : null}
      {dry.length > 0 ? <div className="bar bar-dry"><Icon name="info" /> <strong>DRY RUN</strong> <span>{dry.join(', ')}: says what it would do, and does nothing.</span></div> : null}
    </>
  );
}

// The zone is part of every analytics answer; it is needed before the first one on pages that show none.
function useZoneOfShop(): void {
  const summary = useResource<{ range: { zone: string } }>(kept('zone') === null ? '/api/v1/analytics/summary' : null, { every: 0 });
  const zone = summary.data?.range.zone;
  useEffect(() => { if (zone) learnZone(zone); }, [zone]);
}

// A stream holds one of the browser's six connections: what the page shows first is asked for before it.
const liveAfterMs = 1000;

function useLive(): void {
  useEffect(() => {
    const look = () => (document.hidden ? closeLive() : openLive());
    const first = setTimeout(look, liveAfterMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(first);
      document.removeEventListener('visibilitychange', look);
      closeLive();
    };
  }, []);
}

function useShellKeys(): void {
  useHotkeys([
    ...pages.map((p) => ({ keys: `g ${p.key}`, help: p.title, run: () => navigate(hrefOf(p.path)) })),
    { keys: '/', help: 'Search', run: () => paletteOpen.set(true) },
    { keys: '?', help: 'This list', run: () => helpOpen.set(true) },
  ]);
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        paletteOpen.set(!paletteOpen.get());
      }
    };
    document.addEventListener('keydown', open);
    return () => document.removeEventListener('keydown', open);
  }, []);
}

export function Shell({ children }: { children: ReactNode }) {
  const needs = useNeeds();
  const flows = useFlows();
  useZoneOfShop();
  useLive();
  useShellKeys();
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the page</a>
      <Side counts={needs.data?.counts} />
      <div className="stage">
        <header className="top">
          <Link href="/" className="logo logo-top"><span className="logo-mark" aria-hidden="true" /><span className="sr">dropship</span></Link>
          <RangePicker />
          <button type="button" className="search-button" onClick={() => paletteOpen.set(true)}><Icon name="search" /><span>Search or do</span><kbd>Ctrl K</kbd></button>
          <StopButton stop={flows.data?.stop} />
        </header>
        <Bars />
        <Strip />
        <main id="main" tabIndex={-1}><Suspense fallback={<Skeleton lines={10} />}>{children}</Suspense></main>
      </div>
      <Bottom counts={needs.data?.counts} />
      <PaletteHost />
      <HelpHost />
      <ConfirmHost />
      <ToastHost />
    </div>
  );
}
