// Products: from the supplier's catalogue to the shop, stage by stage or as a table; and how prices are made.

import { Button, Empty, FilterBar, formatCount, Link, Money, Nothing, Page, queryOf, Rate, Table, Tabs, Time, toast, useAction, useList, useParams, useSelection, type Column } from '../../ui';
import { SavedViews } from '../views';
import { allOf, useBulk } from '../approvals/bulk';
import { publishWords } from './acts';
import { Detail } from './detail';
import { Pipeline } from './pipeline';
import { Rules } from './rules';
import type { ProductRow } from './types';
import { stages, states, StatePill, Trend, type Act } from './words';
import './products.css';

const path = '/api/v1/products';
const defaults = { tab: 'pipeline', q: '', state: '', stage: '', category: '', label: '', margin: '', score: '', problem: '', open: '' };

const columns: Column<ProductRow>[] = [
  { key: 'name', title: 'Product', main: true, cell: (p) => <bdi className="product-name">{p.name}</bdi> },
  { key: 'state', title: 'State', cell: (p) => <StatePill state={p.state} /> },
  { key: 'trend', title: 'Trend', tight: true, cell: (p) => (p.label === null && p.score === null ? <Nothing why="Too few looks yet" /> : <Trend label={p.label} score={p.score} />) },
  { key: 'listings', title: 'Listings', end: true, cell: (p) => (p.listings === null ? <Nothing why="The supplier does not tell" /> : formatCount(p.listings)) },
  { key: 'landed', title: 'Landed', end: true, cell: (p) => <Money of={p.landed} why="Not assessed yet" /> },
  { key: 'price', title: 'Price', end: true, cell: (p) => <Money of={p.price} why="Not priced yet" /> },
  { key: 'cm', title: 'Earns', end: true, cell: (p) => <Money of={p.margin} why="Not assessed yet" /> },
  { key: 'm', title: 'Margin', end: true, cell: (p) => <Rate ppm={p.margin_ppm} why="Not assessed yet" /> },
  { key: 'stock', title: 'Stock', end: true, cell: (p) => (p.stock === null ? <Nothing why="Not told" /> : formatCount(p.stock)) },
  { key: 'why', title: 'Why', cell: (p) => (p.problem ? <span className="warn-text clamp small"><bdi>{p.problem}</bdi></span> : <span className="quiet clamp small"><bdi>{p.decision_text}</bdi></span>) },
  { key: 'category', title: 'Category', hidden: true, cell: (p) => p.category },
  { key: 'found', title: 'Found', hidden: true, tight: true, cell: (p) => <Time at={p.found_at} /> },
  { key: 'changed', title: 'Changed', hidden: true, tight: true, cell: (p) => <Time at={p.changed_at} /> },
];

function Discover() {
  const act = useAction(['/api/v1/flows']);
  const run = async () => {
    const done = await act.run<{ duplicate: boolean }>({ method: 'POST', path: '/api/v1/flows/discovery/run' });
    if (done) toast(done.duplicate ? 'A scan waits or runs already.' : 'A scan is on its way; what it finds appears here.');
  };
  return (
    <>
      {act.error ? <span className="warn-text small" role="alert">{act.error.message}</span> : null}
      <Button needs="operate" icon="search" busy={act.busy} onClick={() => void run()}>Discover now</Button>
    </>
  );
}

const whole = (text: string, times: number) => (/^\d{1,2}$|^100$/.test(text) && Number(text) > 0 ? Number(text) * times : null);

const bulkWords: Record<Exclude<Act, 'unlist'>, { verb: string; text: (rows: ProductRow[]) => string }> = {
  approve: { verb: 'Publish', text: (rows) => `They go to 1 store, ${rows.reduce((n, p) => n + p.variants, 0)} variants in all${rows.length === 1 ? `: ${publishWords(rows[0]?.variants ?? 0, rows[0]?.price ?? null)}` : ''}. Those that do not wait for a yes are left as they are.` },
  reject: { verb: 'Reject', text: () => 'They are rejected for good: no scan brings them back. What is at the shop is left as it is.' },
  reprice: { verb: 'Price anew', text: () => 'The pricing rule is asked for each with the supplier’s prices of today; what is beyond the allowed step becomes a proposal.' },
};

