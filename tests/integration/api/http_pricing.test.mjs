// Pricing rules over REST: made, tried on all live products, activated, taken back.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, beforeEach, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('pricing', 2); });
after(async () => { await api?.stop(); });
beforeEach(() => api.sql('truncate product, variant, product_event, proposal, outbox, audit, pricing_rule, setting restart identity cascade'));

const ok = (...call) => api.ok(...call);
const refused = (...call) => api.refused(...call);
let made = 0;
function product(state = 'listed', landed = 1355, price = 2299) {
  const id = Number(api.sql(`insert into product (pid, name, state, shop_currency, landed_minor, price_minor) values ('p${(made += 1)}', 'Lamp ${made}', '${state}', 'USD', ${landed}, ${price}) returning id`));
  api.sql(`insert into variant (product_id, vid, sku, name, cost_minor, stock, landed_minor, price_minor, shop_currency, shop_gid)
    values (${id}, 'v${made}', 'S-${made}', 'Black', 850, 100, ${landed}, ${price}, 'USD', 'gid://shopify/ProductVariant/${made}')`);
  return id;
}
const rules = '/api/v1/pricing-rules';
const double = { name: 'times 2.5', kind: 'multiplier', spec: { factor_e3: 2500, endings: '100:99' } };

test('a rule is stored once, listed, and counts for nothing yet', async () => {
  const { id } = await ok('POST', rules, { scope: 'operate', body: double });
  assert.equal((await ok('POST', rules, { body: double })).id, id, 'the same again is the same rule');
  await refused(409, 'POST', rules, { body: { ...double, spec: { factor_e3: 3000 } } }, /another rule named/);
  const [rule] = (await ok('GET', rules, { scope: 'read' })).rules;
  assert.deepEqual([rule.id, rule.name, rule.kind, rule.spec, rule.active, rule.applied_at, rule.created_by], [id, 'times 2.5', 'multiplier', double.spec, false, null, 'key:operate']);
  assert.equal(api.rows('select 1 from audit').length, 1);
  assert.equal((await ok('GET', rules)).currency, null, 'nobody has read the shop');
  api.sql("insert into shop_info (name, currency, timezone) values ('Shop', 'JPY', 'Asia/Tokyo')");
  assert.equal((await ok('GET', rules)).currency, 'JPY');
  api.sql('delete from shop_info');
});

test('a preview tells every live product its new price and changes nothing', async () => {
  const lamps = [product(), product('on_hold'), product('listed', 2000, 2299)];
  product('approval');
  product('unlisted');
  const stored = api.stored();
  const page = await ok('POST', `${rules}/preview`, { scope: 'read', body: { kind: double.kind, spec: double.spec } });
  assert.deepEqual(page.products.map((p) => p.id), lamps);
  assert.deepEqual(page.products[0].old, { minor: 2299, currency: 'USD' });
  assert.deepEqual(page.products[0].new, { minor: 3399, currency: 'USD' }); // 1355 x 2.5 = 3387.5
  assert.equal(page.next, null);
  const first = await ok('POST', `${rules}/preview`, { body: { kind: double.kind, spec: double.spec, limit: 2 } });
  assert.equal(first.products.length, 2);
  const rest = await ok('POST', `${rules}/preview`, { body: { kind: double.kind, spec: double.spec, limit: 2, after: first.next } });
  assert.deepEqual(rest.products.map((p) => p.id), lamps.slice(2));
  assert.equal(api.stored(), stored, 'nothing was written');
  const { id } = await ok('POST', rules, { body: double });
  const same = await ok('GET', `${rules}/${id}/preview`, { scope: 'read' });
  assert.deepEqual(same.products, page.products);
  assert.deepEqual([same.rule.id, same.rule.name], [id, 'times 2.5']);
});

test('an activated rule is the only one, and every live product is priced anew, once', async () => {
  const live = [product(), product('on_hold')];
  product('approval');
  const first = (await ok('POST', rules, { body: double })).id;
  const second = (await ok('POST', rules, { body: { name: 'plus 15', kind: 'fixed', spec: { add_minor: 1500 } } })).id;
  api.sql(`insert into proposal (kind, subject, text) values ('product.price', 'product:${live[0]}', 'old')`);
  assert.deepEqual(await ok('POST', `${rules}/${first}/activate`), { id: first, active: true, products: 2 });
  assert.deepEqual(api.rows('select event, job_type, queue, args from outbox order by id'), live.map((id) => ({ event: 'pricing.applied', job_type: 'product.reprice', queue: 'discovery', args: `[${id}, "now", 3399]` })));
  assert.deepEqual(api.rows('select subject, state, detail, decided_by from proposal order by id'), [
    { subject: `product:${live[0]}`, state: 'withdrawn', detail: {}, decided_by: 'key:admin' },
    ...live.map((id) => ({ subject: `product:${id}`, state: 'accepted', detail: { price_minor: 3399, currency: 'USD' }, decided_by: 'key:admin' }))]);
  api.sql(`update product set price_minor = 3399 where state in ('listed', 'on_hold'); update variant set price_minor = 3399`);
  assert.deepEqual(await ok('POST', `${rules}/${first}/activate`), { id: first, active: true, products: 0 }, 'they have the price by now');
  assert.deepEqual(api.rows('select state, next_job from product order by id'), [{ state: 'listed', next_job: 'product.reprice' }, { state: 'on_hold', next_job: 'product.reprice' }, { state: 'approval', next_job: null }]);
  await ok('POST', `${rules}/${second}/activate`);
  assert.deepEqual(api.rows('select id from pricing_rule where active'), [{ id: second }]);
  await refused(409, 'DELETE', `${rules}/${second}`, {}, /deactivate it first/);
  assert.equal((await ok('POST', `${rules}/${first}/deactivate`)).products, 0, 'it is at rest, and another one counts');
  const rest = await ok('POST', `${rules}/${second}/deactivate`);
  assert.deepEqual(await ok('POST', `${rules}/${second}/deactivate`), rest, 'said again it does what was left undone');
  api.sql("update product p set price_minor = (select (detail ->> 'price_minor')::bigint from proposal where subject = 'product:' || p.id and state = 'accepted' order by id desc limit 1) where state in ('listed', 'on_hold'); update proposal set detail = detail || '{\"done_at\": 1}' where state = 'accepted'");
  assert.deepEqual(await ok('POST', `${rules}/${second}/deactivate`), { id: second, active: false, products: 0 });
  assert.deepEqual(api.rows('select 1 from pricing_rule where active'), []);
  assert.equal(api.rows("select 1 from proposal where text like '%plus 15%'").length, 2);
  await ok('DELETE', `${rules}/${second}`);
  await refused(404, 'DELETE', `${rules}/${second}`);
  assert.deepEqual(api.rows('select action from audit order by id').map((a) => a.action), ['pricing.add', 'pricing.add', 'pricing.activate', 'pricing.activate', 'pricing.deactivate', 'pricing.remove']);
});

