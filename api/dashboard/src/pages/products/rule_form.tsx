// A new pricing rule: its kind and numbers, and beside them what it would do to the products at the shop, as they stand now.

import { useEffect, useState, type FormEvent } from 'react';
import { ApiError, Button, decimalOf, Dialog, exponentOf, Failed, Field, FormError, Money, newKey, Rate, SimpleTable, toast, useAction, write } from '../../ui';
import type { Preview, Rule } from './rules';

type Kind = 'multiplier' | 'fixed' | 'tiers' | 'target_margin';
type Tier = { to: string; factor: string };
type Typed = { name: string; kind: Kind; factor: string; add: string; percent: string; tiers: Tier[]; endings: string };

const kinds: Record<Kind, string> = {
  target_margin: 'What is needed for a margin',
  multiplier: 'Landed cost times a factor',
  fixed: 'Landed cost and an amount',
  tiers: 'A factor by how dear it is',
};

const empty: Typed = { name: '', kind: 'target_margin', factor: '2.5', add: '', percent: '30', tiers: [{ to: '', factor: '3' }, { to: '', factor: '2' }], endings: '' };

/** "2.5" by 3 digits -> 2500, exactly; null when it is no such number. */
export function scaled(typed: string, digits: number): number | null {
  const match = /^(\d{1,9})(?:[.,](\d*))?$/.exec(typed.trim());
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > digits) return null;
  return Number((match[1] ?? '') + fraction.padEnd(digits, '0'));
}

const unscaled = (value: unknown, digits: number) => {
  const text = String(Number(value)).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, '');
};

/** What is typed when a rule is taken as the pattern of a new one. */
export function typedOf(rule: Rule, currency: string): Typed {
  const s = rule.spec as { factor_e3?: number; add_minor?: number; target_ppm?: number; endings?: string; tiers?: { up_to_minor?: number; factor_e3: number }[] };
  return {
    ...empty, name: `${rule.name}, changed`.slice(0, 100), kind: rule.kind as Kind, endings: s.endings ?? '',
    ...(s.factor_e3 === undefined ? {} : { factor: unscaled(s.factor_e3, 3) }),
    ...(s.add_minor === undefined ? {} : { add: decimalOf(s.add_minor, currency) }),
    ...(s.target_ppm === undefined ? {} : { percent: unscaled(s.target_ppm, 4) }),
    ...(s.tiers === undefined ? {} : { tiers: s.tiers.map((t) => ({ to: t.up_to_minor === undefined ? '' : decimalOf(t.up_to_minor, currency), factor: unscaled(t.factor_e3, 3) })) }),
  };
}

type Spec = Record<string, unknown>;
type Read = { spec: Spec; wrong: null } | { spec: null; wrong: Record<string, string> };

const factorOf = (typed: string) => {
  const factor = scaled(typed, 3);
  return factor !== null && factor >= 1000 && factor <= 100000 ? factor : null;
};
const factorWrong = 'A number from 1 to 100, like 2.5';
const amountWrong = (currency: string) => `An amount of ${currency}, like ${decimalOf(1500, currency)}`;

function tiersOf(typed: Tier[], exponent: number, currency: string): Read {
  const wrong: Record<string, string> = {};
  let before = -1;
  const tiers = typed.map((tier, i) => {
    const last = i === typed.length - 1;
    const to = last ? null : scaled(tier.to, exponent);
    const factor = factorOf(tier.factor);
    if (factor === null) wrong[`factor ${i}`] = factorWrong;
    if (!last && to === null) wrong[`to ${i}`] = amountWrong(currency);
    else if (!last && to !== null && to <= before) wrong[`to ${i}`] = 'More than in the line before';
    before = to ?? before;
    return last ? { factor_e3: factor } : { up_to_minor: to, factor_e3: factor };
  });
  return Object.keys(wrong).length > 0 ? { spec: null, wrong } : { spec: { tiers }, wrong: null };
}

/** The numbers as the server wants them, or what is wrong with which field. */
export function read(typed: Typed, currency: string): Read {
  const exponent = exponentOf(currency);
  const endings = typed.endings.trim();
  if (endings !== '' && !/^\d+:\d+(,\d+)*$/.test(endings)) return { spec: null, wrong: { endings: 'A period and its endings, like 100:99 or 1000:490,990' } };
  const withEndings = (spec: Spec): Read => ({ spec: endings === '' ? spec : { ...spec, endings }, wrong: null });
  switch (typed.kind) {
    case 'multiplier': {
      const factor = factorOf(typed.factor);
      return factor === null ? { spec: null, wrong: { factor: factorWrong } } : withEndings({ factor_e3: factor });
    }
    case 'fixed': {
      const add = scaled(typed.add, exponent);
      return add === null || add > 1000000000 ? { spec: null, wrong: { add: amountWrong(currency) } } : withEndings({ add_minor: add });
    }
    case 'target_margin': {
      const target = scaled(typed.percent, 4);
      return target === null || target > 900000 ? { spec: null, wrong: { percent: 'A share from 0 to 90 %' } } : withEndings({ target_ppm: target });
    }
    case 'tiers': {
      const tiers = tiersOf(typed.tiers, exponent, currency);
      return tiers.spec === null ? tiers : withEndings(tiers.spec);
    }
  }
}

