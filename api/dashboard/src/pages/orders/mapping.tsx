// What the supplier sends for a line: confirmed, proposed, said anew or forgotten, for this order and every later one.

import { useEffect, useState, type FormEvent } from 'react';
import { Button, confirm, decimalOf, Dialog, Field, formatMoney, FormError, Loaded, minorOf, Money, Nothing, Pill, queryOf, SimpleTable, toast, useAction, useResource } from '../../ui';
import type { Product, ProductPage, Variant } from '../products/types';
import type { Line, Order } from './types';
import { refreshed } from './words';

/** The supplier's prices are in US dollars. */
const currency = 'USD';

type Typed = { vid: string; sku: string; price: string };

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function VariantsOf({ id, take }: { id: number; take: (v: Variant) => void }) {
  const product = useResource<Product>(`/api/v1/products/${id}`, { every: 0 });
  return (
    <Loaded of={product} what="Variants">
      {(p) => (
        <SimpleTable<Variant> label={`Variants of ${p.name}`} rows={p.variants.filter((v) => !v.gone_at)} id={(v) => v.vid} empty={<p className="quiet">The supplier has told no variant of it.</p>} columns={[
          { key: 'name', title: 'Variant', main: true, cell: (v) => <><bdi>{v.name}</bdi><div className="small quiet"><code>{v.vid}</code></div></> },
          { key: 'stock', title: 'Stock', end: true, cell: (v) => v.stock ?? <Nothing why="Not told" /> },
          { key: 'cost', title: 'Cost', end: true, cell: (v) => <Money of={v.cost} /> },
          { key: 'take', title: '', tight: true, cell: (v) => <Button onClick={() => take(v)}>Take</Button> },
        ]} />
      )}
    </Loaded>
  );
}

/** Known products by name, then their variants. */
function Find({ take }: { take: (v: Variant) => void }) {
  const [text, setText] = useState('');
  const [product, setProduct] = useState<number | null>(null);
  const q = useSettled(text.trim());
  const found = useResource<ProductPage>(q.length < 2 ? null : `/api/v1/products${queryOf({ q, limit: 6 })}`, { every: 0 });
  return (
    <div className="stack">
      <Field label="Find among the known products" hint="By name or the supplier’s id">
        {(wired) => <input {...wired} type="search" value={text} autoComplete="off" onChange={(event) => { setText(event.target.value); setProduct(null); }} />}
      </Field>
      {product !== null ? <VariantsOf id={product} take={take} /> : q.length < 2 ? null : (
        <Loaded of={found} what="Products">
          {(page) => (page.products.length === 0 ? <p className="quiet">No known product is named so.</p> : (
            <ul className="stack">{page.products.map((p) => <li key={p.id}><Button look="link" onClick={() => setProduct(p.id)}><bdi>{p.name}</bdi></Button></li>)}</ul>
          ))}
        </Loaded>
      )}
    </div>
  );
}

