// The activity: who did what and why, in one list by time, and what of it can be taken back.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('activity', 10); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate setting, audit, outbox, proposal, effect, order_event, product_event; delete from product; delete from shop_order');
});

const list = (query = '') => api.ok('GET', `/api/v1/activity${query}`, { scope: 'read' });
const undo = (id, options = {}) => api.call('POST', `/api/v1/activity/${id}/undo`, { scope: 'admin', ...options });
const first = async (query) => (await list(query)).activity[0];
const event = (order, step, code, text, at = 'now()', detail = 'null') => api.sql(`insert into order_event (order_id, step, code, text, at, detail) values (${order}, '${step}', ${code ? `'${code}'` : 'null'}, '${text}', ${at}, ${detail})`);
function product(pid, state, more = {}) {
  const columns = { price_minor: 2299, shop_currency: "'USD'", ...more };
  return Number(api.sql(`insert into product (pid, name, state, ${Object.keys(columns).join(', ')}) values ('${pid}', 'Lamp ${pid}', '${state}', ${Object.values(columns).join(', ')}) returning id`));
}

test('the three sources are one list by time, with rule, numbers and names', async () => {
  const order = api.order(1042, 'held', { hold_code: 'PRICE_RISE' });
  const lamp = product('p1', 'listed');
  event(order, 'received', null, 'Seen at the shop.', "now() - interval '5 minutes'");
  event(order, 'held', 'PRICE_RISE', 'The price rose by 18.8 %.', "now() - interval '4 minutes'", `'{"limit": 978}'`);
  api.sql(`insert into product_event (product_id, step, text, at) values (${lamp}, 'repriced', 'The landed cost rose.', now() - interval '3 minutes');
    insert into effect (key, kind, subject, intent, state) values ('k', 'cj.pay', 'order:${order}', '{}', 'done')`);
  event(order, 'paid', null, 'Paid.', "now() - interval '2 minutes'");
  event(order, 'held', 'PERSON', 'Held by a person.', "now() - interval '1 minute'");
  await api.ok('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: 60 } });
  const { activity, next } = await list();
  assert.equal(next, null);
  assert.deepEqual(activity.map((e) => e.what), ['setting.change', 'order.paid', 'product.repriced', 'order.held', 'order.received']);
  assert.deepEqual(activity.map((e) => e.who), ['key:admin', 'system', 'system', 'rule:PRICE_RISE', 'system'], "a person's word stands in the audit alone");
  const [changed, paid, repriced, held] = activity;
  assert.equal(changed.text, 'orders.grace_s: 900 -> 60');
  assert.deepEqual(changed.object, { kind: 'setting', id: 'orders.grace_s', name: 'orders.grace_s' });
  assert.deepEqual([paid.read_back, repriced.read_back], ['ledger: cj.pay done', 'the shop was read back']);
  assert.deepEqual([held.rule, held.numbers, held.text], ['PRICE_RISE', { limit: 978 }, 'The price rose by 18.8 %.']);
  assert.deepEqual(held.object, { kind: 'order', id: String(order), name: '#1042' });
  assert.deepEqual(repriced.object.name, 'Lamp p1');
  assert.ok(activity.every((e) => typeof e.undo.possible === 'boolean' && e.undo.why.length > 5));
});

test('pages follow each other without gaps or repeats, also at equal times', async () => {
  const order = api.order(1, 'placed');
  const lamp = product('p1', 'listed');
  for (let i = 0; i < 4; i++) {
    api.sql(`insert into order_event (order_id, step, text, at) select ${order}, 'problem', 'o' || n, timestamptz '2026-11-20 10:00:0${i}Z' from generate_series(1, 3) n;
      insert into product_event (product_id, step, text, at) select ${lamp}, 'price', 'p' || n, timestamptz '2026-11-20 10:00:0${i}Z' from generate_series(1, 3) n;
      insert into audit (who, action, subject, at) select 'cli:x', 'job.kill', 'job:' || n, timestamptz '2026-11-20 10:00:0${i}Z' from generate_series(1, 3) n`);
  }
  for (const query of ['', '&who=system', '&who=cli:x', '&what=order.problem', `&object=product:${lamp}`, '&from=2026-11-20T10:00:01Z&to=2026-11-20T10:00:03Z']) {
    const whole = (await list(`?limit=200${query}`)).activity.map((e) => e.id);
    const seen = [];
    for (let cursor = '', i = 0; i < 30 && cursor !== null; i++) {
      const page = await list(`?limit=5${query}${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.activity.map((e) => e.id));
      cursor = page.next;
    }
    assert.deepEqual(seen, whole, query);
    assert.equal(whole.length, { '': 36, '&who=system': 24, '&who=cli:x': 12, '&what=order.problem': 12 }[query] ?? (query.startsWith('&object') ? 12 : 18), query);
  }
});

test('a rare actor is found behind many entries of others', async () => {
  const order = api.order(1, 'placed');
  api.sql(`insert into audit (who, action, subject, at) values ('cli:rare', 'job.kill', 'job:1', now() - interval '2 days');
    insert into order_event (order_id, step, text, at) select ${order}, 'problem', 'x', now() - n * interval '1 second' from generate_series(1, 10000) n;
    insert into audit (who, action, subject, at) select 'cli:x', 'job.kill', 'job:' || n, now() - n * interval '1 second' from generate_series(1, 10000) n`);
  const seen = [];
  let pages = 0;
  for (let cursor = ''; cursor !== null; pages++) {
    const page = await list(`?who=cli:rare${cursor ? `&cursor=${cursor}` : ''}`);
    seen.push(...page.activity.map((e) => e.text));
    cursor = page.next;
    assert.ok(pages < 20);
  }
  assert.deepEqual(seen, ['job kill 1']);
});

test('a setting is set back, once, unless it was changed again', async () => {
  await api.ok('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: 60 } });
  await api.ok('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: 30 } });
  const [newer, older] = (await list()).activity;
  assert.deepEqual(older.undo, { possible: false, why: 'It was changed again since.' });
  assert.deepEqual(newer.undo, { possible: true, why: 'It is set back to 60.' });
  assert.equal((await undo(older.id)).status, 409);
  const answer = await undo(newer.id);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.body.undone, answer.body.entry.undo.possible], [true, false]);
  assert.equal(api.sql("select value from setting where name = 'orders.grace_s'"), '60');
  assert.equal((await undo(newer.id)).status, 409);
  assert.equal((await first()).text, 'orders.grace_s: 30 -> 60');
  await api.ok('PUT', '/api/v1/flows/discovery', { body: { mode: 'off' } });
  assert.equal((await undo((await first()).id)).status, 200);
  assert.equal((await api.ok('GET', '/api/v1/flows')).flows[0].mode, 'approve');
  await api.ok('POST', '/api/v1/stop');
  assert.equal((await undo((await first()).id)).status, 409, 'STOP ends by Resume alone');
  assert.equal(api.sql("select value from setting where name = 'stop'"), '1');
});

test('a hold and a release are taken back while nothing is placed', async () => {
  const order = api.order(7, 'waiting', { next_job: 'order.release' });
  await api.ok('POST', `/api/v1/orders/${order}/hold`, { scope: 'operate', body: { reason: 'looks odd' } });
  let entry = await first();
  assert.deepEqual([entry.what, entry.text, entry.undo.why], ['order.hold', 'order hold #7: looks odd', 'The rules decide about the order again.']);
  assert.equal((await undo(entry.id, { scope: 'operate' })).status, 200);
  assert.deepEqual(api.rows(`select state, hold_code, released_by, next_job from shop_order`), [{ state: 'waiting', hold_code: null, released_by: null, next_job: 'order.release' }]);
  assert.deepEqual(api.rows('select job_type, args from outbox order by id desc limit 1'), [{ job_type: 'order.release', args: `[${order}]` }]);
  assert.equal((await first()).what, 'order.rejudge');
  assert.equal((await undo(entry.id)).status, 409, 'once');
  await api.ok('POST', `/api/v1/orders/${order}/release`, { scope: 'operate' });
  entry = await first();
  assert.deepEqual([entry.what, entry.undo.possible], ['order.release', true]);
  assert.equal((await undo(entry.id)).status, 200);
  assert.equal(api.sql('select state from shop_order'), 'held');
  await api.ok('POST', `/api/v1/orders/${order}/release`, { scope: 'operate' });
  api.sql("update shop_order set state = 'placed'");
  entry = await first();
  assert.deepEqual(entry.undo, { possible: false, why: 'The order is placed by now.' });
  const stored = api.sql('select count(*) from audit');
  assert.equal((await undo(entry.id)).status, 409);
  assert.equal(api.sql('select count(*) from audit'), stored);
});

test('a price goes back, a listing goes out of the shop, a paused queue goes on', async () => {
  const lamp = product('p1', 'listed', { shop_gid: "'gid://shopify/Product/1'" });
  await api.ok('POST', `/api/v1/products/${lamp}/reprice`, { scope: 'operate', body: { price_minor: 2499 } });
  const priced = await first();
  assert.deepEqual([priced.what, priced.undo.possible, priced.numbers.before_minor], ['product.reprice', true, 2299]);
  api.sql('update product set price_minor = 2499, next_job = null');
  assert.equal((await undo(priced.id)).status, 200);
  assert.deepEqual(api.rows("select (detail ->> 'price_minor')::int as price, state from proposal order by id desc limit 1"), [{ price: 2299, state: 'accepted' }]);
  api.sql(`insert into product_event (product_id, step, text, at) values (${lamp}, 'listed', 'Live.', now() + interval '1 second')`);
  const listed = await first();
  assert.deepEqual([listed.what, listed.undo.possible], ['product.listed', true]);
  assert.equal((await undo(listed.id)).status, 200);
  assert.equal(api.sql('select state from product'), 'unlisting');
  assert.equal((await undo(listed.id)).status, 409);
  api.redis('SADD', 'queues', 'default');
  await api.ok('POST', '/api/v1/queues/default/pause', { scope: 'operate' });
  const paused = await first('?what=queue.pause');
  assert.equal((await undo(paused.id)).status, 200);
  assert.equal(api.redis('SISMEMBER', 'paused', 'default'), '0');
});

test('what cannot be is refused with a sentence', async () => {
  const order = api.order(1, 'placed');
  event(order, 'placed', null, 'Placed.');
  const { activity: [placed] } = await list();
  const answer = await undo(placed.id);
  assert.equal(answer.status, 409);
  assert.match(answer.text, /It cannot be undone\. The supplier has the order/);
  for (const id of ['audit-999999', 'order-999999', 'product-999999']) assert.equal((await undo(id)).status, 404, id);
  for (const id of ['audit-0', 'audit-x', 'thing-12', 'audit-12x', 'audit--1', 'audit-99999999999999999999']) assert.equal((await undo(id)).status, 400, id);
  await api.refused(403, 'POST', `/api/v1/activity/${placed.id}/undo`, { scope: 'read' });
  for (const query of ['?limit=0', '?limit=201', '?cursor=1', '?cursor=1-2', '?cursor=1-2-3-4', '?cursor=-----', '?cursor=99999999999999999999-1-1', '?what=A', '?from=yesterday', '?who=', '?more=1',
    '?what=order.held&object=order:1', '?object=%00', `?object=${'x'.repeat(101)}`]) await api.refused(400, 'GET', `/api/v1/activity${query}`);
  assert.deepEqual((await list('?object=order:99999999999999999999')).activity, []);
  assert.deepEqual((await list("?object=order:1'; drop table audit; --")).activity, []);
});

test('only an admin sets settings back', async () => {
  await api.ok('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: 60 } });
  assert.equal((await undo((await first()).id, { scope: 'operate' })).status, 403);
  assert.equal(api.sql("select value from setting where name = 'orders.grace_s'"), '60');
});

test('text of customers and suppliers stays text', async () => {
  const name = '<script>alert(1)</script> \u202Etfel-ot-thgir';
  const lamp = product('p9', 'listed');
  api.sql(`update product set name = '${name}'; insert into product_event (product_id, step, text) values (${lamp}, 'problem', '${name}')`);
  const entry = await first();
  assert.deepEqual([entry.text, entry.object.name], [name, name]);
});