/** The preview of numbers that nobody has kept, asked for once the person pauses; what comes late for old numbers is dropped. */
function usePreview(kind: Kind, spec: Spec | null): { preview: Preview | null; error: ApiError | null; busy: boolean } {
  const [state, setState] = useState<{ of: string; preview: Preview | null; error: ApiError | null }>({ of: '', preview: null, error: null });
  const wanted = spec === null ? '' : JSON.stringify({ kind, spec, limit: 50 });
  useEffect(() => {
    if (wanted === '') return undefined;
    let dropped = false;
    const timer = setTimeout(() => {
      write<Preview>('POST', '/api/v1/pricing-rules/preview', JSON.parse(wanted), newKey()).then(
        (preview) => { if (!dropped) setState({ of: wanted, preview, error: null }); },
        (error: unknown) => { if (!dropped) setState({ of: wanted, preview: null, error: error instanceof ApiError ? error : null }); },
      );
    }, 400);
    return () => {
      dropped = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  return state.of === wanted && wanted !== '' ? { ...state, busy: false } : { preview: null, error: null, busy: wanted !== '' };
}

const rowsShown = 8;

function Foretold({ kind, spec }: { kind: Kind; spec: Spec | null }) {
  const { preview, error, busy } = usePreview(kind, spec);
  if (error) return <Failed error={error} what="What it would do" />;
  if (preview === null) return <p className="quiet" role="status">{busy ? 'Working out what it would do…' : 'What it would do to the products at the shop stands here once the numbers are complete.'}</p>;
  const more = preview.next === null ? '' : ' of the first 50';
  if (preview.products.length === 0) return <p className="quiet" role="status">Nothing is at the shop yet: the rule prices what is published.</p>;
  return (
    <>
      <p role="status">{preview.changed} of {preview.products.length} products{more} would get another price{preview.infeasible > 0 ? `; for ${preview.infeasible} no price is good enough` : ''}.</p>
      {preview.products.length > rowsShown ? <p className="quiet small">The first {rowsShown} of them:</p> : null}
      <SimpleTable label="What it would do" rows={preview.products.slice(0, rowsShown)} id={(r) => r.id} columns={[
        { key: 'name', title: 'Product', main: true, cell: (r) => <bdi>{r.name}</bdi> },
        { key: 'old', title: 'Now', end: true, cell: (r) => <Money of={r.old} /> },
        { key: 'new', title: 'Then', end: true, cell: (r) => <strong><Money of={r.new} why={r.text} /></strong> },
        { key: 'm', title: 'Margin', end: true, cell: (r) => <><Rate ppm={r.margin_old_ppm} /> → <Rate ppm={r.margin_new_ppm} /></> },
      ]} />
    </>
  );
}

type Wrong = (field: string) => string | undefined;
type Change = (part: Partial<Typed>) => void;

const ownEndings = 'own';

/** Usual endings of a currency: each ends with 99, 95, ... of its smaller unit, or of a thousand where there is none. */
function usualEndings(currency: string): [string, string][] {
  switch (exponentOf(currency)) {
    case 0: return [['100:90', '…90'], ['1000:980', '…980'], ['1000:490,990', '…490 or …990']];
    case 2: return [['100:99', '.99'], ['100:95', '.95'], ['100:90', '.90'], ['100:49,99', '.49 or .99'], ['1000:999', '9.99']];
    default: return [['1000:990', '.990'], ['1000:490,990', '.490 or .990']];
  }
}

function Endings({ value, change, wrong, currency }: { value: string; change: Change; wrong: string | undefined; currency: string }) {
  const usual = usualEndings(currency);
  const [own, setOwn] = useState(value !== '' && !usual.some(([v]) => v === value));
  const choose = (to: string) => {
    setOwn(to === ownEndings);
    if (to !== ownEndings) change({ endings: to });
  };
  return (
    <>
      <Field label="Prices end in" hint="Rounded up to the next price that ends so">
        {(wired) => (
          <select {...wired} value={own ? ownEndings : value} onChange={(event) => choose(event.target.value)}>
            <option value="">whatever comes out</option>
            {usual.map(([v, title]) => <option key={v} value={v}>{title}</option>)}
            <option value={ownEndings}>others</option>
          </select>
        )}
      </Field>
      {own ? (
        <Field label="Own endings" hint="A period and its endings in the smallest unit: 1000:490,990" error={wrong}>
          {(wired) => <input {...wired} value={value} autoComplete="off" onChange={(event) => change({ endings: event.target.value })} />}
        </Field>
      ) : null}
    </>
  );
}

function TierFields({ typed, change, wrong, currency }: { typed: Typed; change: Change; wrong: Wrong; currency: string }) {
  const put = (i: number, part: Partial<Tier>) => change({ tiers: typed.tiers.map((t, n) => (n === i ? { ...t, ...part } : t)) });
  const last = typed.tiers.length - 1;
  return (
    <fieldset className="tiers">
      <legend className="field-label">Tiers, by the landed cost</legend>
      {typed.tiers.map((tier, i) => (
        <div key={i} className="row tier">
          {i === last ? <p className="tier-rest">All above</p> : (
            <Field label={`Up to (${currency})`} error={wrong(`to ${i}`)}>{(wired) => <input {...wired} inputMode="decimal" value={tier.to} onChange={(event) => put(i, { to: event.target.value })} />}</Field>
          )}
          <Field label="Times" error={wrong(`factor ${i}`)}>{(wired) => <input {...wired} inputMode="decimal" value={tier.factor} onChange={(event) => put(i, { factor: event.target.value })} />}</Field>
          {i === last ? null : <Button look="quiet" icon="close" label={`Remove tier ${i + 1}`} onClick={() => change({ tiers: typed.tiers.filter((_t, n) => n !== i) })} />}
        </div>
      ))}
      {typed.tiers.length < 16 ? <div><Button onClick={() => change({ tiers: typed.tiers.toSpliced(last, 0, { to: '', factor: '' }) })}>Add a tier</Button></div> : null}
    </fieldset>
  );
}

function Numbers({ typed, change, wrong, currency }: { typed: Typed; change: Change; wrong: Wrong; currency: string }) {
  if (typed.kind === 'tiers') return <TierFields typed={typed} change={change} wrong={wrong} currency={currency} />;
  const one = {
    multiplier: { label: 'Factor', name: 'factor' as const, hint: 'Landed cost 10.00 times 2.5 is 25.00' },
    fixed: { label: `Amount to add (${currency})`, name: 'add' as const, hint: 'The same for each product' },
    target_margin: { label: 'Margin (%)', name: 'percent' as const, hint: 'Of the net price, after payment fee and returns' },
  }[typed.kind];
  return (
    <Field label={one.label} hint={one.hint} error={wrong(one.name)}>
      {(wired) => <input {...wired} inputMode="decimal" value={typed[one.name]} onChange={(event) => change({ [one.name]: event.target.value })} />}
    </Field>
  );
}

/** Whatever a rule says, what misses the least margin of the settings is not listed.  from: another rule as the pattern. */
export function RuleForm({ currency, from, onClose }: { currency: string; from: Rule | null; onClose: () => void }) {
  const [typed, setTyped] = useState<Typed>(() => (from ? typedOf(from, currency) : empty));
  const act = useAction(['/api/v1/pricing-rules']);
  const { spec, wrong } = read(typed, currency);
  const change: Change = (part) => setTyped((before) => ({ ...before, ...part }));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (spec === null) return;
    if (await act.run({ method: 'POST', path: '/api/v1/pricing-rules', body: { name: typed.name.trim(), kind: typed.kind, spec } })) {
      toast(`${typed.name.trim()} is kept. It counts once it is activated.`);
      onClose();
    }
  };
  return (
    <Dialog wide title={from ? `A rule like ${from.name}` : 'A new pricing rule'} onClose={onClose}>
      <form className="stack rule-form" onSubmit={(event) => void save(event)}>
        {from ? <p className="quiet small">Rules are not changed once they are kept, so that it stays clear what made a price. The new one takes the place of the old when it is activated.</p> : null}
        <Field label="Name" error={act.error?.of('name')}>{(wired) => <input {...wired} value={typed.name} maxLength={100} required autoComplete="off" onChange={(event) => change({ name: event.target.value })} />}</Field>
        <Field label="The price is">
          {(wired) => <select {...wired} value={typed.kind} onChange={(event) => change({ kind: event.target.value as Kind })}>{Object.entries(kinds).map(([value, title]) => <option key={value} value={value}>{title}</option>)}</select>}
        </Field>
        <Numbers typed={typed} change={change} wrong={(field) => wrong?.[field]} currency={currency} />
        <Endings value={typed.endings} change={change} wrong={wrong?.endings} currency={currency} />
        <section className="stack" aria-label="What it would do"><Foretold kind={typed.kind} spec={spec} /></section>
        <FormError error={act.error} shown={['name']} />
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" needs="operate" busy={act.busy} disabled={spec === null || typed.name.trim() === ''}>Keep the rule</Button>
        </div>
      </form>
    </Dialog>
  );
}
