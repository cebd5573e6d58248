// One product: what it costs and earns, what another price would bring, its variants, texts, images and every act about it.

import { useEffect, useState, type ReactNode } from 'react';
import { Button, Card, decimalOf, Facts, Field, formatCount, formatPpm, FormError, Link, Loaded, minorOf, Money, Nothing, Notice, Pill, Rate, Ratio, Sheet, SimpleTable, Sparkline, Time, Timeline, useForbidden, useHotkeys, useResource, type Step } from '../../ui';
import type { Money as Amount } from '../../lib/money';
import { useProductActs } from './acts';
import { TextForm } from './edit';
import type { Decision, ListingText, Product, Sum, Trial, Variant } from './types';
import { actTitles, actsIn, StatePill, Trend } from './words';

const parts: { member: string; title: string; colour: string }[] = [
  { member: 'goods_minor', title: 'Item', colour: 'var(--c1)' },
  { member: 'shipping_minor', title: 'Shipping', colour: 'var(--c3)' },
  { member: 'duty_minor', title: 'Duty', colour: 'var(--c5)' },
  { member: 'import_tax_minor', title: 'Import tax', colour: 'var(--c6)' },
  { member: 'broker_minor', title: 'Broker', colour: 'var(--c6)' },
  { member: 'fx_minor', title: 'Currency fee', colour: 'var(--c6)' },
  { member: 'fee_minor', title: 'Payment fee', colour: 'var(--c4)' },
  { member: 'reserve_minor', title: 'Returns reserve', colour: 'var(--quiet)' },
  { member: 'margin_minor', title: 'It earns', colour: 'var(--c2)' },
];

function worstOf(d: Decision | null): { sum: Sum; variant: string; country: string } | null {
  const variant = d?.variants?.find((v) => v.vid === d.worst?.vid);
  const sum = variant?.markets?.find((m) => String(m.country) === d?.worst?.country);
  return variant && sum && d?.worst ? { sum, variant: variant.name, country: d.worst.country } : null;
}

function CostStack({ decision: d }: { decision: Decision | null }) {
  const worst = worstOf(d);
  if (!d || !worst) return <p className="quiet">Its costs are not worked out yet.</p>;
  const currency = d.currency ?? 'USD';
  const quote = d.markets?.find((m) => m.country === worst.country)?.quote;
  const known = parts.map((p) => ({ ...p, minor: worst.sum[p.member] as number | null })).filter((p) => p.minor !== null && p.minor !== 0);
  const whole = known.reduce((n, p) => n + Math.max(0, p.minor ?? 0), 0);
  return (
    <div className="stack">
      <p className="small quiet">Where it earns least: <bdi>{worst.variant}</bdi> to {worst.country}{d.at ? <>, as of <Time at={d.at} /></> : null}.{quote ? <> Quote: {quote.method}, {quote.days_min ?? '?'} to {quote.days_max ?? '?'} days{quote.quoted_at ? <>, <Time at={quote.quoted_at} /></> : null}.</> : ' No quote.'}</p>
      <div className="coststack" aria-hidden="true">{known.filter((p) => (p.minor ?? 0) > 0).map((p) => <span key={p.member} style={{ width: `${(((p.minor ?? 0) / Math.max(1, whole)) * 100).toFixed(2)}%`, background: p.colour }} />)}</div>
      <table className="sums" aria-label="Cost stack">
        <tbody>
          {known.map((p) => <tr key={p.member} className={p.member === 'margin_minor' ? 'sum' : undefined}><th scope="row"><span className="dot" style={{ background: p.colour }} /> {p.title}</th><td><Money of={{ minor: p.minor ?? 0, currency }} signed={p.member === 'margin_minor'} /></td></tr>)}
          <tr><th scope="row">Margin</th><td><Rate ppm={worst.sum.margin_ppm as number | null} /> <span className="quiet">wanted {formatPpm(d.target_ppm ?? null)}</span></td></tr>
        </tbody>
      </table>
    </div>
  );
}

