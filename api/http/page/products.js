'use strict';
// The part of the status page about products; loaded before app.js, whose helpers it uses.  Text from outside reaches the page
// through textContent only.

const productStates = ['found', 'candidate', 'needs_data', 'rejected', 'assessed', 'writing', 'needs_review', 'approval', 'publishing', 'listed',
  'on_hold', 'unlisting', 'unlisted'];
// The pipeline as people think of it; each tile is the sum of its states.
const pipeline = [['found', ['found']], ['checked', ['candidate', 'needs_data', 'assessed']], ['draft', ['writing', 'publishing']],
  ['waiting for you', ['needs_review', 'approval']], ['live', ['listed']], ['on hold', ['on_hold']], ['rejected', ['rejected']],
  ['retired', ['unlisting', 'unlisted']]];

const percent = (ppm) => (ppm === null || ppm === undefined ? '—' : `${(ppm / 10000).toFixed(2)} %`);

const productsPart = {
  open: null,
  next: null,
  extra: [],

  query(cursor) {
    const query = new URLSearchParams({ limit: '25', sort: el('p-sort').value });
    if (el('p-state').value) query.set('state', el('p-state').value);
    if (el('p-q').value) query.set('q', el('p-q').value);
    if (cursor) query.set('cursor', cursor);
    return `/products?${query}`;
  },

  load() {
    const { open } = this;
    return Promise.all([call('GET', this.query()), open === null ? null : call('GET', `/products/${open}`), call('GET', '/proposals?limit=20')])
      .then(([page, product, proposals]) => ({ page, product, proposals, open }));
  },

  show({ page, product, proposals, open }, status) {
    tiles(el('p-counts'), pipeline.map(([name, states]) => [name, states.reduce((sum, state) => sum + (page.counts[state] ?? 0), 0)]));
    el('p-run').textContent = `${runLine(status.discovery)}${pointsLine(status.points)}`;
    const rows = [...page.products, ...this.extra];
    if (this.extra.length === 0) this.next = page.next;
    el('p-more').hidden = this.next === null;
    el('products').replaceChildren(...(rows.length > 0 ? rows.map(productRow) : [emptyRow(6, 'No product fits.')]));
    el('p-proposals').hidden = proposals.proposals.length === 0;
    el('proposals').replaceChildren(...proposals.proposals.map(proposalRow));
    if (product && this.open === open) showProduct(product);
  },

  forget() {
    Object.assign(this, { open: null, next: null, extra: [] });
    for (const id of ['products', 'proposals', 'p-counts', 'p-run', 'h-product', 'p-summary', 'p-acts', 'p-sum', 'p-gate', 'p-variants', 'p-text', 'p-timeline']) {
      el(id).replaceChildren();
    }
    el('p-q').value = '';
    el('p-state').value = '';
    el('product').hidden = true;
  },
};

function runLine(discovery) {
  const { run, ai } = discovery;
  const scan = run === null ? 'No scan yet.'
    : `Last scan ${span(Date.now() - Date.parse(run.started_at))} ago: ${run.seen} seen, ${run.added} new, ${run.candidates} candidates, ${run.points} points.`;
  const cost = ai.cost_unknown > 0 ? 'cost not known' : `${(ai.cost_micro / 1e6).toFixed(4)} USD`;
  return `${scan}${run?.problem ? ` ${run.problem}` : ''} Text models today: ${ai.calls} calls, ${ai.tokens} tokens, ${cost}.`;
}

function pointsLine(points) {
  return points === null ? '' : ` CJ points today: ${points.cj.used} of ${points.cj.of}.`;
}

function productRow(p) {
  const trend = p.label === null ? '—' : `${p.label}${p.score === null ? '' : ` ${p.score}`}`;
  return tableRow([['Product', button(p.name, () => openProduct(p.id), 'link')], ['State', p.state, `state-${p.state}`], ['Trend', trend],
    ['Price', money(p.price), 'num'], ['Margin', percent(p.margin_ppm), 'num'],
    ['Why', p.problem ?? p.decision_text ?? '', p.problem ? 'why problem' : 'why']]);
}

function proposalRow(p) {
  const acts = make('span');
  acts.append(button('Accept', () => change('POST', `/proposals/${p.id}/accept`)), ' ',
    button('Reject…', () => ask(`Reject: ${p.text}`, 'Reject', (reason) => change('POST', `/proposals/${p.id}/reject`, { reason }))));
  return tableRow([['About', p.name ?? p.subject], ['What', p.text, 'why'], ['', acts]]);
}

async function openProduct(id) {
  productsPart.open = id;
  await refresh();
  el('h-product').focus();
}

// ---- detail ----

const sumLines = [['goods', 'goods_minor'], ['+ shipping', 'shipping_minor'], ['+ duty', 'duty_minor'], ['+ import tax', 'import_tax_minor'],
  ['+ broker', 'broker_minor'], ['+ currency fee', 'fx_minor'], ['= landed cost', 'landed_minor'], ['shop price', 'price_minor'], ['net', 'net_minor'],
  ['− landed cost', 'landed_minor'], ['− payment fee', 'fee_minor'], ['− returns reserve', 'reserve_minor'], ['= contribution', 'margin_minor']];