test('a rule that is taken back before its prices came leaves the old ones', async () => {
  const id = product();
  const { id: rule } = await ok('POST', rules, { body: double });
  const [{ price_minor: now }] = (await ok('POST', `${rules}/preview`, { body: { kind: 'target_margin', spec: { target_ppm: 300000, endings: '100:99' } } })).products.map((p) => ({ price_minor: p.new.minor }));
  api.sql(`update product set price_minor = ${now} where id = ${id}`); // what the settings say
  assert.equal((await ok('POST', `${rules}/${rule}/activate`)).products, 1);
  assert.equal((await ok('POST', `${rules}/${rule}/deactivate`)).products, 1, 'its price is still on its way');
  const last = api.rows("select detail ->> 'price_minor' as price from proposal where state = 'accepted' order by decided_at desc, id desc")[0];
  assert.equal(Number(last.price), now);
  assert.equal((await ok('POST', `${rules}/${rule}/deactivate`)).products, 1, 'until that one was carried out');
  api.sql(`update proposal set detail = detail || '{"done_at": 1}'`);
  assert.equal((await ok('POST', `${rules}/${rule}/deactivate`)).products, 0);
});

test('a rule does not count before it is known that it can be brought to products', async () => {
  product();
  const { id } = await ok('POST', rules, { body: double });
  api.sql("insert into setting (name, value, updated_by) values ('discovery.markets', 'US,JP', 'test')");
  await refused(400, 'POST', `${rules}/${id}/activate`, {}, /discovery\.markets: 'JP' is no market/);
  assert.deepEqual(api.rows('select id from pricing_rule where active'), []);
  assert.deepEqual(api.rows('select action from audit').map((a) => a.action), ['pricing.add']);
});

test('rules that make no sense are refused by name', async () => {
  const wrong = [{}, { name: 'x', kind: 'multiplier' }, { ...double, name: '' }, { ...double, name: 'x'.repeat(101) }, { ...double, name: 'a\nb' }, { ...double, kind: 'magic' }, { ...double, spec: [] }, { ...double, spec: {} },
    { ...double, spec: { factor_e3: 0 } }, { ...double, spec: { factor_e3: '2500' } }, { ...double, spec: { factor_e3: 2500, endings: '99' } }, { ...double, spec: { factor_e3: 2500, colour: 'red' } },
    { name: 't', kind: 'tiers', spec: { tiers: [] } }, { name: 't', kind: 'tiers', spec: { tiers: [{ up_to_minor: 5, factor_e3: 2000 }] } }, { name: 't', kind: 'target_margin', spec: { target_ppm: 1000000 } }, { ...double, active: true }];
  for (const body of wrong) await refused(400, 'POST', rules, { body });
  for (const body of wrong.filter((b) => b.spec && b.name === double.name)) await refused(400, 'POST', `${rules}/preview`, { body: { kind: body.kind, spec: body.spec, ...(body.active ? { active: true } : {}) } });
  assert.deepEqual(api.rows('select 1 from pricing_rule'), []);
  const { id } = await ok('POST', rules, { body: double });
  for (const verb of ['activate', 'deactivate']) {
    await refused(403, 'POST', `${rules}/${id}/${verb}`, { scope: 'operate' });
    await refused(404, 'POST', `${rules}/999/${verb}`);
    await refused(400, 'POST', `${rules}/x/${verb}`);
  }
  await refused(403, 'POST', rules, { scope: 'read', body: double });
  await refused(404, 'GET', `${rules}/999/preview`);
  for (const query of ['limit=0', 'limit=501', 'after=-1', 'x=1']) await refused(400, 'GET', `${rules}/${id}/preview?${query}`);
});

test('a rule waits for the job that works on a product, and does not cut into it', async () => {
  const id = product();
  const { id: rule } = await ok('POST', rules, { body: double });
  const holder = spawn('psql', ['-XqAt', '-d', api.databaseUrl]);
  holder.stdout.setEncoding('utf8');
  let said = '';
  holder.stdout.on('data', (chunk) => { said += chunk; });
  holder.stdin.write(`select pg_try_advisory_lock(hashtextextended('product:${id}', 0));\n`);
  await until('the lock is held', () => said.trim() === 't');
  const activated = ok('POST', `${rules}/${rule}/activate`);
  await until('it waits', () => api.rows("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").length === 1);
  assert.deepEqual(api.rows('select 1 from outbox'), []);
  holder.stdin.end();
  assert.equal((await activated).products, 1);
  await new Promise((resolve) => { if (holder.exitCode !== null) resolve(); else holder.on('exit', resolve); });
});
