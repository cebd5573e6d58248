// The figures: value, change against the period before, formula, age, and what is missing.

import { useState, type ReactNode } from 'react';
import { useAnalytics, type Figure, type Summary } from '../../api/analytics';
import { useRange } from '../../lib/range';
import { Button, Card, Change, Count, Dialog, Empty, Facts, formatCount, formatMoney, formatPpm, formatRatio, Icon, Link, Money, Nothing, Rate, Ratio, Skeleton, Stale, Failed, Time, type Resource } from '../../ui';
import { lackingOf } from './incomplete';

type Good = 'up' | 'down' | 'none';
type Tile = { name: string; title: string; href: string; good: Good; below: (s: Summary) => ReactNode };

const figure = (s: Summary, name: string): Figure | undefined => s.figures[name];

const denominators: Record<string, string> = { store_sessions: 'store sessions', ad_clicks: 'ad clicks' };

function OnHold({ summary }: { summary: Summary }) {
  const held = figure(summary, 'orders_on_hold')?.value;
  return held ? <Link href="/orders?state=held">{held} on hold</Link> : <span>none on hold</span>;
}

function Part({ summary, name, before, after }: { summary: Summary; name: string; before?: string; after?: string }) {
  const f = figure(summary, name);
  if (!f || f.value === null) return null;
  return <span>{before}<FigureValue figure={f} currency={summary.currency} />{after}</span>;
}

const tiles: Tile[] = [
  { name: 'total_sales', title: 'Total sales', href: '/orders', good: 'up', below: (s) => <Part summary={s} name="net_revenue" before="net " /> },
  { name: 'total_profit', title: 'Profit', href: '/orders', good: 'up', below: (s) => <Part summary={s} name="margin" after=" margin" /> },
  { name: 'total_orders', title: 'Orders', href: '/orders', good: 'up', below: (s) => <OnHold summary={s} /> },
  { name: 'ad_spend', title: 'Ad spend', href: '/ads', good: 'none', below: (s) => <Part summary={s} name="mer" before="sales per spend " /> },
  { name: 'roi_ads', title: 'ROI (ads)', href: '/ads', good: 'up', below: (s) => <Part summary={s} name="roas" before="ROAS " /> },
  { name: 'conversion_rate', title: 'Conversion', href: '/ads', good: 'up', below: (s) => <Of figure={figure(s, 'conversion_rate')} /> },
  { name: 'aov', title: 'Order value', href: '/orders', good: 'up', below: (s) => <Part summary={s} name="refund_rate" after=" refunded" /> },
];

function Of({ figure: f }: { figure: Figure | undefined }) {
  if (!f || f.value === null) return <span>of store sessions</span>;
  const of = f.of ? denominators[f.of] ?? f.of : 'sessions';
  return <span>of {of}{f.interval ? ` (${formatPpm(f.interval.low_ppm)} to ${formatPpm(f.interval.high_ppm)})` : ''}</span>;
}

export function FigureValue({ figure: f, currency, compact }: { figure: Figure | undefined; currency: string; compact?: boolean }) {
  if (!f || f.value === null) return <Nothing why={f?.why} />;
  switch (f.unit) {
    case 'minor': return <Money of={{ minor: f.value, currency }} compact={compact ?? false} estimated={f.estimated} />;
    case 'count': return <Count of={f.value} />;
    case 'ppm': return <Rate ppm={f.value} estimated={f.estimated} />;
    case 'e4': return <Ratio e4={f.value} />;
  }
}

function inWords(f: Figure, value: number | null, currency: string): string {
  switch (f.unit) {
    case 'minor': return formatMoney(value === null ? null : { minor: value, currency });
    case 'count': return formatCount(value);
    case 'ppm': return formatPpm(value, 2);
    case 'e4': return formatRatio(value);
  }
}

const lacking = (s: Summary, f: Figure, name: string) => lackingOf(name, f.incomplete, s.currency, s.currencies);

