// Lists that find little among much read little, whatever is asked and whether Postgres plans for the values or for any: counted in rows
// that the scans touch, not in time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

const root = new URL('../../../sql/queries/', import.meta.url).pathname;
const many = 30000;
const readAtMost = 4000; // 3,001 of a look whether something is rare, and some pages
let api;

before(async () => {
  api = await Api.start('plans', 4);
  api.sql(`set session_replication_role = replica;
    insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, total_minor, currency, email, customer_key, address, risk, hold_code, problem)
    select 'gid://shopify/Order/' || n, '#' || n, case when n % 3000 = 7 then 'held' else 'fulfilled' end, timestamptz '2026-01-01Z' + n * interval '1 minute', now(),
      'PAID', n * 7919 % ${many}, case when n % 6000 = 11 then 'EUR' else 'USD' end, 'buyer' || n || '@example.com', 'buyer' || n || '@example.com',
      jsonb_build_object('country_code', case when n % 5000 = 3 then 'IS' else 'US' end), case when n % 5000 = 4 then 'HIGH' else 'LOW' end,
      case when n % 3000 = 7 then 'RISK' end, case when n % 4000 = 9 then 'edited' end from generate_series(1, ${many}) n;
    insert into product (pid, name, state, category, category_id, opportunity_e4)
    select 'p' || n, case when n % 6000 = 5 then 'Copper Kettle ' else 'Red Lamp ' end || n, case when n % 6000 = 8 then 'on_hold' else 'found' end,
      'C', case when n % 6000 = 1 then 'rare' else 'c' || n % 5 end, nullif(n % 1000, 0) from generate_series(1, ${many}) n;
    insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, error_class, worker)
    select 'j' || n, case when n % 6000 = 1 then 'rare' else 't' || n % 4 end, case when n % 6000 = 2 then 'rare' else 'q' || n % 2 end, 0,
      case when n % 6000 = 3 then 'dead' when n % 6000 = 4 then 'cancelled' else 'done' end, timestamptz '2026-01-01Z' + n * interval '1 minute', now(), 1,
      case when n % 6000 = 3 then 'Rare' end, 'w' from generate_series(1, ${many}) n;
    insert into audit (at, who, action, subject)
    select timestamptz '2026-01-01Z' + n * interval '1 minute', case when n % 6000 = 1 then 'rare' else 'p' || n % 3 end, 'a', 's' || n % 3000 from generate_series(1, ${many}) n;
    insert into supplier_order (order_id, our_number, state, lines, charged_minor, created_at, paid_at)
    select id, id || '-p1', 'paid', '[]', 1000, created_at, created_at from shop_order;
    insert into effect (key, kind, subject, intent, state) select 'e' || n, 'supplier.pay', 'order:' || n, '{}', case when n % 3000 = 1 then 'unknown' else 'done' end
    from generate_series(1, ${many}) n;
    insert into outbox (event, job_type, queue, args, sent_at) select 'order.received', 'order.release', 'fulfillment', '[]', case when n % 3000 > 0 then now() end from generate_series(1, ${many}) n;
    insert into order_event (order_id, at, step, text) select id, created_at, 'placed', 'x' from shop_order;
    insert into product_event (product_id, at, step, text) select id, timestamptz '2026-01-01Z' + id * interval '1 minute', case when id % 6000 = 1 then 'rare' else 'listed' end, 'x' from product;
    select tally_recount();
    insert into proposal (kind, subject, text, state) select 'product.price', 'product:' || n, 'x', case when n % 200 = 0 then 'open' else 'accepted' end
    from generate_series(1, ${many}) n`);
  api.sql('vacuum analyze');
});
after(async () => { await api?.stop(); });

function statement(file) {
  const text = (name) => fs.readFileSync(path.join(root, name), 'utf8');
  return text(file).replace(/^-- include: (.*)$/gm, (_, part) => text(path.join(path.dirname(file), part)));
}