function TryPrice({ product: p, done }: { product: Product; done: () => void }) {
  const currency = p.price?.currency ?? p.shop_currency ?? p.decision?.currency ?? 'USD';
  const [typed, setTyped] = useState(p.price ? decimalOf(p.price.minor, currency) : '');
  const minor = minorOf(typed, currency);
  const [asked, setAsked] = useState<number | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(minor !== null && minor > 0 && minor <= 100000000 ? minor : null), 250);
    return () => clearTimeout(timer);
  }, [minor]);
  const trial = useResource<Trial>(asked === null ? null : `/api/v1/products/${p.id}/price-trial?price_minor=${asked}`);
  const acts = useProductActs();
  const live = p.state === 'listed' || p.state === 'on_hold';
  const result = trial.data?.price_minor === asked ? trial.data : undefined;
  const set = async () => {
    if (result && (await acts.setPrice(p, { minor: result.price_minor, currency }, result.margin_ppm))) done();
  };
  return (
    <div className="stack">
      <Field label={`Try a price (${currency})`} error={typed !== '' && minor === null ? `No amount of ${currency}` : null}>{(wired) => <input {...wired} inputMode="decimal" value={typed} onChange={(event) => setTyped(event.target.value)} />}</Field>
      {trial.error ? <p className="warn-text small" role="alert">{trial.error.message}</p> : null}
      {result ? (
        <div role="status">
          <Facts items={[
            ['It earns', <Money key="e" of={{ minor: result.margin_minor, currency: result.currency }} signed />],
            ['Margin', <Rate key="m" ppm={result.margin_ppm} />],
            ['Break-even ROAS', <Ratio key="r" e4={result.break_even_roas_e4} why="It earns nothing: no ad can pay for itself" />],
            ['Goal', result.target_ppm === null ? <Nothing key="g" /> : result.margin_ppm !== null && result.margin_ppm >= result.target_ppm ? <Pill key="g" tone="good" word="reached" /> : <Pill key="g" tone="bad" word={`below ${formatPpm(result.target_ppm)}`} />],
          ]} />
        </div>
      ) : null}
      {live ? <div><Button needs="operate" disabled={!result || result.price_minor === p.price?.minor} busy={acts.action.busy} onClick={() => void set()}>Set this price…</Button></div>
        : <p className="small quiet">It is not at the shop: the price follows the pricing rule when it is published.</p>}
      <FormError error={acts.action.error} />
    </div>
  );
}

const variantState = (v: Variant) => {
  if (v.gone_at) return <Pill tone="bad" word="gone" title="The supplier no longer has it" />;
  if (!v.offered) return <Pill tone="off" word={v.left_out ? v.left_out.toLowerCase().replaceAll('_', ' ') : 'left out'} />;
  return v.low ? <Pill tone="warn" word="low" title="Set to 0 at the shop: too few left" /> : <Pill tone="good" word="ok" />;
};

function Variants({ variants }: { variants: Variant[] }) {
  return (
    <SimpleTable label="Variants" rows={variants} id={(v) => v.id} empty={<p className="quiet">The supplier has told none yet.</p>} columns={[
      { key: 'name', title: 'Variant', main: true, cell: (v) => <><bdi>{v.name}</bdi><div className="small quiet"><code>{v.sku}</code> → <code>{v.vid}</code></div></> },
      { key: 'map', title: 'Mapping', cell: (v) => (v.mapping === 'confirmed' ? <Pill tone="good" word="ok" /> : v.mapping === 'proposed' ? <Pill tone="warn" word="proposed" /> : <Nothing why="Made when it is published" />) },
      { key: 'state', title: 'State', cell: variantState },
      { key: 'stock', title: 'Stock', end: true, cell: (v) => (v.stock === null ? <Nothing why="Not told" /> : <span title={v.checked_at ?? undefined}>{formatCount(v.stock)}</span>) },
      { key: 'cost', title: 'Cost', end: true, cell: (v) => <Money of={v.cost} /> },
      { key: 'landed', title: 'Landed', end: true, cell: (v) => <Money of={v.landed} why="Not assessed" /> },
      { key: 'price', title: 'Price', end: true, cell: (v) => <Money of={v.price} why="Not priced" /> },
    ]} />
  );
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Markup as text, roughly: it is shown as text whatever it is, and never parsed as a document. */
function plain(html: string): string {
  return html.replace(/<(script|style)\b[^]*?<\/\1\s*>/gi, '').replace(/<\/?(p|li|br|h\d|div|tr|ul|ol|table)\b[^>]*>/gi, '\n').replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_all, name: string) => entities[name] ?? '').replace(/\n{3,}/g, '\n\n').trim();
}