function Explained({ tile, summary, onClose }: { tile: Tile; summary: Summary; onClose: () => void }) {
  const f = figure(summary, tile.name);
  if (!f) return null;
  return (
    <Dialog title={tile.title} onClose={onClose}>
      <div className="stack">
        <p>{f.formula}</p>
        <Facts items={[
          ['These days', <FigureValue key="v" figure={f} currency={summary.currency} />],
          ['Period before', summary.previous ? inWords(f, f.previous, summary.currency) : 'not compared'],
          ['As of', <Time key="t" at={summary.as_of} as="full" why="Nothing has been counted yet" />],
          ...(f.interval ? [['Likely range', `${formatPpm(f.interval.low_ppm)} to ${formatPpm(f.interval.high_ppm)}`] as [string, ReactNode]] : []),
        ]} />
        {f.value === null && f.why ? <p>Not known: {f.why}</p> : null}
        {f.incomplete > 0 ? <p>{lacking(summary, f, tile.name).long} <Link href={lacking(summary, f, tile.name).href} onClick={onClose}>Show the orders</Link></p> : null}
      </div>
    </Dialog>
  );
}

function One({ tile, summary }: { tile: Tile; summary: Summary }) {
  const [open, setOpen] = useState(false);
  const [range] = useRange();
  const f = figure(summary, tile.name);
  const large = f?.unit === 'minor' && f.value !== null && Math.abs(f.value) >= 100000000;
  return (
    <div className="tile" data-figure={tile.name}>
      <div className="tile-head">
        <Link href={tile.href} className="tile-title">{tile.title}</Link>
        <Button look="quiet" icon="info" label={`${tile.title}: how it is worked out`} title={f?.formula ?? ''} className="tile-info" onClick={() => setOpen(true)} />
      </div>
      <p className="tile-value"><FigureValue figure={f} currency={summary.currency} compact={large} /></p>
      {f?.value === null && f.why ? <p className="tile-below quiet">{f.why}</p> : <p className="tile-below quiet">{tile.below(summary)}</p>}
      {range.compare && f && f.value !== null && f.change_ppm !== null ? <p className="tile-below"><Change ppm={f.change_ppm} good={tile.good} /> <span className="quiet">vs before</span></p> : null}
      {f && f.incomplete > 0 ? <p className="tile-below"><Link href={lacking(summary, f, tile.name).href} className="button button-link tile-incomplete"><Icon name="warn" size={14} /> {lacking(summary, f, tile.name).short}</Link></p> : null}
      {open ? <Explained tile={tile} summary={summary} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

/** The server cannot count yet: it does not know the shop's days. */
export const notYet = (resource: Resource<unknown>) => resource.data === undefined && resource.error?.kind === 'conflict';

/** Asks by itself: what stands higher on the page is asked for before the charts, whose page would ask last. */
export function Tiles() {
  const summary = useAnalytics<Summary>('summary');
  const { data } = summary;
  if (!data) {
    if (notYet(summary)) return <Card><Empty kind="not-connected" title="The figures begin when the store has been read."><span className="first-up">{summary.error?.message}.</span></Empty></Card>;
    return summary.error ? <Failed error={summary.error} what="Figures" retry={() => void summary.refresh()} /> : <div><div className="tiles">{tiles.map((t) => <div key={t.name} className="tile"><Skeleton lines={3} /></div>)}</div><p className="quiet small as-of">&nbsp;</p></div>;
  }
  return (
    <section aria-label="Figures">
      <Stale resource={summary} />
      <div className="tiles">{tiles.map((tile) => <One key={tile.name} tile={tile} summary={data} />)}</div>
      <p className="quiet small as-of">As of <Time at={data.as_of} why="nothing has been counted yet" />, amounts in {data.currency}{data.currencies.length > 1 ? ' only' : ''}</p>
    </section>
  );
}

/** Currencies are never added: one at a time. */
export function CurrencyChoice({ summary }: { summary: Summary | undefined }) {
  const [, set] = useRange();
  if (!summary || summary.currencies.length < 2) return null;
  return (
    <label className="row">
      <span className="quiet">Currency</span>
      <select value={summary.currency} onChange={(event) => set({ currency: event.target.value })}>
        {summary.currencies.map((c) => <option key={c} value={c}>{c}</option>)}
      </select>
    </label>
  );
}