function ProductTable({ filters, exported, open, openId }: { filters: Record<string, string | number | null>; exported: string; open: (p: ProductRow) => void; openId: number }) {
  const list = useList<ProductRow>(path, { member: 'products', id: (p) => p.id, filters, every: 20000, topics: ['products'] });
  const selection = useSelection(JSON.stringify(filters));
  const bulk = useBulk();
  const act = async (action: keyof typeof bulkWords) => {
    let rows: ProductRow[];
    try {
      rows = selection.all ? await allOf<ProductRow>(path, 'products', filters) : (list.rows ?? []).filter((p) => selection.has(p.id));
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { tone: 'bad' });
      return;
    }
    const names = new Map(rows.map((p) => [p.id, p.name]));
    const { verb, text } = bulkWords[action];
    await bulk.start({
      question: { title: `${verb} ${formatCount(rows.length)} ${rows.length === 1 ? 'product' : 'products'}?`, verb, tier: 'costs', danger: action === 'reject', body: <p>{text(rows)}</p>, ...(action === 'reject' ? { reason: 'required' as const } : {}) },
      path: `${path}/bulk`, ids: rows.map((p) => p.id), body: (reason) => ({ action, ...(action === 'reject' ? { reason } : {}) }),
      name: (id) => ({ title: <bdi>{names.get(Number(id)) ?? `Product ${id}`}</bdi>, href: `/products?tab=table&open=${id}` }),
      done: (count) => `${verb}: ${count} ${count === 1 ? 'product' : 'products'}.`,
      after: () => { selection.clear(); void list.refresh(); },
    });
  };
  const filtered = Object.values(filters).some((v) => v !== null && v !== '');
  return (
    <>
      <Table name="Products" beside={<a className="button button-plain" download href={exported}>Export</a>} columns={columns} list={list} id={(p) => p.id} selection={selection} onOpen={open} openId={openId}
        tone={(p) => (p.problem ? 'bad' : p.state === 'on_hold' ? 'bad' : states[p.state]?.stage === 'todo' ? 'warn' : p.state === 'rejected' || p.state === 'unlisted' ? 'quiet' : undefined)}
        bulk={<>
          <Button needs="operate" look="primary" busy={bulk.busy} onClick={() => void act('approve')}>Approve & publish</Button>
          <Button needs="operate" busy={bulk.busy} onClick={() => void act('reprice')}>Price anew</Button>
          <Button needs="operate" busy={bulk.busy} onClick={() => void act('reject')}>Reject</Button>
        </>}
        empty={filtered ? <Empty kind="no-match" title="No product fits." action={<Link exact href="/products?tab=table">All products</Link>} /> : (
          <Empty title="No product yet." action={<Discover />}>A scan looks through the supplier’s catalogue and keeps what may sell.</Empty>
        )} />
      {bulk.view}
    </>
  );
}

export default function Products() {
  const [url, set] = useParams(defaults);
  const filters = { q: url.q, state: url.state, category: url.category, label: url.label, margin_min_ppm: whole(url.margin, 10000), score_min: whole(url.score, 1), problem: url.problem === 'true' ? 'true' : null };
  const open = (p: ProductRow) => set({ open: String(p.id) });
  const texts = Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, value === null ? null : String(value)]));
  const exported = `/api/v1/export/products${queryOf({ format: 'csv', state: url.state, q: url.q, category: url.category, label: url.label, score_min: filters.score_min })}`;
  return (
    <Page title="Products" actions={<><SavedViews /><Discover /></>}>
      <Tabs label="Views of products" drop={['cursor', 'back', 'open', 'stage']} items={[{ id: 'pipeline', title: 'Pipeline' }, { id: 'table', title: 'Table' }, { id: 'rules', title: 'Pricing rules' }]} />
      {url.tab === 'rules' ? <Rules /> : (
        <>
          <FilterBar filters={[
            { name: 'q', label: 'Search', kind: 'search', placeholder: 'Name, supplier’s id, handle' },
            { name: 'state', label: 'State', kind: 'select', options: Object.entries(states).map(([value, s]) => ({ value, label: s.title })) },
            ...(url.tab === 'table' ? [{ name: 'stage', label: 'Stage', kind: 'select' as const, options: stages.map((s) => ({ value: s.id, label: s.title })) }] : []),
            { name: 'label', label: 'Trend', kind: 'select', options: ['NEW', 'RISING', 'STABLE', 'FALLING'].map((value) => ({ value, label: value.toLowerCase() })) },
            { name: 'category', label: 'Category', kind: 'text', placeholder: 'Whole name' },
            { name: 'margin', label: 'Margin ≥ %', kind: 'number', placeholder: '30' },
            { name: 'score', label: 'Score ≥', kind: 'number' },
            { name: 'problem', label: 'Trouble', kind: 'select', options: [{ value: 'true', label: 'With a problem' }] },
          ]} />
          {url.tab === 'table' ? <ProductTable filters={{ ...filters, stage: url.stage }} exported={exported} open={open} openId={Number(url.open)} /> : <Pipeline filters={texts} open={open} />}
        </>
      )}
      {url.open ? <Detail key={url.open} id={url.open} onClose={() => set({ open: null })} /> : null}
    </Page>
  );
}