function Checks({ text }: { text: ListingText }) {
  const failed = text.checks.failed ?? [];
  if (text.checks.passed === null) return <p className="quiet small">Not checked yet: the content rules are asked before the shop gets it.</p>;
  if (failed.length === 0) return <p className="small"><Pill tone="good" word="passed the content rules" /></p>;
  return <ul className="stack small">{failed.map((f, i) => <li key={i}><Pill tone="bad" word={f.rule} /> in {f.field}: <bdi>{f.text}</bdi></li>)}</ul>;
}

function Texts({ product: p, changed }: { product: Product; changed: () => void }) {
  const [editing, setEditing] = useState(false);
  const text = p.texts[0];
  const can = ['approval', 'needs_review', 'listed', 'on_hold'].includes(p.state);
  const forbidden = useForbidden('operate');
  useHotkeys(can && text && !editing && forbidden === null ? [{ keys: 'e', help: 'Edit the texts', run: () => setEditing(true) }] : []);
  return (
    <Card title="Texts" note={text ? `version ${text.version} by ${text.made_by}` : undefined} actions={can && !editing && text ? <Button needs="operate" onClick={() => setEditing(true)}>Edit texts</Button> : undefined}>
      {editing && text ? <TextForm product={p} text={text} done={() => { setEditing(false); changed(); }} cancel={() => setEditing(false)} /> : (
        <div className="grid">
          <div className="stack">
            <h3>Supplier</h3>
            <p><strong><bdi>{p.name}</bdi></strong></p>
            <p className="from-outside small" dir="auto">{plain(p.facts?.description_html ?? '') || <span className="quiet">No description.</span>}</p>
          </div>
          <div className="stack">
            <h3>Ours</h3>
            {text ? <>
              <p><strong><bdi>{text.title}</bdi></strong></p>
              <p className="from-outside small" dir="auto">{plain(text.description_html)}</p>
              <Facts items={[['Search title', text.seo_title], ['Search description', text.meta_description], ['Tags', text.tags.join(', ') || <Nothing key="t" why="None" />]]} />
              <Checks text={text} />
            </> : <p className="quiet">None is written yet.</p>}
          </div>
        </div>
      )}
    </Card>
  );
}

function Images({ product: p }: { product: Product }) {
  const images = p.facts?.images ?? [];
  const alts = p.texts[0]?.alt_texts ?? [];
  if (images.length === 0) return <p className="quiet">The supplier shows none.</p>;
  return (
    <ol className="images">
      {images.slice(0, 24).map((url, i) => (
        <li key={i}>
          {url.startsWith('https://') ? <img src={url} alt="" loading="lazy" referrerPolicy="no-referrer" width="96" height="96" /> : <span className="no-image small quiet">not shown: no https</span>}
          <span className="small">{i + 1}. {alts[i] ? <bdi>{alts[i]}</bdi> : <span className="quiet">no alt text</span>}</span>
        </li>
      ))}
    </ol>
  );
}

function Trends({ product: p }: { product: Product }) {
  const last = p.snapshots.at(-1);
  if (!last) return <p className="quiet">No day has been kept yet.</p>;
  const line = (title: string, values: (number | null)[], now: ReactNode) => (
    <div className="trend-line" key={title}><span>{title}</span><Sparkline values={values.slice(-30)} label={`${title}, last ${Math.min(30, values.length)} days`} /><span>{now}</span></div>
  );
  return (
    <div className="stack">
      {line('Listings elsewhere', p.snapshots.map((s) => s.listings), last.listings === null ? <Nothing /> : formatCount(last.listings))}
      {line('Supplier’s price', p.snapshots.map((s) => s.price_min_minor), <Money of={last.price_min_minor === null ? null : { minor: last.price_min_minor, currency: last.currency }} />)}
      {line('Stock', p.snapshots.map((s) => s.stock), last.stock === null ? <Nothing /> : formatCount(last.stock))}
    </div>
  );
}

const tone = (step: string): NonNullable<Step['tone']> => (/rejected|held|unlisted/.test(step) ? 'bad' : /listed|approved|restored|priced/.test(step) ? 'good' : 'plain');

