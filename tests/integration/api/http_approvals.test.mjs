// What waits for a yes or no in one list, and the answers: each for the facts that were shown, each by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, beforeEach, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('approvals', 13); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate product, variant, product_event, listing_text, proposal, outbox, audit, variant_mapping restart identity cascade; delete from order_event; delete from order_line; delete from shop_order');
});

const list = async (query = '') => (await api.ok('GET', `/api/v1/approvals${query}`, { scope: 'read' })).approvals;
const say = (one, verb, more = {}) => api.call('POST', `/api/v1/approvals/${one.id}/${verb}`, { scope: 'operate', body: { seen: one.seen, ...more } });
const product = (name, state = 'approval', more = {}) => {
  const row = { pid: `p-${name}`, name, state, price_minor: 2299, shop_currency: 'USD', margin_ppm: 312300, score_e4: 825000, ...more };
  const id = Number(api.sql(`insert into product (${Object.keys(row)}) values (${Object.values(row).map((v) => `'${v}'`)}) returning id`));
  api.sql(`insert into listing_text (product_id, version, made_by, title, description_html, seo_title, meta_description, tags, alt_texts, facts, checks, list_version)
    values (${id}, 1, 'template', '${name}', '<p>x</p>', 's', 'm', '["a"]', '[]', '[]', '{"passed": true, "failed": []}', 'w1');
    insert into variant (product_id, vid, sku, name, price_minor, offered, stock) values (${id}, 'v${id}', 'S-${id}', 'Black', 2299, true, 7)`);
  return id;
};
const proposal = (id, kind = 'product.price') => Number(api.sql(`insert into proposal (kind, subject, text, detail) values ('${kind}', 'product:${id}', '22.99 to 24.99', '{"price_minor": 2499}') returning id`));
const held = (n, more = {}) => api.order(n, 'held', { hold_code: 'PRICE_RISE', hold_reasons: '[{"code":"PRICE_RISE","text":"10.10, limit 9.78","numbers":{"number":1010,"limit":978}}]', ...more });

test('orders, products and proposals stand in one list with what a yes sends out', async () => {
  const order = held(7);
  api.sql(`update shop_order set address = '{"name":"Anna K.","country_code":"DE"}' where id = ${order};
    insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${order}, 'l1', 'Lamp', 'S-9', 2, 2);
    insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, confirmed_at) values ('S-9', 'vid-9', 'X', 850, now())`);
  const lamp = product('Lamp');
  const live = product('Mat', 'listed');
  const price = proposal(live);
  product('Brush', 'rejected');
  const all = await list();
  assert.deepEqual(all.map((a) => [a.id, a.type]), [[`order-${order}`, 'release'], [`product-${lamp}`, 'publish'], [`proposal-${price}`, 'price']]);
  assert.equal(all[0].title, '#7 for Anna K.');
  assert.equal(all[0].text, '10.10, limit 9.78');
  assert.deepEqual(all[0].numbers, { number: 1010, limit: 978, code: 'PRICE_RISE' });
  assert.deepEqual(all[0].payload.lines, [{ title: 'Lamp', sku: 'S-9', quantity: 2, vid: 'vid-9' }]);
  assert.deepEqual(all[1].money, { minor: 2299, currency: 'USD' });
  assert.deepEqual(all[1].payload.variants, [{ sku: `S-${lamp}`, name: 'Black', price_minor: 2299, stock: 7 }]);
  assert.deepEqual([all[2].money, all[2].title], [{ minor: 2499, currency: 'USD' }, 'Mat']);
  for (const [type, id] of [['release', `order-${order}`], ['publish', `product-${lamp}`], ['price', `proposal-${price}`]]) assert.deepEqual((await list(`?type=${type}`)).map((a) => a.id), [id]);
  assert.deepEqual(await list('?type=hold'), []);
});