function Another({ line, order, onClose }: { line: Line; order: Order; onClose: () => void }) {
  const act = useAction(refreshed);
  const [typed, setTyped] = useState<Typed>({ vid: '', sku: '', price: '' });
  const price = minorOf(typed.price, currency);
  const ready = typed.vid.trim() !== '' && typed.sku.trim() !== '' && price !== null && price > 0;
  const change = (part: Partial<Typed>) => setTyped((before) => ({ ...before, ...part }));
  const take = (v: Variant) => change({ vid: v.vid, sku: v.sku, price: v.cost?.currency === currency ? decimalOf(v.cost.minor, currency) : '' });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const done = await act.run({ method: 'POST', path: `/api/v1/orders/${order.id}/mapping/propose`, body: { sku: line.sku, vid: typed.vid.trim(), supplier_sku: typed.sku.trim(), price_minor: price } });
    if (!done) return;
    toast('Proposed. It counts once it is confirmed.');
    onClose();
  };
  const field = (name: string) => act.error?.of(name);
  return (
    <Dialog wide title={`What is sent for ${line.sku ?? 'this line'}`} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <p>For “<bdi>{line.title}</bdi>”, in this order and every later one. {line.mappings.some((m) => m.confirmed_at) ? 'It stands behind those that are confirmed and is used when they are out of stock; to send it first, forget the others.' : null}</p>
        <Find take={take} />
        <Field label="The supplier’s variant (VID)" error={field('vid')}>{(wired) => <input {...wired} value={typed.vid} maxLength={100} required autoComplete="off" onChange={(event) => change({ vid: event.target.value })} />}</Field>
        <Field label="The supplier’s SKU" error={field('supplier_sku')}>{(wired) => <input {...wired} value={typed.sku} maxLength={100} required autoComplete="off" onChange={(event) => change({ sku: event.target.value })} />}</Field>
        <Field label={`Its price now (${currency})`} hint="Later rises are measured against it; stock and price are asked for again before anything is ordered" error={field('price_minor') ?? (typed.price !== '' && price === null ? `No amount of ${currency}` : null)}>
          {(wired) => <input {...wired} inputMode="decimal" value={typed.price} required onChange={(event) => change({ price: event.target.value })} />}
        </Field>
        <FormError error={act.error} shown={['vid', 'supplier_sku', 'price_minor']} />
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" needs="operate" busy={act.busy} disabled={!ready}>Propose it</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Mappings({ line, order, done }: { line: Line; order: Order; done: () => void }) {
  const act = useAction(refreshed);
  const [adding, setAdding] = useState(false);
  if (line.sku === null || line.sku === '') return <Pill tone="bad" word="no SKU" title="Without a SKU nothing can be sent for it: give it one in the shop" />;
  const main = line.mappings.find((m) => m.confirmed_at)?.vid;
  const yes = async (vid: string, cost: string) => {
    const sure = await confirm({ title: `Send ${vid} for ${line.sku}?`, verb: 'Confirm', tier: 'costs', body: <p>From now on the supplier’s variant <code>{vid}</code>, {cost} when it was proposed, is ordered whenever <code>{line.sku}</code> is sold{main ? ` and ${main} is out of stock` : ''}, also for later orders.</p> });
    if (!sure) return;
    if (await act.run({ method: 'POST', path: `/api/v1/orders/${order.id}/mapping`, body: { sku: line.sku, vid } })) {
      toast('Confirmed. Release the order when it was held for this.');
      done();
    }
  };
  const forget = async (vid: string, left: number) => {
    const sure = await confirm({ title: `Send ${vid} no more for ${line.sku}?`, verb: 'Forget', danger: true, body: <p>For this and every later order. {left === 0 ? 'Orders of it are held until something else is confirmed.' : 'The next one of the list is sent.'} What is ordered already is sent.</p> });
    if (!sure) return;
    if (await act.run({ method: 'POST', path: `/api/v1/orders/${order.id}/mapping/remove`, body: { sku: line.sku, vid } })) {
      toast(`${vid} is no longer sent for ${line.sku}.`);
      done();
    }
  };
  const confirmed = line.mappings.filter((m) => m.confirmed_at).length;
  let place = 0;
  return (
    <div className="stack">
      {line.mappings.length === 0 ? <div><Pill tone="bad" word="no mapping" title="Nobody has said what the supplier sends for this SKU" /></div> : null}
      {line.mappings.map((m) => {
        if (m.confirmed_at) place += 1;
        return (
          <div key={m.vid} className="row">
            <code>{m.vid}</code>
            {m.confirmed_at ? <Pill tone="good" word={place === 1 ? 'ok' : `fallback ${place}`} title={`confirmed by ${m.confirmed_by}`} />
              : <><Pill tone="warn" word="proposed" /> <Button needs="operate" busy={act.busy} onClick={() => void yes(m.vid, formatMoney(m.snapshot))}>Confirm</Button></>}
            <Button look="quiet" icon="close" label={`Send ${m.vid} no more`} needs="operate" busy={act.busy} onClick={() => void forget(m.vid, confirmed - (m.confirmed_at ? 1 : 0))} />
          </div>
        );
      })}
      <div><Button look="link" needs="operate" onClick={() => setAdding(true)}>Other variant…</Button></div>
      <FormError error={act.error} />
      {adding ? <Another line={line} order={order} onClose={() => { setAdding(false); done(); }} /> : null}
    </div>
  );
}
