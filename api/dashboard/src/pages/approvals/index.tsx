// All that waits for a yes or no.  What is shown is what is decided: when the facts change meanwhile, the server refuses.

import type { ReactNode } from 'react';
import type { Money as Amount } from '../../lib/money';
import { useNeeds } from '../../shell/shell';
import { useFlows } from '../../shell/stop';
import { Button, confirm, Empty, Facts, FilterBar, FormError, formatCount, formatMoney, formatPpm, Link, LinkButton, Money, Notice, Page, Pill, Sheet, Table, Time, toast, useAction, useList, useParams, useSelection, type Column } from '../../ui';
import { useBulk } from './bulk';
import './approvals.css';

type Approval = {
  id: string;
  type: string;
  title: string;
  text: string;
  money: Amount | null;
  numbers: Record<string, unknown>;
  since: string;
  expires_at: string | null;
  seen: string;
  href: string | null;
  payload: Record<string, unknown>;
};

const types: Record<string, { title: string; yes: string; no: string; effect: (a: Approval) => string }> = {
  release: { title: 'release', yes: 'Release', no: 'Hold', effect: (a) => `The order is checked once more, then ordered and paid at the supplier. Its buyer paid ${formatMoney(a.money)}.` },
  publish: { title: 'publish', yes: 'Approve & publish', no: 'Reject', effect: (a) => `To 1 store, ${countOf(a)}, ${a.money ? `price ${formatMoney(a.money)}` : 'price not known'}.` },
  price: { title: 'price', yes: 'Change the price', no: 'Reject', effect: (a) => `The shop shows ${formatMoney(a.money)} from now on.` },
  hold: { title: 'hold', yes: 'Put on hold', no: 'Reject', effect: () => 'The product’s quantity at the shop becomes 0; it can be restored.' },
  restore: { title: 'restore', yes: 'Restore', no: 'Reject', effect: () => 'The product is sold again with the quantity that the supplier has.' },
};
const plain = { title: '', yes: 'Approve', no: 'Reject', effect: (a: Approval) => a.text };
const typeOf = (a: Approval) => types[a.type] ?? { ...plain, title: a.type };

const listOf = (a: Approval, member: string): unknown[] => (Array.isArray(a.payload[member]) ? (a.payload[member] as unknown[]) : []);
function countOf(a: Approval): string {
  const n = listOf(a, 'variants').length;
  return `${n} ${n === 1 ? 'variant' : 'variants'}`;
}

const words = (name: string) => name.replace(/_(minor|ppm)$/, '').replaceAll('_', ' ');

function Figure({ name, value, money }: { name: string; value: unknown; money: Amount | null }) {
  if (typeof value !== 'number') return <bdi>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</bdi>;
  if (name.endsWith('_ppm')) return <>{formatPpm(value)}</>;
  if (name.endsWith('_minor') && money) return <Money of={{ minor: value, currency: money.currency }} />;
  return <>{value}</>;
}

function Numbers({ of: a, most }: { of: Approval; most: number }) {
  const all = Object.entries(a.numbers).filter(([name]) => !['currency', 'code', 'number', 'limit'].includes(name)).slice(0, most);
  return <span className="figures small">{all.map(([name, value]) => <span key={name}><span className="quiet">{words(name)}</span> <Figure name={name} value={value} money={a.money} /></span>)}</span>;
}

const columns: Column<Approval>[] = [
  { key: 'title', title: 'What', main: true, cell: (a) => <bdi className="what">{a.title}</bdi> },
  { key: 'type', title: 'Asks for', tight: true, cell: (a) => <Pill tone={a.type === 'release' ? 'warn' : 'info'} icon="approvals" word={typeOf(a).title} /> },
  { key: 'money', title: 'Amount', end: true, cell: (a) => <Money of={a.money} /> },
  { key: 'why', title: 'Why', cell: (a) => <div className="reason"><bdi>{a.text}</bdi><Numbers of={a} most={4} /></div> },
  { key: 'since', title: 'Waits since', tight: true, cell: (a) => <Time at={a.since} /> },
];

const refreshed = ['/api/v1/approvals', '/api/v1/needs', '/api/v1/order', '/api/v1/products'];

function useDecide(after: () => void) {
  const act = useAction(refreshed);
  const decide = async (a: Approval, yes: boolean) => {
    const type = typeOf(a);
    const sure = await confirm(yes ? { title: `${type.yes}: ${a.title}?`, verb: type.yes, tier: 'costs', body: <p>{type.effect(a)}</p> }
      : { title: `${type.no}: ${a.title}?`, verb: type.no, reason: 'required', danger: a.type === 'publish', body: <p>{a.type === 'publish' ? 'It is rejected for good: no scan brings it back.' : a.type === 'release' ? 'The order stays on hold until somebody releases it.' : 'Nothing is done.'}</p> });
    if (!sure) return;
    const done = await act.run({ method: 'POST', path: `/api/v1/approvals/${a.id}/${yes ? 'approve' : 'reject'}`, body: yes ? { seen: a.seen } : { seen: a.seen, reason: sure.reason } });
    if (done) {
      toast(`${yes ? type.yes : type.no}: ${a.title}`);
      after();
    }
  };
  return { decide, act };
}