test('the badge counts the questions of the list; holds and texts have their own badges', async () => {
  for (let n = 1; n <= 3; n += 1) held(n);
  api.order(4, 'approval');
  api.order(5, 'placed');
  for (const state of ['approval', 'needs_review', 'rejected', 'on_hold', 'listed']) product(state, state);
  for (const kind of ['product.price', 'product.hold']) proposal(product(kind, 'listed'), kind);
  const all = await list('?limit=200');
  assert.equal(all.length, 8);
  const badges = async () => (await api.ok('GET', '/api/v1/needs', { scope: 'read' })).counts;
  let { approvals, orders, products } = await badges();
  assert.deepEqual([approvals, orders, products], [4, 3, 2], 'each once: the product on hold is in no list of questions');
  for (const one of [all[0], all.find((a) => a.type === 'publish'), all.at(-1)]) assert.equal((await say(one, 'reject', { reason: 'no' })).status, 200);
  ({ approvals, orders } = await badges());
  assert.deepEqual([approvals + orders, orders], [(await list('?limit=200')).length, 3], 'a rejected release is on hold still; no text is left to look at');
});

test('pages give each exactly once, the longest waiting order first', async () => {
  for (let n = 1; n <= 9; n += 1) held(n, n % 2 ? {} : { next_job: 'order.release' });
  for (let n = 1; n <= 7; n += 1) proposal(product(`P${n}`, n % 2 ? 'approval' : 'needs_review'), 'product.price');
  const seen = [];
  for (let cursor = ''; cursor !== null && seen.length < 60;) {
    const page = await api.ok('GET', `/api/v1/approvals?limit=4${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.approvals.map((a) => a.id));
    cursor = page.next;
  }
  const ids = (query, name) => api.rows(query).map((r) => `${name}-${r.id}`);
  assert.deepEqual(seen, [...ids('select id from shop_order order by created_at', 'order'), ...ids('select id from product order by id desc', 'product'),
    ...ids('select id from proposal order by id desc', 'proposal')]);
});

test('a yes does what was shown, once, with its line in the audit', async () => {
  const order = held(1);
  const lamp = product('Lamp');
  const live = product('Mat', 'listed');
  const price = proposal(live);
  const all = await list();
  for (const one of all) assert.deepEqual((await say(one, 'approve')).body, { id: one.id, done: 'approved' });
  assert.equal(api.rows(`select state from shop_order where id = ${order}`)[0].state, 'waiting');
  assert.equal(api.rows(`select state from product where id = ${lamp}`)[0].state, 'publishing');
  assert.equal(api.rows(`select state from proposal where id = ${price}`)[0].state, 'accepted');
  assert.deepEqual(api.rows('select job_type from outbox order by 1').map((r) => r.job_type), ['listing.publish', 'order.release', 'product.reprice']);
  assert.deepEqual(await list(), []);
  for (const one of all) {
    const again = await say(one, 'approve');
    assert.equal(again.status, 409);
    assert.match(again.text, /does not wait for a decision any more/);
  }
  assert.equal(api.rows("select 1 from audit where who = 'key:operate'").length, 3);
});

test('a no needs its reason: the order stays held, the product is rejected, the proposal forgotten', async () => {
  const order = api.order(1, 'approval');
  const lamp = product('Lamp');
  const price = proposal(product('Mat', 'listed'));
  const all = await list();
  assert.equal((await say(all[0], 'reject')).status, 400);
  for (const one of all) assert.deepEqual((await say(one, 'reject', { reason: 'not now' })).body, { id: one.id, done: 'rejected' });
  assert.deepEqual(api.rows(`select state, hold_code from shop_order where id = ${order}`)[0], { state: 'held', hold_code: 'PERSON' });
  assert.equal(api.rows(`select state from product where id = ${lamp}`)[0].state, 'rejected');
  assert.deepEqual(api.rows(`select state, reason from proposal where id = ${price}`)[0], { state: 'rejected', reason: 'not now' });
  assert.equal(api.rows('select 1 from outbox').length, 0);
});

test('when the facts have changed since they were shown, the answer is refused and nothing is done', async () => {
  const order = held(1);
  const lamp = product('Lamp');
  const price = proposal(product('Mat', 'listed'));
  const changes = [
    [`order-${order}`, `update shop_order set total_minor = total_minor + 1 where id = ${order}`],
    [`order-${order}`, `update shop_order set hold_reasons = '[{"code":"PRICE_RISE","text":"11.10, limit 9.78"}]' where id = ${order}`],
    [`order-${order}`, `insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${order}, 'l1', 'Lamp', 'S-1', 1, 1)`],
    [`order-${order}`, `insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, confirmed_at) values ('S-1', 'v-1', 'X', 850, now())`],
    [`order-${order}`, `insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, confirmed_at, rank) values ('S-1', 'v-2', 'X', 800, now(), 2)`],
    [`product-${lamp}`, `update product set price_minor = 2399 where id = ${lamp}`],
    [`product-${lamp}`, `update variant set price_minor = 2399 where product_id = ${lamp}`],
    [`product-${lamp}`, `insert into listing_text select (jsonb_populate_record(t, '{"id": 99, "version": 2}')).* from listing_text t where product_id = ${lamp}`.replace('insert into listing_text', 'insert into listing_text overriding system value')],
    [`proposal-${price}`, `update proposal set detail = '{"price_minor": 9}' where id = ${price}`],
  ];
  for (const [id, change] of changes) {
    const shown = (await list()).find((a) => a.id === id);
    api.sql(change);
    const answer = await say(shown, 'approve');
    assert.equal(answer.status, 409, `${id} ${change}`);
    assert.match(answer.text, /has changed since it was shown/);
    const after = (await list()).find((a) => a.id === id);
    assert.notEqual(after.seen, shown.seen);
  }
  api.sql(`update shop_order set changed_at = now(), next_run_at = now(), swept_at = now() where id = ${order}`);
  assert.equal((await say((await list())[0], 'approve')).status, 200);
  assert.equal(api.rows('select 1 from outbox').length, 1);
});

test('many at once: each by itself, and the answer says which were refused and why', async () => {
  held(1);
  held(2);
  product('Lamp');
  const all = await list();
  api.sql("update shop_order set total_minor = 5 where name = '#2'");
  const ids = [...all.map(({ id, seen }) => ({ id, seen })), { id: 'order-99999', seen: all[0].seen }];
  const { results, done, failed } = await api.ok('POST', '/api/v1/approvals/bulk', { scope: 'operate', body: { ids, action: 'approve' } });
  assert.deepEqual([done, failed], [2, 2]);
  assert.deepEqual(results.map((r) => [r.id, r.ok, r.status]), [[all[0].id, true, 200], [all[1].id, false, 409], [all[2].id, true, 200], ['order-99999', false, 404]]);
  assert.match(results[1].text, /has changed since/);
  const rest = (await list()).map(({ id, seen }) => ({ id, seen }));
  await api.refused(400, 'POST', '/api/v1/approvals/bulk', { body: { ids: rest, action: 'reject' } }, /reason/);
  assert.deepEqual((await api.ok('POST', '/api/v1/approvals/bulk', { body: { ids: rest, action: 'reject', reason: 'no' } })).done, 1);
});

test('orders are released and held in bulk, products approved and rejected', async () => {
  const a = held(1);
  const b = api.order(2, 'placed');
  const c = api.order(3, 'waiting');
  const released = await api.ok('POST', '/api/v1/orders/bulk', { scope: 'operate', body: { ids: [a, b, 999999], action: 'release' } });
  assert.deepEqual(released.results.map((r) => [r.id, r.ok, r.status]), [[a, true, 200], [b, false, 409], [999999, false, 404]]);
  assert.match(released.results[1].text, /#2 is placed/);
  const heldNow = await api.ok('POST', '/api/v1/orders/bulk', { body: { ids: [a, c], action: 'hold', reason: 'stock count' } });
  assert.equal(heldNow.done, 2);
  const [x, y, z] = [product('X'), product('Y'), product('Z', 'listed')];
  assert.deepEqual((await api.ok('POST', '/api/v1/products/bulk', { body: { ids: [x, z], action: 'approve' } })).results.map((r) => r.ok), [true, false]);
  assert.equal((await api.ok('POST', '/api/v1/products/bulk', { body: { ids: [y], action: 'reject', reason: 'brand' } })).done, 1);
  assert.equal((await api.ok('POST', '/api/v1/products/bulk', { body: { ids: [z], action: 'unlist' } })).done, 1);
  assert.deepEqual(api.rows('select state from product order by id').map((r) => r.state), ['publishing', 'rejected', 'unlisting']);
});

test('bad lists of ids, names and fingerprints are refused and change nothing', async () => {
  const order = held(1);
  const [one] = await list();
  const stored = api.stored();
  const bulk = (body, status = 400) => api.refused(status, 'POST', '/api/v1/orders/bulk', { body });
  for (const ids of [[], [0], [-1], [1.5], [null], [{}], [[1]], [true], ['', 1], [order, order], Array.from({ length: 101 }, (_, i) => i + 1), 'all', 5]) await bulk({ ids, action: 'release' });
  for (const body of [{}, { ids: [order] }, { ids: [order], action: 'cancel' }, { ids: [order], action: 'release', all: true }]) await bulk(body);
  assert.deepEqual((await api.ok('POST', '/api/v1/orders/bulk', { body: { ids: [order], action: 'hold' } })).results.map((r) => r.status), [400], 'a hold needs its reason');
  for (const [path, action] of [['orders', 'release'], ['orders', 'hold'], ['products', 'reprice']]) {
    const { results } = await api.ok('POST', `/api/v1/${path}/bulk`, { body: { ids: [String(order), { id: order + 1 }], action, reason: 'x' } });
    assert.deepEqual(results.map((r) => [r.status, r.text]), Array(2).fill([400, 'ids are whole numbers here.']), path);
  }
  for (const id of ['order', 'order-', 'order-0', 'order-x', 'order-1-1', 'job-1', 'order-99999999999999999999', '-1']) {
    const answer = await api.call('POST', `/api/v1/approvals/${id}/approve`, { body: { seen: one.seen } });
    assert.equal(answer.status, 400, id);
  }
  await api.refused(404, 'POST', '/api/v1/approvals/order-99999/approve', { body: { seen: one.seen } });
  await api.refused(404, 'POST', '/api/v1/approvals/product-1/approve', { body: { seen: one.seen } });
  for (const seen of ['', 'x'.repeat(32), one.seen.slice(1), `${one.seen}0`, null, 5]) await api.refused(400, 'POST', `/api/v1/approvals/${one.id}/approve`, { body: { seen } });
  await api.refused(409, 'POST', `/api/v1/approvals/${one.id}/approve`, { body: { seen: '0'.repeat(32) } });
  for (const query of ['type=ads', 'limit=0', 'limit=201', 'cursor=1', 'cursor=1-1', 'cursor=4-0-1', 'cursor=1--5-1', 'cursor=1-0-0', 'cursor=a', 'x=1']) await api.refused(400, 'GET', `/api/v1/approvals?${query}`);
  for (const [method, path] of [['POST', `/api/v1/approvals/${one.id}/approve`], ['POST', '/api/v1/approvals/bulk'], ['POST', '/api/v1/orders/bulk'], ['POST', '/api/v1/products/bulk']]) {
    await api.refused(403, method, path, { scope: 'read', body: {} });
    await api.refused(401, method, path, { scope: null, body: {} });
  }
  assert.equal(api.stored(), stored, 'nothing was written');
});

test('a list of orders that jobs work on does not keep a connection for as long as each may be waited for', async () => {
  const ids = Array.from({ length: 12 }, (_, n) => held(n + 1));
  const holder = spawn('psql', ['-XqAt', '-d', api.databaseUrl]);
  holder.stdout.setEncoding('utf8');
  let said = '';
  holder.stdout.on('data', (chunk) => { said += chunk; });
  holder.stdin.write(`select bool_and(pg_try_advisory_lock(hashtextextended('order:' || id, 0))) from unnest(array[${ids}]) id;\n`);
  try {
    await until('the locks are held', () => said.trim() === 't');
    const started = Date.now();
    const { results, failed } = await api.ok('POST', '/api/v1/orders/bulk', { scope: 'operate', body: { ids, action: 'release' } });
    assert.ok(Date.now() - started < 24000, '3 s for each were 36');
    assert.equal(failed, 12);
    assert.deepEqual([...new Set(results.map((r) => r.status))], [503]);
  } finally {
    holder.stdin.end();
    await new Promise((resolve) => holder.on('exit', resolve));
  }
  assert.equal((await api.ok('POST', '/api/v1/orders/bulk', { scope: 'operate', body: { ids, action: 'release' } })).done, 12);
});

test('while a job works on it, a person is asked to wait', async () => {
  const order = held(1);
  const [one] = await list();
  const holder = spawn('psql', ['-XqAt', '-d', api.databaseUrl]);
  holder.stdout.setEncoding('utf8');
  let said = '';
  holder.stdout.on('data', (chunk) => { said += chunk; });
  holder.stdin.write(`select pg_try_advisory_lock(hashtextextended('order:${order}', 0));\n`);
  try {
    await until('the lock is held', () => said.trim() === 't');
    const answer = await say(one, 'approve');
    assert.equal(answer.status, 503, answer.text);
  } finally {
    holder.stdin.end();
    await new Promise((resolve) => holder.on('exit', resolve));
  }
  assert.equal((await say(one, 'approve')).status, 200);
});

test('orders are found by view, reason, country, risk and tracking number, in each order, each exactly once', async () => {
  api.sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, currency, hold_code, risk, address, total_minor, problem)
    select 'gid://shopify/Order/' || n, '#' || n, (array['held', 'placed', 'waiting'])[n % 3 + 1], timestamptz '2026-11-20 10:00:00+00' + n * interval '1 minute', now(),
      'PAID', 'USD', case when n % 3 = 0 then 'PRICE_RISE' end, case when n % 2 = 1 then 'HIGH' else 'LOW' end,
      jsonb_build_object('name', 'B ' || n, 'country_code', case when n % 4 = 0 then 'DE' else 'US' end), case when n <> 9 then n * 7 % 10 end,
      case when n % 8 = 0 then 'odd' end from generate_series(1, 24) n`);
  const names = async (query) => (await api.ok('GET', `/api/v1/orders?${query}`)).orders.map((o) => Number(o.name.slice(1)));
  const numbers = (test) => Array.from({ length: 24 }, (_, i) => 24 - i).filter(test);
  assert.deepEqual(await names('view=todo'), numbers((n) => n % 3 === 0));
  assert.deepEqual(await names('view=supplier&country=DE'), numbers((n) => n % 3 === 1 && n % 4 === 0));
  assert.deepEqual(await names('view=exceptions'), [24, 16, 8]);
  assert.deepEqual(await names('reason=PRICE_RISE&risk=HIGH'), numbers((n) => n % 6 === 3));
  assert.deepEqual(await names('state=waiting&sort=created'), numbers((n) => n % 3 === 2).reverse());
  const sums = { '-total': 'order by coalesce(total_minor, -1) desc, id desc', total: 'order by coalesce(total_minor, -1), id', '-created': 'order by created_at desc', created: 'order by created_at' };
  for (const [sort, by] of Object.entries(sums)) {
    for (const view of ['', '&view=exceptions', '&view=todo']) {
      const seen = [];
      for (let cursor = ''; cursor !== null && seen.length < 90;) {
        const page = await api.ok('GET', `/api/v1/orders?limit=3&sort=${sort}${view}${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.orders.map((o) => o.name));
        cursor = page.next;
      }
      const where = { '': 'true', '&view=exceptions': 'problem is not null', '&view=todo': "state = 'held'" }[view];
      assert.deepEqual(seen, api.rows(`select name from shop_order where ${where} ${by}`).map((r) => r.name), `${sort} ${view}`);
    }
  }
  const id = api.rows("select id from shop_order where name = '#4'")[0].id;
  api.sql(`insert into supplier_order (order_id, our_number, state, lines, cj_order_id) values (${id}, 'N-4', 'shipped', '[]', '77');
    insert into parcel (supplier_order_id, cj_order_id, tracking_number, tracking_url, carrier) select id, '77', 'CJ12', 'https://t.example/CJ12', 'X' from supplier_order where our_number = 'N-4'`);
  try {
    const [found] = (await api.ok('GET', '/api/v1/orders?q=CJ12')).orders;
    for (const query of ['', 'view=todo', 'view=exceptions', 'view=supplier&country=DE', 'reason=PRICE_RISE&risk=HIGH', 'state=waiting', 'state=placed&view=exceptions', 'reason=PRICE_RISE&view=shipped',
      'q=CJ12', 'q=%231&currency=USD', 'currency=EUR', 'from=2026-11-20T10:05:00Z&to=2026-11-20T10:15:00Z&view=todo', 'cost=unknown&risk=LOW']) {
      const file = (await api.ok('GET', `/api/v1/export/orders?format=json&${query}`)).map((o) => Number(o.name.slice(1)));
      assert.deepEqual(file, await names(`limit=200&${query}`), `the file of ${query} has the orders of the list`);
    }
    assert.deepEqual((await api.ok('GET', '/api/v1/export/orders?format=json&q=CJ12')).map((o) => o.name), ['#4']);
    assert.deepEqual([found.name, found.tracking, found.parcels, found.supplier_orders, found.customer, found.country], ['#4', 'CJ12', 1, 1, 'B 4', 'DE']);
  } finally {
    api.sql('delete from parcel; delete from supplier_order');
  }
  const { views, reasons, countries } = await api.ok('GET', '/api/v1/order-views', { scope: 'read' });
  assert.deepEqual(views, { todo: 8, waiting: 8, supplier: 8, shipped: 0, exceptions: 3 });
  assert.deepEqual(reasons, [{ code: 'PRICE_RISE', count: 8 }]);
  assert.ok(countries.includes('DE'));
  for (const query of ['view=all', 'country=de', 'country=DEU', 'risk=low', 'cost=known', 'currency=usd', 'sort=name', 'reason=a', 'cursor=1', 'sort=total&cursor=-2-1']) await api.refused(400, 'GET', `/api/v1/orders?${query}`);
});

test('an order tells its money with the source of each part, and what the profit lacks', async () => {
  api.sql("insert into shop_info (name, currency, timezone) values ('S', 'USD', 'UTC') on conflict do nothing");
  const id = api.order(50, 'placed');
  api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship, unit_price_minor, currency) values (${id}, 'l1', 'Lamp', 'S-1', 2, 2, 2000, 'USD');
    update shop_order set money_at = now(), shipping_minor = 500, tax_minor = 0, duties_minor = 0, fee_minor = 161, fee_source = 'rate', placed_at = now() where id = ${id};
    update order_line set ordered = 2, gross_minor = 4000, discount_minor = 100, tax_minor = 0 where order_id = ${id}`);
  const before = (await api.ok('GET', `/api/v1/orders/${id}`)).money;
  assert.equal(before.profit_minor, null);
  assert.deepEqual(before.missing, ['goods', 'supply_shipping', 'supply_duty']);
  assert.deepEqual([before.gross_minor, before.discounts_minor, before.shipping_minor, before.total_minor, before.fee_minor, before.fee_source], [4000, 100, 500, 4400, 161, 'rate']);
  api.sql(`update order_line set cost_minor = 1700, cost_source = 'quote' where order_id = ${id};
    update shop_order set supply_shipping_minor = 420, supply_shipping_source = 'quote', supply_duty_minor = 0, supply_duty_source = 'rule' where id = ${id}`);
  const { money, lines } = await api.ok('GET', `/api/v1/orders/${id}`);
  assert.deepEqual([money.goods_minor, money.goods_source, money.supply_shipping_minor, money.profit_minor, money.estimated, money.missing], [1700, 'quote', 420, 4400 - 1700 - 420 - 161, true, []]);
  assert.deepEqual([lines[0].cost, lines[0].cost_source, lines[0].mappings], [{ minor: 1700, currency: 'USD' }, 'quote', []]);
  const [row] = (await api.ok('GET', '/api/v1/orders?q=%2350')).orders;
  assert.deepEqual([row.profit, row.profit_estimated, row.lines], [{ minor: 2119, currency: 'USD' }, true, 1]);
});

test('a proposed mapping is confirmed from the order that needs it', async () => {
  const id = held(1);
  api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${id}, 'l1', 'Lamp', 'S-1', 1, 1);
    insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor) values ('S-1', 'v1', 'X-1', 850), ('S-2', 'v2', 'X-2', 850)`);
  const [line] = (await api.ok('GET', `/api/v1/orders/${id}`)).lines;
  assert.deepEqual([line.mappings[0].vid, line.mappings[0].confirmed_at, line.mappings[0].snapshot], ['v1', null, { minor: 850, currency: 'USD' }]);
  const confirm = (body, status = 200) => api.call('POST', `/api/v1/orders/${id}/mapping`, { scope: 'operate', body }).then((a) => assert.equal(a.status, status, a.text));
  await confirm({ sku: 'S-1', vid: 'v1' });
  await confirm({ sku: 'S-1', vid: 'v1' }, 409);
  await confirm({ sku: 'S-2', vid: 'v2' }, 404);
  await confirm({ sku: 'S-1', vid: 'v9' }, 404);
  assert.deepEqual(api.rows('select shop_sku, confirmed_by from variant_mapping where confirmed_at is not null'), [{ shop_sku: 'S-1', confirmed_by: 'key:operate' }]);
});

test('what is sent for a SKU is proposed and forgotten from the order that has it', async () => {
  const id = held(1);
  api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${id}, 'l1', 'Lamp', 'S-1', 1, 1)`);
  const say = (verb, body, status = 200) => api.call('POST', `/api/v1/orders/${id}/mapping/${verb}`, { scope: 'operate', body }).then((a) => assert.equal(a.status, status, a.text));
  const lamp = { sku: 'S-1', vid: 'v1', supplier_sku: 'CJ-1', price_minor: 850 };
  await say('propose', lamp);
  await say('propose', { ...lamp, vid: 'v2', supplier_sku: 'CJ-2' });
  await say('propose', lamp, 409);
  await say('propose', { ...lamp, sku: 'S-2' }, 404);
  for (const wrong of [{ price_minor: 0 }, { price_minor: '8.50' }, { vid: '' }, { vid: '<b>' }, { supplier_sku: null }]) await say('propose', { ...lamp, ...wrong }, 400);
  assert.deepEqual(api.rows('select vid, rank, snapshot_minor, snapshot_currency, confirmed_at from variant_mapping order by rank'),
    [{ vid: 'v1', rank: 1, snapshot_minor: 850, snapshot_currency: 'USD', confirmed_at: null }, { vid: 'v2', rank: 2, snapshot_minor: 850, snapshot_currency: 'USD', confirmed_at: null }]);
  await say('remove', { sku: 'S-1', vid: 'v1' });
  await say('remove', { sku: 'S-1', vid: 'v1' }, 404);
  await say('remove', { sku: 'S-2', vid: 'v2' }, 404);
  assert.deepEqual(api.rows('select vid from variant_mapping'), [{ vid: 'v2' }]);
  assert.deepEqual(api.rows("select action, who from audit where subject = 'S-1' order by id").map((a) => [a.action, a.who]), [['mapping.add', 'key:operate'], ['mapping.add', 'key:operate'], ['mapping.remove', 'key:operate']]);
});

