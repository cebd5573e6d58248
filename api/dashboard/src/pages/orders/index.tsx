// Orders: what came in, what waits for a person, where each parcel is.

import { useMemo } from 'react';
import { useFlows } from '../../shell/stop';
import { Button, Empty, FilterBar, formatCount, formatMoney, instantsOfRange, Link, Money, Nothing, Page, Pill, queryOf, Table, Tabs, Time, toast, useList, useParams, useRange, useResource, useSelection, type Column } from '../../ui';
import { SavedViews } from '../views';
import { allOf, bulkMost, useBulk } from '../approvals/bulk';
import { Detail } from './detail';
import type { OrderRow, Views } from './types';
import { NextStep, reasonWords, StatePill, states } from './words';
import './orders.css';

const path = '/api/v1/orders';
const defaults = { view: '', state: '', q: '', reason: '', country: '', risk: '', cost: '', when: '', open: '' };

function Why({ order: o }: { order: OrderRow }) {
  const [first, ...more] = o.hold_reasons ?? [];
  if (o.problem) return <span className="warn-text"><bdi>{o.problem}</bdi></span>;
  if (!first || o.state !== 'held') return null;
  return <span className="small"><strong>{reasonWords(first.code)}</strong>: <bdi>{first.text}</bdi>{more.length > 0 ? <span className="quiet"> and {more.length} more</span> : null}</span>;
}

const columns: Column<OrderRow>[] = [
  { key: 'name', title: 'Order', main: true, tight: true, cell: (o) => o.name },
  { key: 'age', title: 'Came', sort: 'created', tight: true, cell: (o) => <Time at={o.created_at} /> },
  { key: 'customer', title: 'Customer', cell: (o) => (o.customer ?? o.email ? <bdi className="customer">{o.customer ?? o.email}</bdi> : <Nothing why="The shop tells no name" />) },
  { key: 'country', title: 'To', tight: true, cell: (o) => o.country ?? <Nothing why="No address" /> },
  { key: 'lines', title: 'Lines', end: true, cell: (o) => o.lines },
  { key: 'total', title: 'Total', end: true, sort: 'total', cell: (o) => <Money of={o.total} /> },
  { key: 'profit', title: 'Profit', end: true, cell: (o) => <Money of={o.profit} estimated={o.profit_estimated} signed why="A cost of it is not known yet" /> },
  { key: 'risk', title: 'Risk', hidden: true, cell: (o) => (o.risk ? <Pill tone={o.risk === 'HIGH' ? 'bad' : o.risk === 'MEDIUM' ? 'warn' : 'plain'} word={o.risk.toLowerCase()} /> : <Nothing why="The shop has not rated it" />) },
  { key: 'email', title: 'E-mail', hidden: true, cell: (o) => <bdi>{o.email}</bdi> },
  { key: 'state', title: 'State', cell: (o) => <div className="why"><StatePill state={o.state} /> <Why order={o} /></div> },
  { key: 'next', title: 'Next', cell: (o) => <NextStep order={o} /> },
];

const shown = (count: number | undefined) => (count === undefined ? null : count > 10000 ? 10000 : count);

function Views({ views }: { views: Views['views'] | undefined }) {
  return <Tabs name="view" label="Orders by view" drop={['cursor', 'back', 'open', 'state', 'reason']} items={[
    { id: '', title: 'All' },
    { id: 'todo', title: 'To do', count: shown(views?.todo) },
    { id: 'waiting', title: 'Waiting', count: shown(views?.waiting) },
    { id: 'supplier', title: 'At supplier', count: shown(views?.supplier) },
    { id: 'shipped', title: 'Shipped', count: shown(views?.shipped) },
    { id: 'exceptions', title: 'Exceptions', count: shown(views?.exceptions) },
  ]} />;
}

/** The file has the very filters of the list. */
function Export({ filters }: { filters: Record<string, string | null> }) {
  return <a className="button button-plain" download href={`/api/v1/export/orders${queryOf({ format: 'csv', ...filters })}`}>Export</a>;
}

const sum = (rows: OrderRow[]) => {
  const by = new Map<string, number>();
  for (const o of rows) if (o.total) by.set(o.total.currency, (by.get(o.total.currency) ?? 0) + o.total.minor);
  return [...by].map(([currency, minor]) => formatMoney({ minor, currency })).join(' and ') || 'an unknown amount';
};