function Head({ product: p, changed }: { product: Product; changed: () => void }) {
  const acts = useProductActs();
  const offered = p.variants.filter((v) => v.offered && !v.gone_at).length || p.variants.length;
  const can = actsIn(p.state, p.listing.gid !== null);
  const reason = p.problem ?? p.decision_text;
  return (
    <>
      {reason ? <Notice tone={p.problem || p.state === 'on_hold' || p.state === 'rejected' ? 'bad' : p.state === 'approval' ? 'warn' : 'info'}><bdi>{reason}</bdi>{p.decided_by ? <span className="small quiet"> by {p.decided_by} <Time at={p.decided_at} /></span> : null}</Notice> : null}
      {can.length > 0 ? <div className="row">{can.map((act, i) => <Button key={act} needs="operate" look={i === 0 ? 'primary' : 'plain'} busy={acts.action.busy} onClick={() => void acts.say(act, p, offered).then((done) => { if (done) changed(); })}>{actTitles[act]}…</Button>)}</div>
        : <p className="quiet">{p.state === 'rejected' ? 'It is rejected: it stays so.' : p.state === 'unlisting' ? 'It is being taken out of the shop.' : null}</p>}
      <FormError error={acts.action.error} />
    </>
  );
}

const price = (amount: Amount | null) => <Money of={amount} why="Not known yet" />;

export function Detail({ id, onClose }: { id: string; onClose: () => void }) {
  const product = useResource<Product>(`/api/v1/products/${encodeURIComponent(id)}`, { every: 15000, topics: ['products'] });
  const changed = () => void product.refresh();
  return (
    <Sheet title={product.data?.name ?? 'Product'} onClose={onClose} head={product.data ? <span className="row"><StatePill state={product.data.state} /> <Trend label={product.data.label} score={product.data.score} /></span> : undefined}>
      <Loaded of={product} what="Product">
        {(p) => (
          <div className="stack product">
            <Head product={p} changed={changed} />
            <Facts items={[
              ['Price', price(p.price)], ['Landed', price(p.landed)], ['Earns', price(p.margin)], ['Margin', <Rate key="m" ppm={p.margin_ppm} why="Not assessed yet" />],
              ['Supplier’s price', p.supplier_price ? <span key="s">{price(p.supplier_price.from)}{p.supplier_price.to.minor === p.supplier_price.from.minor ? null : <> to {price(p.supplier_price.to)}</>}</span> : <Nothing key="s" />],
              ['Category', p.category ?? <Nothing key="c" />], ['Listed', <Time key="l" at={p.listing.listed_at} why="Never" />], ['Looked at', <Time key="k" at={p.listing.checked_at} why="Not watched yet" />],
            ]} />
            <div className="grid">
              <Card title="Cost stack"><CostStack decision={p.decision} /></Card>
              <Card title="Try a price"><TryPrice key={p.price?.minor ?? 0} product={p} done={changed} /></Card>
            </div>
            <Card title="Variants: store to supplier"><Variants variants={p.variants} /></Card>
            {p.decision?.gate ? <Card title="Checks"><ul className="stack small">{p.decision.gate.map((g) => <li key={g.rule}><Pill tone={g.passed ? 'good' : 'bad'} word={g.rule.toLowerCase().replaceAll('_', ' ')} /> <bdi>{g.text}</bdi></li>)}</ul></Card> : null}
            <Texts product={p} changed={changed} />
            <div className="grid">
              <Card title="Images"><Images product={p} /></Card>
              <Card title="Trend, 90 days"><Trends product={p} /></Card>
            </div>
            {p.proposals.some((r) => r.state === 'open') ? <Card title="Proposed"><ul className="stack">{p.proposals.filter((r) => r.state === 'open').map((r) => <li key={r.id}><bdi>{r.text}</bdi> <Link href={`/approvals?open=proposal-${r.id}`}>Decide</Link></li>)}</ul></Card> : null}
            <Card title="Acts"><Timeline steps={p.events.toReversed().map((e, i) => ({ key: p.events.length - i, at: e.at, title: e.step.replaceAll('_', ' '), text: <><bdi>{e.text}</bdi>{e.who ? <span className="quiet"> by {e.who}</span> : null}</>, tone: tone(e.step) }))} /></Card>
          </div>
        )}
      </Loaded>
    </Sheet>
  );
}