// Rows that the scans of tables touch, by table.
function touched(node, sums = {}) {
  if (node['Relation Name'] !== undefined) {
    const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * node['Actual Loops'];
    sums[node['Relation Name']] = (sums[node['Relation Name']] ?? 0) + rows;
  }
  for (const below of node.Plans ?? []) touched(below, sums);
  return sums;
}

// The plan of each, by one session: starting a hundred takes longer than all they do.
function explained(list) {
  const asked = list.map(([, file, params, mode]) => {
    const values = params.map((value) => (value === null ? 'null' : `'${value}'`)).join(', ');
    return `set plan_cache_mode = force_${mode}_plan; prepare s as ${statement(file)};
      explain (analyze, timing off, format json) execute s${values === '' ? '' : `(${values})`}; deallocate s; select '----';`;
  });
  const out = execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', api.databaseUrl], { input: `set jit = off; ${asked.join('\n')}`, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return out.split('----').slice(0, -1).map((plan) => JSON.parse(plan)[0].Plan);
}

const nothing = { states: null, q: null, from: null, to: null, code: null, country: null, risk: null, problem: 'false', cost: null, currency: null, limit: 50, last: null, id: null, down: 'true' };
const orders = (more) => Object.values({ ...nothing, ...more });
const runs = (more) => Object.values({ type: null, queue: null, outcome: null, error: null, from: null, to: null, limit: 50, at: null, jid: null, attempt: null, ...more });
const products = (more) => Object.values({ state: null, label: null, category: null, q: null, score: null, sort: 'newest', limit: 50, worth: null, id: null, margin: null, states: null, problem: 'false', ...more });
const activity = (by, more) => Object.values({ by, who: null, action: null, orderStep: null, productStep: null, subject: null, order: null, product: null, from: null, to: null, limit: 50,
  last: null, src: null, id: null, ...more });
const at = (minutes) => String((Date.UTC(2026, 0, 1) + minutes * 60000) * 1000);

const lists = ['orders_find', 'orders_by_total'].flatMap((name) => [
  ['of all, largest or newest first', {}], ['of all, turned round', { down: 'false' }], ['after a page', { last: name === 'orders_find' ? at(9000) : 9000, id: 1 }],
  ['in a rare state', { states: '{held}' }], ['in a frequent state', { states: '{fulfilled}' }], ['of a rare country', { country: 'IS' }], ['of no country', { country: 'XX' }],
  ['of a rare risk', { risk: 'HIGH' }], ['in a rare currency', { currency: 'EUR' }], ['in none', { currency: 'CHF' }], ['held for a reason', { code: 'RISK' }], ['with a problem', { problem: 'true' }],
  ['by a part of an e-mail', { q: 'UYER12345@' }], ['by a part that nobody has', { q: 'xyzzy' }], ['by a part that all have', { q: 'example' }], ['by a name', { q: '#29999' }],
  ['by one letter', { q: 'x' }], ['by a digit', { q: '7' }], ['by signs', { q: '%_%' }],
  ['of an hour long ago', { from: at(500), to: at(560) }], ['of an hour long ago, turned round', { from: at(500), to: at(560), down: 'false' }],
  ['in a rare state, by a part that all have', { states: '{held}', q: 'example' }],
].flatMap(([what, more]) => ['generic', 'custom'].map((mode) => [`${name} ${what}`, `api/${name}.sql`, orders(more), mode])));