test('a price is tried on the costs of the last assessment', async () => {
  const market = { country: 'US', tax_mode: 'exclusive', tax_ppm: 0, fee_ppm: 29000, fee_fixed_minor: 30, return_cost_minor: 0, salvage_ppm: 0 };
  const decision = { currency: 'USD', target_ppm: 300000, return_ppm: 0, at: '2026-11-20T10:00:00Z', markets: [market, { ...market, country: 'DE', tax_mode: 'inclusive', tax_ppm: 190000 }],
    variants: [{ name: 'Black', offered: true, markets: [{ country: 'US', landed_minor: 1355 }, { country: 'DE', landed_minor: 1300 }] }, { name: 'Gold', offered: false, markets: [{ country: 'US', landed_minor: 9000 }] }] };
  const id = product('Lamp', 'approval', { decision: JSON.stringify(decision) });
  const tried = await api.ok('GET', `/api/v1/products/${id}/price-trial?price_minor=2380`, { scope: 'read' });
  assert.deepEqual([tried.country, tried.variant, tried.landed_minor, tried.fee_minor, tried.margin_minor, tried.currency, tried.target_ppm], ['DE', 'Black', 1300, 99, 2000 - 1300 - 99, 'USD', 300000]);
  assert.equal(tried.break_even_roas_e4, Math.floor((2380 * 10000) / 601));
  assert.equal((await api.ok('GET', `/api/v1/products/${id}/price-trial?price_minor=100`)).break_even_roas_e4, null);
  await api.refused(409, 'GET', `/api/v1/products/${product('Bare')}/price-trial?price_minor=100`, {}, /not known/);
  for (const query of ['', '?price_minor=0', '?price_minor=1.5', '?price_minor=100000001']) await api.refused(400, 'GET', `/api/v1/products/${id}/price-trial${query}`);
});

test('products are filtered by stage, margin and problem', async () => {
  const lamp = product('Lamp');
  const mat = product('Mat', 'needs_review', { problem: 'texts', margin_ppm: 100000 });
  const live = product('Live', 'listed');
  const ids = async (query) => (await api.ok('GET', `/api/v1/products?${query}`)).products.map((p) => p.id);
  assert.deepEqual(await ids('stage=todo'), [mat, lamp]);
  assert.deepEqual(await ids('stage=live'), [live]);
  assert.deepEqual(await ids('margin_min_ppm=300000'), [live, lamp]);
  assert.deepEqual(await ids('problem=true'), [mat]);
  for (const query of ['stage=all', 'margin_min_ppm=x', 'problem=false']) await api.refused(400, 'GET', `/api/v1/products?${query}`);
});