function Detail({ approval: a, onClose, after }: { approval: Approval; onClose: () => void; after: () => void }) {
  const { decide, act } = useDecide(after);
  const type = typeOf(a);
  return (
    <Sheet title={a.title} onClose={onClose} head={<Pill tone="info" icon="approvals" word={type.title} />}>
      <div className="stack">
        <p><bdi>{a.text}</bdi></p>
        <Notice>{type.effect(a)}</Notice>
        <div className="row">
          <Button needs="operate" look="primary" busy={act.busy} onClick={() => void decide(a, true)}>{type.yes}…</Button>
          <Button needs="operate" busy={act.busy} onClick={() => void decide(a, false)}>{type.no}…</Button>
          {a.href ? <LinkButton href={a.href}>Look at it</LinkButton> : null}
        </div>
        <FormError error={act.error} />
        <Facts items={[['Amount', <Money key="m" of={a.money} />], ['Waits since', <Time key="s" at={a.since} as="full" />],
          ...Object.entries(a.numbers).filter(([n]) => n !== 'currency').map(([name, value]): [string, ReactNode] => [words(name), <Figure key={name} name={name} value={value} money={a.money} />])]} />
        <section className="stack" aria-label="What a yes sends out">
          <h3>What a yes sends out</h3>
          <pre tabIndex={0} dir="auto">{JSON.stringify(a.payload, null, 2)}</pre>
        </section>
      </div>
    </Sheet>
  );
}

// The server counts no further.
const countedMost = 10000;

/** What stands here and is counted elsewhere: no badge counts a thing twice. */
function Counted() {
  const held = (useNeeds().data?.items ?? []).filter((item) => item.kind === 'order.held').reduce((sum, item) => sum + item.count, 0);
  if (held === 0) return null;
  return <p className="quiet small">{held > countedMost ? `${formatCount(countedMost)}+` : formatCount(held)} {held === 1 ? 'order' : 'orders'} on hold {held === 1 ? 'stands' : 'stand'} here too; {held === 1 ? 'it counts' : 'they count'} under <Link href="/orders?view=todo">Orders</Link> alone.</p>;
}

const defaults = { type: '', open: '' };

export default function Approvals() {
  const [url, set] = useParams(defaults);
  const filters = { type: url.type };
  const list = useList<Approval>('/api/v1/approvals', { member: 'approvals', id: (a) => a.id, filters, every: 15000, topics: ['approvals', 'orders', 'products'] });
  const selection = useSelection(url.type);
  const bulk = useBulk();
  const flows = useFlows();
  const { decide, act } = useDecide(() => void list.refresh());
  const rows = list.rows ?? [];
  const chosen = rows.filter((a) => selection.ids.has(a.id));
  const opened = rows.find((a) => a.id === url.open);
  const all = async (yes: boolean) => {
    const kinds = [...new Set(chosen.map((a) => typeOf(a).title))].map((t) => `${chosen.filter((a) => typeOf(a).title === t).length} ${t}`).join(', ');
    await bulk.start({
      question: { title: `${yes ? 'Approve' : 'Reject'} ${chosen.length}?`, verb: yes ? 'Approve' : 'Reject', tier: 'costs', danger: !yes, ...(yes ? {} : { reason: 'required' as const }),
        body: <><p>{kinds}.</p><p>{yes ? 'Orders are ordered and paid, products published, prices changed, each as it is shown here; what has changed since is left out and listed.' : 'Orders stay on hold, products are rejected for good, proposals forgotten.'}</p></> },
      path: '/api/v1/approvals/bulk', ids: chosen.map(({ id, seen }) => ({ id, seen })),
      body: (reason) => ({ action: yes ? 'approve' : 'reject', ...(yes ? {} : { reason }) }),
      name: (id) => { const a = rows.find((r) => r.id === id); return { title: a?.title ?? String(id), ...(a?.href ? { href: a.href } : {}) }; },
      done: (count) => `${count} ${yes ? 'approved' : 'rejected'}.`,
      after: () => { selection.clear(); void list.refresh(); },
    });
  };
  const withActs: Column<Approval>[] = [...columns, { key: 'acts', title: 'Decide', cell: (a) => (
    <span className="row decide">
      <Button needs="operate" busy={act.busy} onClick={() => void decide(a, true)}>{typeOf(a).yes}…</Button>
      <Button needs="operate" look="quiet" busy={act.busy} onClick={() => void decide(a, false)}>{typeOf(a).no}…</Button>
    </span>
  ) }];
  const asking = (flows.data?.flows ?? []).filter((f) => f.mode === 'approve').map((f) => f.title);
  return (
    <Page title="Approvals" note={asking.length > 0 ? `Flows that ask before they act: ${asking.join(', ')}` : null}>
      <FilterBar filters={[{ name: 'type', label: 'Type', kind: 'select', options: Object.entries(types).map(([value, t]) => ({ value, label: t.title })) }]} />
      {act.error ? <FormError error={act.error} /> : null}
      {url.type === '' || url.type === 'release' ? <Counted /> : null}
      <Table name="Approvals" columns={withActs} list={list} id={(a) => a.id} selection={{ ...selection, selectAll: null }} onOpen={(a) => set({ open: a.id })} openId={url.open}
        bulk={<>
          <Button needs="operate" look="primary" disabled={chosen.length === 0} busy={bulk.busy} onClick={() => void all(true)}>Approve</Button>
          <Button needs="operate" disabled={chosen.length === 0} busy={bulk.busy} onClick={() => void all(false)}>Reject</Button>
        </>}
        empty={url.type ? <Empty kind="no-match" title="Nothing of this type waits." action={<Link exact href="/approvals">All approvals</Link>} /> : (
          <Empty title="Nothing waits for you.">Orders on hold, products to publish and proposed prices appear here. Which flows ask first is set under <Link href="/automation">Automation</Link>.</Empty>
        )} />
      {bulk.view}
      {opened ? <Detail key={opened.id + opened.seen} approval={opened} onClose={() => set({ open: null })} after={() => { set({ open: null }); void list.refresh(); }} /> : null}
    </Page>
  );
}
