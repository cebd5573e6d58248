// The totals of /api/v1/status, /metrics and the views of orders are kept by triggers (0022_totals.sql): after whatever happens they are
// what counting would give, and nobody waits for another because of them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';
import { totalsAgree } from './totals_by_hand.mjs';

let api;
before(async () => { api = await Api.start('totals', 12); });
after(async () => { await api?.stop(); });
beforeEach(() => api.sql('truncate shop_order, supplier_order, parcel, order_line cascade'));

const agree = () => totalsAgree(api);

const addOrders = (count, state = 'received') => api.sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial)
  select gen_random_uuid(), '#' || n, '${state}', now(), now(), 'PAID' from generate_series(1, ${count}) n`);
const addParcels = (group, paid) => api.sql(`insert into supplier_order (order_id, parcel_group, our_number, state, lines, charged_minor, currency, paid_at)
  select id, ${group}, gen_random_uuid(), 'unpaid', '[]', 100 + id, case when id % 2 = 0 then 'USD' else 'EUR' end, ${paid} from shop_order`);

test('orders that come, move, are paid for in parcels, and go are counted', async () => {
  addOrders(30);
  agree();
  api.sql("update shop_order set state = 'held' where id % 3 = 0; update shop_order set state = 'placed', placed_at = now() where id % 3 = 1");
  agree();
  addParcels(1, 'now()');
  addParcels(2, 'null');
  agree();
  api.sql('update supplier_order set paid_at = now() where order_id % 2 = 0; update supplier_order set charged_minor = null where order_id % 5 = 0');
  agree();
  const { business } = await api.ok('GET', '/api/v1/status');
  assert.equal(business.received, 30);
  assert.equal(business.paid, 30, 'an order whose parcels are both paid is one order');
  assert.equal(business.orders.held, 10);
  assert.match(await api.ok('GET', '/metrics'), /^dropship_orders\{state="placed"\} 10$/m);
  assert.equal((await api.ok('GET', '/api/v1/order-views')).views.todo, 10);
  api.sql("update supplier_order set paid_at = null where parcel_group = 1 or order_id % 4 = 0");
  agree();
  api.sql('delete from supplier_order where order_id % 2 = 0; delete from shop_order where id % 2 = 0');
  agree();
  api.sql('begin; delete from supplier_order; delete from shop_order; rollback');
  agree();
  api.sql('truncate shop_order cascade');
  assert.deepEqual(api.rows('select * from total'), []);
  assert.equal((await api.ok('GET', '/api/v1/status')).business.received, 0);
});

test('the rows behind the totals stay few however much happens', () => {
  addOrders(1000);
  for (const state of ['waiting', 'placing', 'placed', 'shipped']) api.sql(`update shop_order set state = '${state}', placed_at = now()`);
  agree();
  assert.ok(Number(api.sql('select count(*) from tally')) < 200, 'folded');
});

test('transactions that change orders at once do not wait for each other', async () => {
  addOrders(600);
  const other = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', api.databaseUrl], { stdio: ['pipe', 'pipe', 'inherit'] });
  const say = async (text) => {
    other.stdin.write(`${text};\nselect 'said';\n`);
    await once(other.stdout, 'data');
  };
  await say("begin; update shop_order set state = 'held' where id <= 300"); // folds, and stays open
  api.sql("set lock_timeout = '100ms'; update shop_order set state = 'waiting', placed_at = now() where id > 300");
  agree();
  await say('rollback');
  agree();
  await say("begin; update shop_order set state = 'cancelled' where id <= 300");
  addOrders(300);
  await say('commit');
  agree();
  other.stdin.end();
  assert.deepEqual(await once(other, 'exit'), [0, null]);
});

test('orders put in with the triggers off are counted by tally_recount', () => {
  api.sql(`set session_replication_role = replica; insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, placed_at)
    select n, '#' || n, 'placed', now(), now(), 'PAID', now() from generate_series(1, 50) n`);
  addParcels(1, 'now()');
  assert.throws(agree);
  api.sql('select tally_recount()');
  agree();
  api.sql('delete from supplier_order; select tally_recount()');
  agree();
});