// The sum of the variant and market that earn least: the one whose numbers stand in the row.
function sumRows(decision) {
  const variant = decision?.variants?.find((v) => v.vid === decision.worst?.vid);
  const sum = variant?.markets?.find((m) => m.country === decision.worst?.country);
  if (!sum) return [emptyRow(2, 'No sum yet.')];
  const amount = (minor) => money(minor === null || minor === undefined ? null : { minor, currency: decision.currency });
  return [[`${variant.name} to ${sum.country}`, ''], ...sumLines.map(([name, member]) => [name, amount(sum[member])]),
    ['margin', `${percent(sum.margin_ppm)}, wanted ${percent(decision.target_ppm)}`]].map(([name, value]) => tableRow([['', name], ['', value, 'num']]));
}

function gateItem(check) {
  return make('li', `${check.passed ? 'passed' : 'failed'} · ${check.rule}: ${check.text}`, check.passed ? '' : 'problem');
}

function textNodes(text) {
  if (!text) return [make('p', 'None yet.')];
  const faults = (text.checks.failed ?? []).map((f) => make('li', `${f.rule} in ${f.field}: ${f.text}`, 'problem'));
  const verdict = text.checks.passed === null ? 'not checked yet' : text.checks.passed ? 'passed the content rules' : 'breaks content rules';
  const list = make('ul');
  list.append(...faults);
  return [make('p', `Version ${text.version} by ${text.made_by}, ${verdict}`), make('p', text.title), make('p', text.meta_description),
    make('pre', text.description_html), make('p', `Tags: ${text.tags.join(', ')}`), list];
}

function productActs(p) {
  const target = `/products/${p.id}`;
  const acts = [];
  if (['approval', 'needs_review'].includes(p.state)) acts.push(button('Approve & publish', () => change('POST', `${target}/approve`)), ' ');
  // Back with a person, but something of it got to the shop: it is taken out before it is rejected.
  const left = ['approval', 'needs_review'].includes(p.state) && p.listing.gid !== null;
  if (!left && !['publishing', 'listed', 'on_hold', 'unlisting', 'rejected'].includes(p.state)) {
    acts.push(button('Reject…', () => ask(`Reject ${p.name} for good`, 'Reject', (reason) => change('POST', `${target}/reject`, { reason }))), ' ');
  }
  if (['listed', 'on_hold'].includes(p.state)) acts.push(button('Price anew', () => change('POST', `${target}/reprice`)), ' ');
  if (left || ['listed', 'on_hold', 'publishing'].includes(p.state)) {
    acts.push(button('Unlist…', () => ask(`Take ${p.name} out of the shop`, 'Unlist', (reason) => change('POST', `${target}/unlist`, { reason }))));
  }
  return acts;
}

function showProduct(p) {
  el('product').hidden = false;
  el('h-product').textContent = `${p.name}: ${p.state}`;
  el('p-summary').textContent = [p.decision_rule, p.decision_text, p.decision?.todo, p.problem, p.label && `${p.label}, score ${p.score ?? '—'}`,
    p.listings !== null && `${p.listings} listings at the supplier`, p.listing.handle && `at the shop as ${p.listing.handle}`].filter(Boolean).join(' · ');
  el('p-acts').replaceChildren(...productActs(p));
  el('p-sum').replaceChildren(...sumRows(p.decision));
  el('p-gate').replaceChildren(...(p.decision?.gate ?? []).map(gateItem));
  el('p-variants').replaceChildren(...p.variants.map((v) => make('li',
    `${v.name} (${v.sku}) · costs ${money(v.cost)} · price ${money(v.price)} · stock ${v.stock ?? '—'} · at the shop ${v.shop_quantity ?? '—'}${v.low ? ' · low' : ''}`)));
  el('p-text').replaceChildren(...textNodes(p.texts[0]));
  el('p-timeline').replaceChildren(...p.events.map(step));
}

async function olderProducts() {
  try {
    const page = await call('GET', productsPart.query(productsPart.next));
    productsPart.extra.push(...page.products);
    productsPart.next = page.next;
    el('products').append(...page.products.map(productRow));
    el('p-more').hidden = productsPart.next === null;
  } catch (error) {
    fail(error);
  }
}

function startProducts() {
  for (const state of productStates) el('p-state').append(make('option', state));
  el('p-filter').addEventListener('submit', (event) => {
    event.preventDefault();
    productsPart.extra = [];
    refresh();
  });
  el('p-more').addEventListener('click', olderProducts);
  el('p-discover').addEventListener('click', () => change('POST', '/flows/discovery/run'));
  el('p-close').addEventListener('click', () => {
    productsPart.open = null;
    el('product').hidden = true;
  });
}
