// From the supplier's catalogue to a live product in the sandbox shop, and back: found, judged, written, listed, priced, watched,
// taken out.  What is really at the shop is judged by the sandbox.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';

const quick = {
  'discovery.scan_s': '10', 'discovery.pages': '1', 'discovery.top': '6', 'listing.image_hosts': '127.0.0.1', 'products.sweep_s': '5', 'stock.watch_s': '5',
  'stock.hot_s': '10', 'stock.warm_s': '10', 'stock.cold_s': '10', 'store.setup_s': '10',
};

let system;
before(async () => {
  system = await System.start('discovery', { workers: 1, settings: quick, env: { CJ_POINTS_PER_DAY: '1000000' }, sandboxArgs: ['--oddity', '0', '--cj-points', '0'] });
  await system.cli('duty', 'set', 'US', 'CN', '2025-08-29', '--percent', '10', '--source', 'test');
}, { timeout: 120000 });
after(() => system?.stop());

const row = (id) => system.rows(`select * from product where id = ${id}`)[0];
const inState = (state) => system.rows(`select * from product where state = '${state}' order by id`);
const mode = (name) => system.cli('flow', 'discovery', name);
const atShop = (p) => system.control('GET', `/control/products/${encodeURIComponent(p.handle)}`);
const newest = (id) => system.rows(`select * from listing_text where product_id = ${id} order by version desc limit 1`)[0];
async function untilState(id, states, timeoutMs = 60000) {
  return until(`product ${id} is ${states}`, () => {
    const p = row(id);
    if (states.includes(p.state)) return p;
    throw new Error(`state ${p.state}, rule ${p.decision_rule}, problem ${p.problem}, next ${p.next_job}`);
  }, timeoutMs, 250);
}
async function post(id, verb, body = {}) {
  const answer = await system.api('POST', `/api/v1/products/${id}/${verb}`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}
// Products that wait for a person, found by further scans.
async function waiting(count) {
  await mode('approve');
  return until(`${count} wait for a person`, () => {
    const found = inState('approval');
    if (found.length >= count) return found;
    throw new Error(JSON.stringify(system.rows('select state, decision_rule, count(*) from product group by 1, 2')));
  }, 120000, 500);
}
async function judged() {
  const judge = await system.control('GET', '/control/judge/listings');
  for (const list of ['twins', 'orphans', 'doubledImages']) assert.deepEqual(judge[list], [], list);
  return judge;
}
// Nothing goes to the shop any more, and what was on its way has arrived: then nothing may be half listed.
async function settled() {
  await mode('approve');
  await until('nothing is on its way', () => {
    const left = system.rows("select id, state, problem, next_run_at, waits_for from product where state in ('publishing', 'unlisting')");
    if (left.length === 0) return true;
    throw new Error(JSON.stringify(left));
  }, 120000, 500);
  const judge = await judged();
  assert.deepEqual(judge.halfListed, []);
  assert.equal(judge.live, inState('listed').length + inState('on_hold').length, JSON.stringify(judge));
  return judge;
}

test('within five minutes products are found, judged, listed and live, each with its reason', { timeout: 330000 }, async () => {
  await mode('auto');
  const listed = await until('three are listed', () => {
    const found = inState('listed');
    if (found.length >= 3) return found;
    throw new Error(JSON.stringify(system.rows('select state, decision_rule, count(*), min(problem) as problem from product group by 1, 2')));
  }, 300000, 500);
  await settled();
  for (const p of listed) {
    const shop = await atShop(p);
    assert.equal(shop.live, true);
    assert.ok(shop.variants.every((v) => v.price > 0 && v.cost > 0 && v.sku && v.quantity > 0), JSON.stringify(shop.variants));
    const { rows: prices } = { rows: system.rows(`select sku, price_minor from variant where product_id = ${p.id} and shop_gid is not null`) };
    for (const v of prices) assert.equal(Math.round(shop.variants.find((s) => s.sku === v.sku).price * 100), v.price_minor);
    assert.equal(shop.title, newest(p.id).title);
    assert.equal(newest(p.id).checks.passed, true);
    assert.ok(p.margin_ppm >= 300000 && p.margin_minor >= 500, `${p.margin_ppm} ${p.margin_minor}`);
    const steps = system.rows(`select step from product_event where product_id = ${p.id} order by id`).map((e) => e.step);
    assert.equal(steps.filter((s) => s === 'listed').length, 1, steps.join(' '));
  }
  assert.ok(system.rows("select 1 from listing_text where made_by like 'openai:%'").length > 0, 'a text model wrote');
  assert.ok(system.rows("select 1 from ai_call where status = 'OK' and cost_micro > 0 and request_id is not null").length > 0, 'its calls are booked');
  for (const p of [...inState('rejected'), ...inState('needs_data')]) assert.ok(p.decision_rule && p.decision_text, `${p.name} says why`);
  assert.ok(inState('rejected').length + inState('needs_data').length > 0, 'not everything is good enough');
});

test('product prints the whole sum, and it adds up', { timeout: 60000 }, async () => {
  const [p] = inState('listed');
  const text = await system.cli('product', String(p.id));
  for (const part of ['= landed cost', '= contribution', 'payment fee', 'returns reserve', 'timeline', 'checks', p.handle]) assert.ok(text.includes(part), part);
  const { decision, landed_minor: landed, margin_minor: margin } = p;
  const sum = decision.variants.find((v) => v.vid === decision.worst.vid).markets.find((m) => m.country === decision.worst.country);
  assert.equal(sum.goods_minor + sum.shipping_minor + sum.duty_minor + sum.import_tax_minor + sum.broker_minor + sum.fx_minor, sum.landed_minor);
  assert.equal(sum.net_minor - sum.landed_minor - sum.fee_minor - sum.reserve_minor, sum.margin_minor);
  assert.deepEqual([sum.landed_minor, sum.margin_minor], [landed, margin]);
  const [rejected] = [...inState('rejected'), ...inState('needs_data')];
  assert.ok((await system.cli('product', String(rejected.id))).includes(rejected.decision_rule));
  assert.match(await system.cli('status'), /listed \d+/);
});

test('in approve mode a person edits, approves and rejects; a false claim never reaches the shop', { timeout: 300000 }, async () => {
  const [good, bad, ugly] = await waiting(3);
  assert.equal(good.shop_gid, null, 'nothing is at the shop before the yes');
  await post(good.id, 'edit', { texts: { tags: ['hand-picked'] } });
  await post(good.id, 'approve');
  await post(bad.id, 'approve', { texts: { description_html: '<p>Cures arthritis, holds 987 ml, and is clinically proven.</p>' } });
  await post(ugly.id, 'reject', { reason: 'not our style' });
  const live = await untilState(good.id, ['listed']);
  const { title, tags } = await atShop(live);
  assert.deepEqual(tags, ['hand-picked']);
  await post(good.id, 'edit', { texts: { title: 'Clinically proven cure' } });
  const kept = await until('its fault is shown', () => {
    const p = row(good.id);
    return p.state === 'listed' && /version 3/.test(p.problem) && p;
  }, 60000, 250);
  assert.equal((await atShop(kept)).title, title, 'the shop keeps the texts it has');
  await post(good.id, 'edit', { texts: { title, tags: ['second'] } });
  await until('new texts are at the shop', async () => (await atShop(kept)).tags.includes('second'), 60000, 250);
  const returned = await untilState(bad.id, ['needs_review']);
  const { checks } = newest(bad.id);
  assert.equal(checks.passed, false);
  assert.ok(checks.failed.length > 0 && checks.failed.every((fault) => fault.rule && fault.text), JSON.stringify(checks));
  assert.match(await system.cli('product', String(bad.id)), new RegExp(checks.failed[0].rule));
  const shop = await system.control('GET', '/control/products');
  assert.ok(!shop.some((product) => /arthritis/.test(product.descriptionHtml)));
  assert.equal(returned.listed_at, null);
  const scans = () => system.rows('select count(*)::int as n from discovery_run where finished_at is not null')[0].n;
  const before = scans();
  await until('two more scans', () => scans() >= before + 2, 60000, 500);
  const refused = row(ugly.id);
  assert.deepEqual([refused.state, refused.decision_rule, refused.decision_text], ['rejected', 'PERSON', 'not our style'], 'no scan brings it back');
});

test('a text model that lies gets nothing into the shop: a template takes its place', { timeout: 180000 }, async () => {
  await system.control('POST', '/control/ai', { kind: 'health', rate: 1 });
  const lied = await until('a lie was caught twice and a template was taken', () => {
    const found = system.rows(`select product_id, json_agg(json_build_object('by', made_by, 'passed', checks -> 'passed') order by version) as versions
      from listing_text group by 1 having count(*) filter (where made_by like 'openai:%' and checks -> 'passed' = 'false') >= 2`);
    return found.find(({ versions }) => versions.at(-1).by === 'template');
  }, 120000, 500);
  await system.control('DELETE', '/control/ai');
  assert.equal(lied.versions.at(-1).passed, true);
  assert.deepEqual(lied.versions.slice(0, -1).map((v) => v.passed), [false, false]);
  const shop = await system.control('GET', '/control/products');
  assert.ok(!shop.some((product) => /arthritis|clinically/.test(product.descriptionHtml)));
});

test('STOP lets nothing be listed; afterwards it goes on by itself', { timeout: 120000 }, async () => {
  const [p] = await waiting(1);
  await system.cli('stop', 'trying it');
  await post(p.id, 'approve');
  const note = () => system.rows(`select 1 from product_event where product_id = ${p.id} and code = 'STOP'`).length;
  await until('it waits for STOP', note, 30000, 200);
  assert.equal(row(p.id).shop_gid, null);
  await system.cli('resume-all');
  await untilState(p.id, ['listed']);
});

test("a person's price reaches the shop; a rule is tried, then applied to all", { timeout: 180000 }, async () => {
  await settled();
  const [p] = inState('listed');
  const price = Math.ceil((p.price_minor * 1.1) / 100) * 100 - 1;
  await post(p.id, 'reprice', { price_minor: price });
  await mode('auto');
  await until('the shop has it', async () => (await atShop(p)).variants.some((v) => Math.round(v.price * 100) === price), 60000, 500);
  const { body: made } = await system.api('POST', '/api/v1/pricing-rules', { name: 'plus', kind: 'target_margin', spec: { target_ppm: 400000, endings: '100:99' } });
  const { body: preview } = await system.api('GET', `/api/v1/pricing-rules/${made.id}/preview?limit=500`);
  assert.equal(preview.products.length, inState('listed').length + inState('on_hold').length);
  await system.api('POST', `/api/v1/pricing-rules/${made.id}/activate`, {});
  await until('all are asked', () => system.rows("select 1 from product where next_job = 'product.reprice'").length === 0, 90000, 500);
  const moved = preview.products.filter((was) => row(was.id).price_minor !== was.old?.minor);
  const asked = system.rows("select 1 from proposal where kind = 'product.price' and state = 'open'");
  assert.ok(moved.length + asked.length > 0, 'a rule for another margin changes prices, or asks');
  await system.api('POST', `/api/v1/pricing-rules/${made.id}/deactivate`, {});
});

test('what runs out at the supplier is not sold any more', { timeout: 120000 }, async () => {
  const p = await until('one is listed', () => inState('listed')[0], 60000, 500);
  for (const v of system.rows(`select vid from variant where product_id = ${p.id}`)) {
    await system.control('POST', `/control/cj/variants/${v.vid}`, { stock: 0 });
  }
  await until('quantity 0', async () => (await atShop(p)).variants.every((v) => v.quantity === 0), 90000, 500);
});

test('unlisted means gone from the shop', { timeout: 120000 }, async () => {
  const p = await until('one is listed', () => inState('listed')[0], 60000, 500);
  await post(p.id, 'unlist', { reason: 'end of season' });
  await untilState(p.id, ['unlisted']);
  const shop = await system.control('GET', '/control/products');
  assert.ok(!shop.some((product) => product.handle === p.handle && product.live), 'not for sale');
});

test('the set-up of the store is checked, and doctor tells it', { timeout: 60000 }, async () => {
  await until('findings', () => system.rows('select 1 from setup_finding').length > 0, 30000, 500);
  const findings = JSON.parse(await system.cli('doctor', '--json'));
  assert.ok(findings.some((f) => f.check === 'store' && f.level === 'ok'));
  assert.deepEqual(findings.filter((f) => f.level === 'bad'), []);
});

test('a worker killed in the middle of it all leaves no twin and nothing half listed', { timeout: 240000 }, async () => {
  await system.control('POST', '/control/faults', { service: 'shopify', operation: '*', kind: 'drop', rate: 0.1 });
  await mode('auto');
  for (let i = 0; i < 3; i += 1) {
    await until('something is on its way', () => inState('publishing').length > 0, 60000, 20);
    await system.program('worker0').kill('SIGKILL');
    system.program('worker0').start();
  }
  await system.control('DELETE', '/control/faults');
  await settled();
});