export default function Orders() {
  const [url, set] = useParams(defaults);
  const [range] = useRange();
  const times = useMemo(() => (url.when === 'range' ? instantsOfRange(range) : { from: null, to: null }), [url.when, range]);
  const filters = { view: url.view, state: url.state, q: url.q, reason: url.reason, country: url.country, risk: url.risk, cost: url.cost, currency: url.cost ? range.currency : null, from: times.from, to: times.to };
  const list = useList<OrderRow>(path, { member: 'orders', id: (o) => o.id, filters, sort: '-created', every: 15000, topics: ['orders'] });
  const views = useResource<Views>('/api/v1/order-views', { every: 30000, topics: ['orders'] });
  const dry = useFlows().data?.flows.find((f) => f.name === 'fulfillment')?.mode === 'dry_run';
  const selection = useSelection(JSON.stringify(filters));
  const bulk = useBulk();
  const chosen = async (): Promise<OrderRow[]> => (selection.all ? allOf<OrderRow>(path, 'orders', filters) : (list.rows ?? []).filter((o) => selection.has(o.id)));
  const act = async (action: 'release' | 'hold') => {
    let rows: OrderRow[];
    try {
      rows = await chosen();
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { tone: 'bad' });
      return;
    }
    const names = new Map(rows.map((o) => [o.id, o.name]));
    const verb = action === 'hold' ? 'Hold' : dry ? 'Simulate release' : 'Release';
    await bulk.start({
      question: {
        title: `${verb} ${formatCount(rows.length)} ${rows.length === 1 ? 'order' : 'orders'}?`,
        verb, tier: 'costs', ...(action === 'hold' ? { reason: 'required' as const } : {}),
        body: action === 'hold' ? <p>Nothing of them is ordered until somebody releases them.</p> : (
          <p>Their buyers paid {sum(rows)}. Each is checked once more, then ordered and paid at the supplier; what is still true of a hold (price, stock, address) holds it again.{rows.length >= bulkMost ? ` Only the first ${bulkMost}.` : ''}</p>
        ),
      },
      path: `${path}/bulk`, ids: rows.map((o) => o.id),
      body: (reason) => ({ action, ...(action === 'hold' ? { reason } : {}) }),
      name: (id) => ({ title: names.get(Number(id)) ?? `Order ${id}`, href: `/orders?open=${id}` }),
      done: (count) => `${count} ${count === 1 ? 'order' : 'orders'} ${action === 'hold' ? 'held' : 'released'}.`,
      after: () => { selection.clear(); void list.refresh(); },
    });
  };
  const filtered = Object.values(filters).some(Boolean);
  return (
    <Page title="Orders" actions={<SavedViews />}>
      <Views views={views.data?.views} />
      <FilterBar filters={[
        { name: 'q', label: 'Search', kind: 'search', placeholder: 'Order #, e-mail, tracking' },
        { name: 'state', label: 'State', kind: 'select', options: Object.entries(states).map(([value, s]) => ({ value, label: value === 'fulfilled' ? 'Shipped, told to the shop' : s.title })) },
        { name: 'reason', label: 'Held for', kind: 'select', options: reasonsOf(views.data, url.reason) },
        { name: 'country', label: 'Country', kind: 'select', options: (views.data?.countries ?? []).map((value) => ({ value, label: value })) },
        { name: 'risk', label: 'Risk', kind: 'select', options: ['HIGH', 'MEDIUM', 'LOW', 'NONE', 'PENDING'].map((value) => ({ value, label: value.toLowerCase() })) },
        { name: 'cost', label: 'Costs', kind: 'select', options: [{ value: 'unknown', label: 'not all known' }, { value: 'unread', label: 'sale not read yet' }] },
        ...(url.cost && range.currency ? [{ name: 'currency', label: 'Currency', kind: 'select' as const, options: [{ value: range.currency, label: range.currency }] }] : []),
        { name: 'when', label: 'When', kind: 'select', options: [{ value: 'range', label: range.title }] },
      ]} />
      <Table name="Orders" beside={<Export filters={filters} />} columns={columns} list={list} id={(o) => o.id} selection={selection} onOpen={(o) => set({ open: String(o.id) })} openId={Number(url.open)}
        tone={(o) => (o.state === 'held' || o.problem ? 'bad' : o.state === 'approval' ? 'warn' : o.state === 'cancelled' || o.state === 'ignored' ? 'quiet' : undefined)}
        bulk={<>
          <Button needs="operate" look="primary" busy={bulk.busy} onClick={() => void act('release')}>{dry ? 'Simulate release' : 'Release'}</Button>
          <Button needs="operate" busy={bulk.busy} onClick={() => void act('hold')}>Hold</Button>
        </>}
        empty={filtered ? <Empty kind="no-match" title="No order fits." action={<Link exact href="/orders">All orders</Link>} /> : (
          <Empty title="No order yet.">Paid orders of the shop appear here within minutes, or at once when its webhooks are set up.</Empty>
        )} />
      {bulk.view}
      {url.open ? <Detail key={url.open} id={url.open} dry={dry} onClose={() => set({ open: null })} /> : null}
    </Page>
  );
}

function reasonsOf(views: Views | undefined, now: string) {
  const all = (views?.reasons ?? []).map(({ code, count }) => ({ value: code, label: `${reasonWords(code)} (${count > 10000 ? '10 000+' : count})` }));
  return now === '' || all.some((r) => r.value === now) ? all : [...all, { value: now, label: reasonWords(now) }];
}
