// The totals of /api/v1/status, /metrics and the views of orders are kept by triggers (0022_totals.sql): after whatever happens they are
// what counting would give, and nobody waits for another because of them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';
import { totalsAgree } from './totals_by_hand.mjs';

let api;
before(async () => { api = await Api.start('totals', 12); });
after(async () => { await api?.stop(); });
afterEach(() => Session.all.splice(0).forEach((s) => s.child.kill()));
beforeEach(() => api.sql('truncate shop_order, supplier_order, parcel, order_line restart identity cascade'));

const agree = () => totalsAgree(api);

const addOrders = (count, state = 'received') => api.sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial)
  select gen_random_uuid(), '#' || n, '${state}', now(), now(), 'PAID' from generate_series(1, ${count}) n`);
const addParcels = (group, paid) => api.sql(`insert into supplier_order (order_id, parcel_group, our_number, state, lines, charged_minor, currency, paid_at)
  select id, ${group}, gen_random_uuid(), 'unpaid', '[]', 100 + id, case when id % 2 = 0 then 'USD' else 'EUR' end, ${paid} from shop_order`);

// A session beside the others: what is said is done when say() returns; tell() does not wait for it.
class Session {
  static all = [];

  constructor() {
    Session.all.push(this);
    this.child = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', api.databaseUrl], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.over = once(this.child, 'exit');
    this.marks = 0;
    this.heard = '';
    this.child.stdout.on('data', (bytes) => { this.heard += bytes; });
  }

  tell(text) {
    this.child.stdin.write(`${text};\n`);
  }

  async say(text) {
    const mark = `said ${(this.marks += 1)}`;
    this.tell(`${text};\nselect '${mark}'`);
    const heard = until(`the session has said ${text}`, () => this.heard.split('\n').includes(mark));
    assert.equal(await Promise.race([heard.then(() => 'said'), this.over.then(() => 'over')]), 'said', text);
  }

  async end() {
    this.child.stdin.end();
    assert.deepEqual(await this.over, [0, null]);
  }
}

const waits = () => until('a session waits for another', () => api.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") !== '0');

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
  api.sql(Array.from({ length: 60 }, (_, i) => `begin; update shop_order set state = 'held' where id = (select min(id) + ${i} from shop_order); commit`).join(';'));
  agree();
  assert.ok(Number(api.sql('select count(*) from tally')) < 200, 'folded');
});

test('a statement that moves all orders does not walk over its own rows again and again', () => {
  addOrders(1000);
  const walks = api.sql("begin; update shop_order set state = 'held'; select seq_scan from pg_stat_xact_user_tables where relname = 'tally'; commit");
  assert.equal(walks, '1');
});

test('transactions that change orders at once do not wait for each other', async () => {
  addOrders(600);
  const other = new Session();
  await other.say("begin; update shop_order set state = 'held' where id <= 300"); // folds, and stays open
  api.sql("set lock_timeout = '100ms'; update shop_order set state = 'waiting', placed_at = now() where id > 300");
  agree();
  await other.say('rollback');
  agree();
  await other.say("begin; update shop_order set state = 'cancelled' where id <= 300");
  addOrders(300);
  await other.say('commit');
  agree();
  await other.end();
});

test('a transaction whose look is old changes orders, too', async () => {
  addOrders(400);
  const other = new Session();
  await other.say('begin isolation level repeatable read; select count(*) from shop_order where false');
  for (let i = 0; i < 3; i++) api.sql(`update shop_order set state = '${i % 2 === 0 ? 'waiting' : 'held'}' where id % 2 = 0`);
  await other.say("update shop_order set state = 'placing' where id % 2 = 1; commit");
  agree();
  await other.end();
});

test('two parcels of one order that change at once leave it counted once or not at all', async () => {
  const set = (group, paid) => `update supplier_order set paid_at = ${paid} where parcel_group = ${group}`;
  const both = async (first, second) => {
    const one = new Session();
    const two = new Session();
    await one.say(`begin; ${first}`);
    two.tell(second);
    await waits();
    await one.say('commit');
    await one.end();
    await two.end();
    agree();
  };
  addOrders(1);
  addParcels(1, 'now()');
  addParcels(2, 'now()');
  await both(set(1, 'null'), set(2, 'null'));
  await both(set(1, 'now()'), set(2, 'now()'));
  api.sql(set(2, 'null'));
  await both(set(2, 'now()'), set(1, 'null'));
  assert.equal((await api.ok('GET', '/api/v1/status')).business.paid, 1);
});

test('what changes while the migration runs is counted', async () => {
  addOrders(10);
  const file = fs.readFileSync(new URL('../../../sql/migrations/0022_totals.sql', import.meta.url), 'utf8');
  api.sql("drop table tally, order_paid cascade; do $$ declare f regprocedure; begin for f in select oid::regprocedure from pg_proc where proname like 'tally%' loop execute format('drop function %s cascade', f); end loop; end $$");
  const worker = new Session();
  const upgrade = new Session();
  await worker.say("begin; update shop_order set state = 'held' where id % 2 = 0");
  upgrade.tell(`begin; ${file}; commit`);
  await waits();
  await worker.say('commit');
  await worker.end();
  await upgrade.end();
  agree();
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