const bySource = [
  ['of all', 'time', {}], ['of all, after a page', 'time', { last: at(9000), src: 2, id: 9000 }], ['of an hour long ago', 'time', { from: at(500), to: at(560) }],
  ['of a rare act', 'what', { action: 'rare', orderStep: 'rare', productStep: 'rare' }], ['of a frequent act', 'what', { action: 'a', orderStep: 'placed', productStep: 'listed' }],
  ['of a frequent act, after a page', 'what', { action: 'a', orderStep: 'placed', productStep: 'listed', last: at(9000), src: 3, id: 9000 }],
  ['about an order', 'object', { subject: 's7', order: 7 }], ['about a product', 'object', { subject: 's8', product: 8 }],
  ['of a person', 'time', { who: 'p1' }], // 3,000 of each source
  ['of one', 'one', { src: 2, id: 77 }],
].flatMap(([what, by, more]) => ['generic', 'custom'].map((mode) => [`activity ${what}`, 'ops/activity_page.sql', activity(by, more), mode]));

const statements = [
  ...lists, ...bySource,
  ['all orders', 'api/orders_page.sql', [50, null, null, null, null], 'generic'],
  ['runs of a rare type', 'api/job_runs_page.sql', runs({ type: 'rare' }), 'custom'], ['of a rare queue', 'api/job_runs_page.sql', runs({ queue: 'rare' }), 'custom'],
  ['runs of no queue', 'api/job_runs_page.sql', runs({ queue: 'none' }), 'custom'], ['runs of a rare outcome', 'api/job_runs_page.sql', runs({ outcome: 'cancelled' }), 'custom'],
  ['runs that failed', 'api/job_runs_page.sql', runs({ outcome: 'failed' }), 'custom'], ['runs with an error', 'api/job_runs_page.sql', runs({ error: 'Rare' }), 'custom'],
  ['audit of a person', 'api/audit_page.sql', ['rare', null, 50, null], 'custom'], ['audit of nobody', 'api/audit_page.sql', ['nobody', null, 50, null], 'custom'],
  // and the number of products in each state
  ['products by a part of a name', 'model/products_page.sql', products({ q: 'PER kett' }), 'custom', { product: many + 1000 }],
  // what pages and monitors ask for every few seconds
  ['the state of the business', 'model/overview.sql', [], 'generic'], ['orders by state', 'api/order_counts.sql', [], 'generic'],
  ['views of orders', 'api/order_views.sql', [], 'generic'], ['needs', 'ops/needs.sql', [], 'generic'], ['what is open', 'api/backlog.sql', [], 'generic'],
  ['facts of flows', 'ops/flow_facts.sql', ['{stop}', '{t1,none}'], 'generic'], ['facts of services', 'ops/service_facts.sql', [1000], 'generic'],
  ['what is new', 'export/live_facts.sql', [], 'generic'], ['the state of discovery', 'model/discovery_overview.sql', [], 'generic', { product: many + 1000 }],
  ['failures of the last day', 'api/job_errors.sql', [86400], 'generic'], ['runs of the last hour', 'api/job_stats.sql', [3600], 'generic'],
  ['approvals', 'trade/approvals_page.sql', ['price', 50, null, null, null], 'generic'],
  ['proposals', 'model/proposals_page.sql', ['open', null, 50, null], 'custom'],
];

test('a page reads no more than it needs', () => {
  const faults = [];
  const plans = explained(statements);
  for (const [n, [what, , , mode, more = {}]] of statements.entries()) {
    for (const [table, rows] of Object.entries(touched(plans[n]))) {
      if (rows > (more[table] ?? readAtMost)) faults.push(`${what} (${mode}): ${rows} rows of ${table}`);
    }
  }
  assert.deepEqual(faults, []);
});

test('a search works without the indexes of parts, only slower', async () => {
  await until('the api answers after the long silence', async () => (await fetch(`${api.url}/healthz`)).ok);
  const one = async () => (await api.ok('GET', '/api/v1/orders?q=uyer12345@')).orders.map((o) => o.name);
  assert.deepEqual(await one(), ['#12345']);
  api.sql('drop index shop_order_words; drop index product_part; drop extension pg_trgm');
  assert.deepEqual(await one(), ['#12345']);
  assert.deepEqual((await api.ok('GET', '/api/v1/products?q=kettle%206005')).products.map((p) => p.pid), ['p6005']);
});
