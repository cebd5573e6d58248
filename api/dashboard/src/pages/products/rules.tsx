// How shop prices are made: the rules, what each would do to the products at the shop, which one counts, and new ones.

import { useState } from 'react';
import { Button, Card, confirm, Dialog, Empty, formatMoney, formatPpm, FormError, Link, Loaded, Money, Notice, Pill, Rate, SimpleTable, Time, toast, useAction, useResource } from '../../ui';
import type { Money as Amount } from '../../lib/money';
import { RuleForm } from './rule_form';

export type Rule = { id: number; name: string; kind: string; spec: Record<string, unknown>; active: boolean; created_at: string; created_by: string; applied_at: string | null };
export type Preview = {
  products: { id: number; name: string; old: Amount | null; new: Amount | null; margin_old_ppm: number | null; margin_new_ppm: number | null; verdict: string; text: string }[];
  changed: number;
  infeasible: number;
  next: number | null;
};

const factor = (e3: unknown) => `× ${(Number(e3) / 1000).toFixed(2)}`;

function words(rule: Rule, currency: string | null): string {
  const s = rule.spec;
  const ends = typeof s.endings === 'string' && s.endings !== '' ? `, ending in ${s.endings.split(':')[1] ?? s.endings}` : '';
  if (rule.kind === 'multiplier') return `landed cost ${factor(s.factor_e3)}${ends}`;
  if (rule.kind === 'fixed') return `landed cost + ${currency === null ? `${String(s.add_minor)} minor units` : formatMoney({ minor: Number(s.add_minor), currency })}${ends}`;
  if (rule.kind === 'target_margin') return `a margin of ${formatPpm(Number(s.target_ppm))}${ends}`;
  return `${Array.isArray(s.tiers) ? s.tiers.length : 0} tiers of cost, each with its factor${ends}`;
}

function PreviewOf({ rule, close }: { rule: Rule; close: () => void }) {
  const [after, setAfter] = useState(0);
  const preview = useResource<Preview>(`/api/v1/pricing-rules/${rule.id}/preview?limit=50${after ? `&after=${after}` : ''}`);
  return (
    <Dialog wide title={`What ${rule.name} would do`} onClose={close} footer={<Button look="primary" onClick={close}>Close</Button>}>
      <Loaded of={preview} what="Preview">
        {(p) => (
          <div className="stack">
            <p>{p.changed} of these {p.products.length} get another price; for {p.infeasible} no price is good enough.</p>
            <SimpleTable label="Prices by this rule" rows={p.products} id={(r) => r.id} empty={<p className="quiet">Nothing is at the shop yet.</p>} columns={[
              { key: 'name', title: 'Product', main: true, cell: (r) => <Link href={`/products?open=${r.id}`} onClick={close}><bdi>{r.name}</bdi></Link> },
              { key: 'old', title: 'Now', end: true, cell: (r) => <Money of={r.old} /> },
              { key: 'new', title: 'Then', end: true, cell: (r) => <strong><Money of={r.new} why={r.text} /></strong> },
              { key: 'm', title: 'Margin', end: true, cell: (r) => <><Rate ppm={r.margin_old_ppm} /> → <Rate ppm={r.margin_new_ppm} /></> },
              { key: 'why', title: 'Why', cell: (r) => <span className="small"><bdi>{r.text}</bdi></span> },
            ]} />
            {p.next === null ? null : <div><Button onClick={() => setAfter(p.next ?? 0)}>Next 50</Button></div>}
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}

export function Rules() {
  const rules = useResource<{ rules: Rule[]; live: number; currency: string | null }>('/api/v1/pricing-rules', { every: 60000, topics: ['products'] });
  const act = useAction(['/api/v1/pricing-rules', '/api/v1/products']);
  const [shown, setShown] = useState<Rule | null>(null);
  const [form, setForm] = useState<{ from: Rule | null } | null>(null);
  const currency = rules.data?.currency ?? null;
  const turn = async (rule: Rule, live: number) => {
    const on = !rule.active;
    const yes = await confirm({
      title: on ? `Let ${rule.name} count?` : `End ${rule.name}?`, verb: on ? 'Activate' : 'Deactivate', tier: live > 10 ? 'final' : 'costs', ...(live > 10 ? { type: String(live) } : {}),
      body: <p>{on ? `Prices are made by it: ${words(rule, currency)}.` : 'Prices are made by the settings again.'} All {live} products at the shop are priced anew at once. Look at the preview first.</p>,
    });
    if (!yes) return;
    const done = await act.run<{ products: number }>({ method: 'POST', path: `/api/v1/pricing-rules/${rule.id}/${on ? 'activate' : 'deactivate'}` });
    if (done) toast(`${on ? 'Active' : 'No longer active'}: ${rule.name}. ${done.products} products get another price.`);
  };
  const remove = async (rule: Rule) => {
    if (!(await confirm({ title: `Delete ${rule.name}?`, verb: 'Delete', tier: 'final', type: 'delete', body: <p>No price changes: it does not count. Its name is free again.</p> }))) return;
    if (await act.run({ method: 'DELETE', path: `/api/v1/pricing-rules/${rule.id}` })) toast(`${rule.name} is deleted.`);
  };
  const add = <Button needs="operate" look="primary" disabled={currency === null} title={currency === null ? 'The shop’s currency is not known until the store was read' : undefined} onClick={() => setForm({ from: null })}>New rule…</Button>;
  return (
    <Card title="Pricing rules" actions={rules.data && rules.data.rules.length > 0 ? add : undefined}>
      <div className="stack rules">
        <FormError error={act.error} />
        <Loaded of={rules} what="Pricing rules">
          {(data) => (
            <>
              {data.rules.some((r) => r.active) ? null : <Notice>No rule is active: prices reach the target margin of the <Link href="/automation?tab=settings&q=money.">settings</Link>.</Notice>}
              <SimpleTable label="Pricing rules" rows={data.rules} id={(r) => r.id} empty={<Empty title="No rule yet." action={add}>A rule says how a price comes from what a product costs.</Empty>} columns={[
                { key: 'name', title: 'Rule', main: true, cell: (r) => <><bdi>{r.name}</bdi> {r.active ? <Pill tone="good" word="active" /> : null}</> },
                { key: 'what', title: 'Price', cell: (r) => words(r, currency) },
                { key: 'by', title: 'Made', cell: (r) => <>by {r.created_by}, <Time at={r.created_at} /></> },
                { key: 'acts', title: 'Acts', cell: (r) => <span className="row"><Button onClick={() => setShown(r)}>Preview</Button><Button needs="admin" busy={act.busy} onClick={() => void turn(r, data.live)}>{r.active ? 'Deactivate…' : 'Activate…'}</Button><Button needs="operate" disabled={currency === null} onClick={() => setForm({ from: r })}>Change…</Button>{r.active ? null : <Button needs="admin" look="link" busy={act.busy} onClick={() => void remove(r)}>Delete…</Button>}</span> },
              ]} />
            </>
          )}
        </Loaded>
        {form && currency !== null ? <RuleForm currency={currency} from={form.from} onClose={() => setForm(null)} /> : null}
        {shown ? <PreviewOf rule={shown} close={() => setShown(null)} /> : null}
      </div>
    </Card>
  );
}
