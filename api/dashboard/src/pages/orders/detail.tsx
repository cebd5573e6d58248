// One order: the promise to its buyer step by step, its lines and what is sent for them, its money, and every act about it.

import type { ReactNode } from 'react';
import { Button, Card, confirm, Facts, FormError, formatMoney, Icon, Link, Loaded, Money, Nothing, Notice, Pill, Sheet, SimpleTable, Time, Timeline, toast, useAction, useResource, type Step } from '../../ui';
import { Mappings } from './mapping';
import type { Effect, Event, Order, OrderMoney, Parcel, SupplierOrder } from './types';
import { fixed, isOverruled, NextStep, open, reasonWords, refreshed, StatePill } from './words';

/** Links of outside lead to web pages only. */
const webLink = (url: string) => (/^https?:\/\//i.test(url) ? url : null);

function Tracking({ parcel: p }: { parcel: Parcel }) {
  const href = webLink(p.tracking_url);
  return href ? <a href={href} target="_blank" rel="noopener noreferrer"><bdi>{p.tracking_number}</bdi> <Icon name="external" size={14} /></a> : <bdi>{p.tracking_number}</bdi>;
}

function stepsOf(o: Order): { key: string; title: string; at: string | null; text: ReactNode; done: boolean }[] {
  const parcels = o.supplier_orders.flatMap((s) => s.parcels);
  const placed = o.supplier_orders.filter((s) => !['intent', 'failed', 'cancelled'].includes(s.state));
  const first = parcels[0];
  const told = parcels.filter((p) => p.notified_at !== null).length;
  const delivered = o.events.findLast((e) => e.step === 'delivered');
  return [
    { key: 'paid', title: 'Paid', at: o.created_at, text: `${o.financial.toLowerCase().replaceAll('_', ' ')}; read from the shop`, done: ['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'].includes(o.financial) },
    { key: 'released', title: 'Released', at: o.placed_at ? o.decided_at : null, text: o.released_by ? `by ${o.released_by}` : o.placed_at ? 'every check passed' : o.next_job === 'order.release' ? <NextStep order={{ ...o, tracking: null }} /> : '', done: o.placed_at !== null },
    { key: 'supplier', title: 'At supplier', at: o.placed_at, text: placed.map((s) => s.cj_order_id ?? s.our_number).join(', '), done: placed.length > 0 && o.placed_at !== null },
    { key: 'shipped', title: 'Shipped', at: first?.created_at ?? null, text: first ? <><Tracking parcel={first} />{parcels.length > 1 ? ` and ${parcels.length - 1} more` : ''}; {told === parcels.length ? 'shop told, buyer mailed' : `shop told of ${told} of ${parcels.length}`}</> : '', done: parcels.length > 0 },
    { key: 'delivered', title: 'Delivered', at: delivered?.at ?? null, text: delivered ? 'as the carrier says' : '', done: o.state === 'delivered' },
  ];
}

function StateLine({ order }: { order: Order }) {
  const steps = stepsOf(order);
  const now = steps.findIndex((s) => !s.done);
  return (
    <ol className="stateline" aria-label="How far it is">
      {steps.map((s, i) => (
        <li key={s.key} className={s.done ? 'done' : i === now ? 'now' : ''} aria-current={i === now ? 'step' : undefined}>
          <strong>{s.done ? <Icon name="check" size={15} /> : null}{s.title}</strong>
          {s.at ? <Time at={s.at} /> : <span className="quiet small">not yet</span>}
          <span className="small quiet">{s.text}</span>
        </li>
      ))}
    </ol>
  );
}

function Holds({ order: o }: { order: Order }) {
  if (o.state === 'approval') return <Notice tone="warn">Every check passed; the flow asks before it orders. Release it, or hold it.</Notice>;
  if (o.state !== 'held' || !o.hold_reasons) return o.problem ? <Notice tone="bad"><bdi>{o.problem}</bdi></Notice> : null;
  return (
    <Notice tone="bad">
      <ul className="stack">
        {o.hold_reasons.map((r, i) => (
          <li key={i}>
            <strong>{reasonWords(r.code)}</strong>: <bdi>{r.text}</bdi>
            <div className="small quiet">{isOverruled(r.code) ? 'Your release decides.' : 'It is checked anew when you release: while it is true, the order is held again.'}</div>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

const sources: Record<string, string> = { invoice: 'billed', quote: 'quoted', snapshot: 'as last seen', gateway: 'as the gateway says', rate: 'by the rate of the settings', rule: 'by the duty table' };
const lacks: Record<string, string> = { money: 'what was sold for how much', goods: 'the price of the goods', supply_shipping: 'the supplier’s shipping', supply_duty: 'the duty', fee: 'the payment fee' };

function MoneyStack({ order }: { order: Order }) {
  const m: OrderMoney | null = order.money;
  if (!m) return <Facts items={[['Charged', <Money key="t" of={order.total} />], ['Profit', <Nothing key="p" why="Its money has not been read from the shop yet" />]]} />;
  const at = (minor: number | null) => (minor === null ? null : { minor, currency: m.currency });
  const less = (minor: number | null) => (minor === null ? null : { minor: -minor, currency: m.currency });
  const rows: [string, { minor: number; currency: string } | null, string | null][] = [
    ['Charged', at(m.total_minor + m.refunds_minor), null],
    ['Given back', less(m.refunds_minor), null],
    ['Taxes and duties, passed on', less(m.taxes_minor + m.duties_minor), null],
    ['Goods', less(m.goods_minor), m.goods_source],
    ['Shipping by the supplier', less(m.supply_shipping_minor), m.supply_shipping_source],
    ['Duty', less(m.supply_duty_minor), m.supply_duty_source],
    ['Payment fee', less(m.fee_minor), m.fee_source],
    ['Ads, its part', less(m.ads_minor), null],
  ];
  return (
    <table className="sums" aria-label="Money of the order">
      <tbody>
        {rows.filter(([title, amount]) => amount === null || amount.minor !== 0 || title === 'Charged' || title === 'Goods').map(([title, amount, source]) => (
          <tr key={title}><th scope="row">{title}{source ? <span className="quiet small"> {sources[source] ?? source}</span> : null}</th><td><Money of={amount} why="Not known yet" /></td></tr>
        ))}
        <tr className="sum"><th scope="row">Profit</th><td><Money of={at(m.profit_minor)} estimated={m.estimated} signed why={`Not known yet: ${m.missing.map((x) => lacks[x] ?? x).join(', ')}`} /></td></tr>
        {m.profit_minor === null && m.missing.length > 0 ? <tr><td colSpan={2} className="small quiet">Still unknown: {m.missing.map((x) => lacks[x] ?? x).join(', ')}.</td></tr> : null}
      </tbody>
    </table>
  );
}

function Address({ order: o }: { order: Order }) {
  const a = o.address ?? {};
  const lines = [a.name, a.line1, a.line2, [a.zip, a.city].filter(Boolean).join(' '), a.province, a.country ?? a.country_code].filter((x): x is string => Boolean(x));
  const faults = (o.hold_reasons ?? []).filter((r) => /^(ADDR|PHONE)/.test(r.code));
  return (
    <div className="stack">
      {faults.length > 0 && open(o.state) ? <Notice>Change the address at the shop, in the order there: the change is read with the next look at the orders, and the order is decided anew by itself. It is not changed here, because the shop and its mails to the buyer go by their own.</Notice> : null}
      <address dir="auto">{lines.length > 0 ? lines.map((l, i) => <div key={i}><bdi>{l}</bdi></div>) : <Nothing why="No address" />}</address>
      <Facts items={[
        ['E-mail', o.email ? <bdi key="e">{o.email}</bdi> : <Nothing key="e" why="None" />],
        ['Phone', a.phone ? <bdi key="p">{a.phone}</bdi> : <Nothing key="p" why="None" />],
        ['Risk', <span key="r">{o.risk ? o.risk.toLowerCase() : <Nothing why="The shop has not rated it" />}{o.score !== null ? <span className="quiet">, score {o.score}</span> : null}</span>],
        ['Checks', faults.length > 0 ? <span key="c" className="warn-text">{faults.map((f) => reasonWords(f.code)).join(', ')}</span> : <span key="c">{o.decided_at ? 'nothing wrong found' : 'not checked yet'}</span>],
      ]} />
    </div>
  );
}

function Supplier({ order: s }: { order: SupplierOrder }) {
  const money = (minor: number | null) => <Money of={minor === null ? null : { minor, currency: s.currency }} why="Not told" />;
  return (
    <div className="stack">
      <div className="row"><strong><code>{s.our_number}</code></strong> <Pill tone={s.state === 'failed' || s.state === 'cancelled' ? 'bad' : s.state === 'unpaid' || s.state === 'cancel_asked' ? 'warn' : 'info'} word={s.state.replaceAll('_', ' ')} /></div>
      <Facts items={[
        ['Their number', s.cj_order_id ? <code key="n">{s.cj_order_id}</code> : <Nothing key="n" why="Not told" />],
        ['Their status', s.cj_status ?? <Nothing key="s" why="Not told" />],
        ['Quoted', money(s.quoted_minor)], ['Never more than', money(s.cap_minor)], ['Charged', money(s.charged_minor)],
        ['Paid', <Time key="p" at={s.paid_at} why="Not yet" />],
        ['Sent by', [s.logistic_name, s.from_country].filter(Boolean).join(' from ') || <Nothing key="l" why="Not told" />],
      ]} />
      {s.parcels.map((p) => (
        <p key={p.tracking_number}>Parcel <Tracking parcel={p} /> by <bdi>{p.carrier}</bdi>, {p.status}; {p.fulfillment_gid ? 'the shop was told' : 'the shop is not told yet'}{p.notified_at ? <>, the buyer mailed <Time at={p.notified_at} /></> : null}.</p>
      ))}
    </div>
  );
}

const effectTone = { done: 'good', intent: 'info', failed: 'bad', unknown: 'warn' } as const;

const toneOf = (e: Event): NonNullable<Step['tone']> => (e.step === 'held' ? 'bad' : ['placed', 'paid', 'fulfilled', 'delivered', 'released', 'tracked'].includes(e.step) ? 'good' : 'plain');

function History({ order: o }: { order: Order }) {
  const next: Step[] = o.next_job ? [{ key: 'next', at: o.next_run_at, title: `next: ${o.next_job}`, tone: 'next' }] : [];
  return <Timeline steps={[...o.events.map((e, i): Step => ({ key: i, at: e.at, title: reasonWords(e.step) + (e.code ? ` · ${reasonWords(e.code)}` : ''), text: <bdi>{e.text}</bdi>, tone: toneOf(e) })), ...next]} />;
}

function Acts({ order: o, dry }: { order: Order; dry: boolean }) {
  const act = useAction(refreshed);
  const why = fixed(o);
  if (why) return <p className="quiet">{why}</p>;
  const release = async () => {
    const quoted = o.supplier_orders.find((s) => s.quoted_minor !== null);
    const yes = await confirm({
      title: `${dry ? 'Simulate release of' : 'Release'} order ${o.name}?`, verb: dry ? 'Simulate release' : 'Release', tier: 'costs',
      body: <>
        <p>The buyer paid <strong>{formatMoney(o.total)}</strong>. {o.lines.reduce((n, l) => n + l.to_ship, 0)} pieces are {dry ? 'not ordered: this is a dry run' : 'ordered and paid at the supplier, after one more check'}{quoted ? <>; quoted before: <Money of={{ minor: quoted.quoted_minor ?? 0, currency: quoted.currency }} /></> : null}.</p>
        {(o.hold_reasons ?? []).some((r) => !isOverruled(r.code)) ? <p>What still stands of {(o.hold_reasons ?? []).filter((r) => !isOverruled(r.code)).map((r) => reasonWords(r.code)).join(', ')} holds it again.</p> : null}
      </>,
    });
    if (yes && (await act.run({ method: 'POST', path: `/api/v1/orders/${o.id}/release` }))) toast(`${o.name} released: it is checked and ordered now.`);
  };
  const hold = async () => {
    const yes = await confirm({ title: `Hold order ${o.name}?`, verb: 'Hold', reason: 'required', body: <p>Nothing is ordered until somebody releases it.</p> });
    if (yes && (await act.run({ method: 'POST', path: `/api/v1/orders/${o.id}/hold`, body: { reason: yes.reason } }))) toast(`${o.name} is on hold.`);
  };
  return (
    <>
      <div className="row">
        <Button needs="operate" look="primary" busy={act.busy} onClick={() => void release()}>{dry ? 'Simulate release…' : o.state === 'held' ? 'Release anyway…' : 'Release now…'}</Button>
        {o.state === 'held' && o.hold_code === 'PERSON' ? null : <Button needs="operate" busy={act.busy} onClick={() => void hold()}>Hold…</Button>}
      </div>
      <FormError error={act.error} />
    </>
  );
}

export function Detail({ id, dry, onClose }: { id: string; dry: boolean; onClose: () => void }) {
  const order = useResource<Order>(`/api/v1/orders/${encodeURIComponent(id)}`, { every: 10000, topics: ['orders'] });
  return (
    <Sheet title={order.data ? `Order ${order.data.name}` : 'Order'} onClose={onClose} head={order.data ? <StatePill state={order.data.state} /> : undefined}>
      <Loaded of={order} what="Order">
        {(o) => (
          <div className="stack order">
            <Holds order={o} />
            <Acts order={o} dry={dry} />
            <StateLine order={o} />
            <Card title="Lines and what is sent">
              <SimpleTable label="Lines" rows={o.lines.map((l, i) => ({ ...l, i }))} id={(l) => l.i} columns={[
                { key: 'title', title: 'Line', main: true, cell: (l) => <><bdi>{l.product_id ? <Link href={`/products?open=${l.product_id}`}>{l.title}</Link> : l.title}</bdi><div className="small quiet"><bdi>{l.sku}</bdi></div></> },
                { key: 'q', title: 'To send', end: true, cell: (l) => `${l.to_ship} of ${l.quantity}` },
                { key: 'price', title: 'Price', end: true, cell: (l) => <Money of={l.unit_price} /> },
                { key: 'sent', title: 'Supplier sends', cell: (l) => <Mappings line={l} order={o} done={() => void order.refresh()} /> },
              ]} />
            </Card>
            <div className="grid">
              <Card title="Money"><MoneyStack order={o} /></Card>
              <Card title="Goes to"><Address order={o} /></Card>
            </div>
            {o.supplier_orders.length > 0 ? <Card title="Supplier orders and parcels"><div className="stack">{o.supplier_orders.map((s) => <Supplier key={s.our_number} order={s} />)}</div></Card> : null}
            <Card title="What happened"><History order={o} /></Card>
            {o.effects.length > 0 ? (
              <Card title="Acts outside" note="each is done once">
                <SimpleTable<Effect> label="Acts outside" rows={o.effects} id={(e) => e.key} columns={[
                  { key: 'kind', title: 'Act', main: true, cell: (e) => <>{e.kind}<div className="small quiet"><code>{e.key}</code></div></> },
                  { key: 'state', title: 'State', cell: (e) => <Pill tone={effectTone[e.state]} word={e.state} /> },
                  { key: 'tries', title: 'Tries', end: true, cell: (e) => e.attempts },
                  { key: 'at', title: 'When', cell: (e) => <><Time at={e.settled_at ?? e.created_at} as="full" />{e.error ? <div className="small warn-text"><bdi>{e.error}</bdi></div> : null}</> },
                ]} />
              </Card>
            ) : null}
          </div>
        )}
      </Loaded>
    </Sheet>
  );
}
