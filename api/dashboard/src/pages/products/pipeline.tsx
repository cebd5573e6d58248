// The pipeline: a column for each stage, its newest products as cards with what can be done.  Nothing is dragged.

import { Button, formatCount, FormError, Link, Loaded, Money, Nothing, queryOf, Rate, useResource } from '../../ui';
import { useProductActs } from './acts';
import type { ProductPage, ProductRow, Stage } from './types';
import { actTitles, actsIn, stages, states, StatePill, Trend } from './words';

type Acts = ReturnType<typeof useProductActs>;

function Card({ product: p, acts, open }: { product: ProductRow; acts: Acts; open: () => void }) {
  const can = actsIn(p.state);
  const reason = p.problem ?? (p.state === 'listed' ? null : p.decision_text);
  return (
    <li className="tile-card">
      <button type="button" className="card-name" title={p.name} onClick={open}><bdi>{p.name}</bdi></button>
      <div className="row small"><StatePill state={p.state} /> <Trend label={p.label} score={p.score} /></div>
      <div className="figures small">
        {p.price ? <span><Money of={p.price} /></span> : null}
        {p.margin ? <span><span className="quiet">earns</span> <Money of={p.margin} /></span> : null}
        {p.margin_ppm !== null ? <span><span className="quiet">margin</span> <Rate ppm={p.margin_ppm} /></span> : null}
        {p.state === 'listed' || p.state === 'on_hold' ? <span><span className="quiet">stock</span> {p.stock === null ? <Nothing why="Not told" /> : formatCount(p.stock)}</span> : null}
      </div>
      {reason ? <p className={p.problem ? 'small warn-text clamp' : 'small quiet clamp'}><bdi>{reason}</bdi></p> : null}
      {can[0] === 'approve' ? <div><Button needs="operate" look="primary" busy={acts.action.busy} onClick={() => void acts.say('approve', p, p.variants)}>Approve…</Button></div> : null}
      {can.length > 0 ? (
        <details className="move">
          <summary className="button button-plain">Move to…</summary>
          <div className="move-box">
            {can.map((act) => <Button key={act} needs="operate" busy={acts.action.busy} onClick={() => void acts.say(act, p, p.variants)}>{actTitles[act]}…</Button>)}
          </div>
        </details>
      ) : null}
    </li>
  );
}

type Filters = Record<string, string | null>;

function Column({ stage, title, help, filters, acts, open }: { stage: Stage; title: string; help: string; filters: Filters; acts: Acts; open: (p: ProductRow) => void }) {
  const page = useResource<ProductPage>(`/api/v1/products${queryOf({ ...filters, stage, limit: 8 })}`, { every: 30000, topics: ['products'] });
  const all = page.data ? Object.entries(page.data.counts).reduce((n, [state, count]) => n + (states[state as keyof typeof states]?.stage === stage ? (count ?? 0) : 0), 0) : null;
  return (
    <section className={`lane lane-${stage}`} aria-label={title}>
      <header><h2 title={help}>{title}</h2> {all === null ? null : <span className="tab-count">{formatCount(all)}</span>}</header>
      <Loaded of={page} what={title}>
        {(data) => (data.products.length === 0 ? <p className="quiet small">{all ? 'None fits the filters.' : help}</p> : (
          <>
            <ul>{data.products.map((p) => <Card key={p.id} product={p} acts={acts} open={() => open(p)} />)}</ul>
            {data.next ? <p className="small"><Link href={`/products?tab=table&stage=${stage}`}>All of them</Link></p> : null}
          </>
        ))}
      </Loaded>
    </section>
  );
}

export function Pipeline({ filters, open }: { filters: Filters; open: (p: ProductRow) => void }) {
  const acts = useProductActs();
  return (
    <>
      <FormError error={acts.action.error} />
      <div className="lanes" tabIndex={0} role="region" aria-label="Pipeline">
        {stages.map((s) => <Column key={s.id} stage={s.id} title={s.title} help={s.help} filters={filters} acts={acts} open={open} />)}
      </div>
    </>
  );
}
