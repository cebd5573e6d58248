// Products, proposals and running a flow over REST: what is shown, what a person's word does, and what it does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, beforeEach, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('products', 3); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.sql(`truncate product, variant, supplier_snapshot, product_event, listing_text, ai_call, proposal, outbox, audit, effect, setting
    restart identity cascade`);
  api.redis('FLUSHDB');
});

const ok = (...call) => api.ok(...call);
const refused = (...call) => api.refused(...call);
const literal = (value) => (value === null ? 'null' : typeof value === 'object' ? `'${JSON.stringify(value).replaceAll("'", "''")}'` : `'${String(value).replaceAll("'", "''")}'`);
function product(more = {}) {
  const row = { pid: `17000000000000${Math.floor(Math.random() * 1e5)}`, name: 'Desk lamp', state: 'approval', shop_currency: 'USD', ...more };
  return Number(api.sql(`insert into product (${Object.keys(row)}) values (${Object.values(row).map(literal)}) returning id`));
}
const texts = { title: 'Desk lamp with arm', description_html: '<p>A lamp.</p>', seo_title: 'Desk lamp', meta_description: 'A lamp for the desk.', tags: ['lamp'], alt_texts: ['A lamp'] };
function text(id, version = 1, more = {}) {
  const row = { product_id: id, version, made_by: 'template', ...texts, facts: ['Material: steel'], checks: { passed: true, failed: [] }, list_version: 'w1', ...more };
  api.sql(`insert into listing_text (${Object.keys(row)}) values (${Object.values(row).map(literal)})`);
}
const counts = (id) => api.rows(`select (select count(*) from product_event where product_id = ${id}) as events,
  (select count(*) from audit) as audit, (select count(*) from outbox) as jobs, (select count(*) from listing_text where product_id = ${id}) as texts`)[0];
const row = (id) => api.rows(`select * from product where id = ${id}`)[0];
const post = (id, verb, body, scope = 'operate') => ok('POST', `/api/v1/products/${id}/${verb}`, { scope, body });

async function pages(query) {
  const seen = [];
  let cursor = '';
  for (let page = 0; page < 30; page += 1) {
    const body = await ok('GET', `/api/v1/products?limit=7&${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...body.products);
    cursor = body.next;
    if (cursor === null) return seen;
  }
  throw new Error('pages without end');
}

test('products are paged by age and by opportunity, each exactly once', async () => {
  for (let n = 1; n <= 40; n += 1) product({ name: `P${n}`, state: n % 2 ? 'found' : 'listed', opportunity_e4: n % 4 === 0 ? null : (n % 5) * 1000 - 2000 });
  const newest = await pages('sort=newest');
  assert.deepEqual(newest.map((p) => p.id), Array.from({ length: 40 }, (_, i) => 40 - i));
  const best = await pages('sort=opportunity');
  assert.equal(new Set(best.map((p) => p.id)).size, 40);
  const wanted = api.rows('select id from product order by opportunity_e4 desc nulls last, id').map((p) => p.id);
  assert.deepEqual(best.map((p) => p.id), wanted);
  assert.deepEqual((await pages('sort=opportunity&state=listed')).map((p) => p.id), wanted.filter((id) => id % 2 === 0));
  assert.deepEqual((await ok('GET', '/api/v1/products?limit=1')).counts, { found: 20, listed: 20 });
});

test('products are filtered by state, trend, category, text and score', async () => {
  const lamp = product({ pid: '1701', name: 'Desk LAMP 100% steel', category_id: 'c1', category: 'Lamps', label: 'RISING', score_e4: 825000, landed_minor: 1355, price_minor: 2299, margin_minor: 718, margin_ppm: 312300 });
  const brush = product({ pid: '1702', name: 'Brush', category_id: 'c2', category: 'Pets', label: 'FALLING', score_e4: 175000, state: 'rejected', decision_rule: 'MARGIN', decision_text: '8.07 % < 30 %' });
  const none = product({ pid: '1703', name: 'Bottle', state: 'found' });
  const ids = async (query) => (await ok('GET', `/api/v1/products?${query}`)).products.map((p) => p.id);
  assert.deepEqual(await ids('state=rejected'), [brush]);
  assert.deepEqual(await ids('label=RISING'), [lamp]);
  assert.deepEqual(await ids('category=c1'), [lamp]);
  assert.deepEqual(await ids('category=pets'), [brush]);
  assert.deepEqual(await ids('q=lamp%20100%25'), [lamp]);
  assert.deepEqual(await ids('q=%25'), [lamp], 'a percent sign is a percent sign');
  assert.deepEqual(await ids('q=1702'), [brush]);
  assert.deepEqual(await ids('score_min=17'), [brush, lamp]);
  assert.deepEqual(await ids('score_min=18'), [lamp]);
  assert.deepEqual(await ids('score_min=0'), [none, brush, lamp]);
  const [shown] = (await ok('GET', '/api/v1/products?q=lamp')).products;
  assert.equal(shown.score, 82.5);
  assert.deepEqual([shown.landed, shown.price, shown.margin, shown.margin_ppm], [{ minor: 1355, currency: 'USD' }, { minor: 2299, currency: 'USD' }, { minor: 718, currency: 'USD' }, 312300]);
  const [bare] = (await ok('GET', '/api/v1/products?q=bottle')).products;
  for (const unknown of ['score', 'landed', 'price', 'margin', 'margin_ppm', 'label', 'stock']) assert.equal(bare[unknown], null, unknown);
});

test('a product shows decision, variants, snapshots, texts, calls, effects, proposals and steps', async () => {
  const id = product({ pid: '1381165148174716928', handle: 'desk-lamp', shop_gid: 'gid://shopify/Product/77', state: 'listed', decision: { verdict: 'pass', markets: [] }, detail: { material: 'steel' }, listed_at: '2026-11-20T10:00:00Z', listed_version: 1 });
  text(id);
  text(id, 2, { made_by: 'cli:anna', title: 'Lamp <script>' });
  api.sql(`insert into variant (product_id, vid, sku, name, cost_minor, stock, price_minor, shop_currency) values (${id}, 'v1', 'S-1', 'Black', 850, 210, 2299, 'USD');
    insert into supplier_snapshot (product_id, day, listed_num, price_min_minor) values (${id}, current_date, 198, 850), (${id}, current_date - 1, 190, 850), (${id}, current_date - 400, 1, 1);
    insert into ai_call (task, subject, provider, model, status) values ('listing', 'product:${id}', 'openai', 'm', 'OK'), ('listing', 'product:9${id}', 'openai', 'm', 'OK');
    insert into effect (key, kind, subject, intent, state) values ('shopify.product_set:${id}', 'shopify.product_set', 'product:${id}', '{}', 'done');
    insert into proposal (kind, subject, text) values ('product.price', 'product:${id}', 'New price');
    insert into product_event (product_id, step, text, who) values (${id}, 'found', 'Seen.', null), (${id}, 'approved', 'Yes.', 'cli:anna')`);
  for (const name of [id, '1381165148174716928', 'desk-lamp', encodeURIComponent('gid://shopify/Product/77')]) {
    const p = await ok('GET', `/api/v1/products/${name}`, { scope: 'read' });
    assert.equal(p.id, id);
    assert.deepEqual(p.decision, { verdict: 'pass', markets: [] });
    assert.deepEqual(p.facts, { material: 'steel' });
    assert.deepEqual(p.variants[0].cost, { minor: 850, currency: 'USD' });
    assert.equal(p.variants[0].landed, null);
    assert.deepEqual(p.snapshots.map((s) => s.listings), [190, 198]);
    assert.deepEqual(p.texts.map((t) => [t.version, t.title, t.checks.passed]), [[2, 'Lamp <script>', true], [1, texts.title, true]]);
    assert.equal(p.ai_calls.length, 1);
    assert.equal(p.effects[0].state, 'done');
    assert.equal(p.proposals[0].text, 'New price');
    assert.deepEqual(p.listing.text_version, 1);
    assert.deepEqual(p.events.map((e) => [e.step, e.who]), [['found', null], ['approved', 'cli:anna']]);
  }
  for (const name of ['999', 'nothing', '9223372036854775808', '0', '-1']) await refused(404, 'GET', `/api/v1/products/${name}`);
});

test('an approval goes to publishing with its job, once', async () => {
  const id = product();
  text(id);
  const now = await post(id, 'approve');
  assert.deepEqual([now.state, now.approved_by, now.next_job], ['publishing', 'key:operate', 'listing.publish']);
  await post(id, 'approve');
  assert.deepEqual(counts(id), { events: 1, audit: 1, jobs: 1, texts: 1 });
  assert.deepEqual(api.rows('select event, job_type, queue, args from outbox')[0], { event: 'product.decided', job_type: 'listing.publish', queue: 'discovery', args: `[${id}]` });
  assert.deepEqual(api.rows('select who, action, subject from audit')[0], { who: 'key:operate', action: 'product.approved', subject: `product:${id}` });
  const bare = product();
  await refused(409, 'POST', `/api/v1/products/${bare}/approve`, {}, /no text yet/);
  for (const state of ['found', 'candidate', 'needs_data', 'rejected', 'assessed', 'writing', 'listed', 'on_hold', 'unlisting', 'unlisted', 'publishing']) {
    const other = product({ state });
    text(other);
    await refused(409, 'POST', `/api/v1/products/${other}/approve`, {}, new RegExp(state));
  }
});

test('an approval may carry texts of its own; what is left out stays', async () => {
  const id = product({ state: 'needs_review' });
  text(id);
  await post(id, 'approve', { texts: { title: 'Lamp for the desk', tags: ['lamp', 'desk'] } });
  const [newest] = api.rows(`select * from listing_text where product_id = ${id} order by version desc`);
  assert.deepEqual([newest.version, newest.made_by, newest.title, newest.tags, newest.description_html, newest.facts], [2, 'key:operate', 'Lamp for the desk', ['lamp', 'desk'], texts.description_html, ['Material: steel']]);
  assert.deepEqual(newest.checks, { passed: null, failed: [] });
  assert.deepEqual(counts(id), { events: 1, audit: 1, jobs: 1, texts: 2 });
  const bare = product();
  await refused(400, 'POST', `/api/v1/products/${bare}/approve`, { body: { texts: { title: 'only this' } } }, /no text yet/);
  await post(bare, 'approve', { texts });
  assert.equal(api.rows(`select version, title from listing_text where product_id = ${bare}`)[0].title, texts.title);
});

test('a rejection is for good, keeps the numbers, and is said once', async () => {
  const id = product({ decision: { verdict: 'pass', target_ppm: 300000 }, decision_rule: 'PASSED' });
  const now = await post(id, 'reject', { reason: 'Überall dasselbe "Ding"' });
  assert.deepEqual([now.state, now.decision_rule, now.decision_text, now.decided_by, now.next_job], ['rejected', 'PERSON', 'Überall dasselbe "Ding"', 'key:operate', null]);
  assert.deepEqual(row(id).decision, { verdict: 'rejected', rule: 'PERSON', text: 'Überall dasselbe "Ding"', who: 'key:operate', target_ppm: 300000 });
  await post(id, 'reject', { reason: 'Überall dasselbe "Ding"' });
  assert.deepEqual(counts(id), { events: 1, audit: 1, jobs: 0, texts: 0 });
  const byRule = product({ state: 'rejected', decision_rule: 'MARGIN', decided_by: 'rule:MARGIN' });
  await post(byRule, 'reject', { reason: 'never' });
  assert.equal(row(byRule).decided_by, 'key:operate');
  for (const state of ['publishing', 'listed', 'on_hold', 'unlisting']) await refused(409, 'POST', `/api/v1/products/${product({ state })}/reject`, { body: { reason: 'x' } }, /unlist/);
  for (const state of ['found', 'candidate', 'needs_data', 'assessed', 'writing', 'needs_review', 'unlisted']) {
    assert.equal((await post(product({ state, next_job: 'product.assess' }), 'reject', { reason: 'x' })).next_job, null);
  }
});

test('an edit makes a version; a live product is published again', async () => {
  const id = product();
  text(id);
  const now = await post(id, 'edit', { texts: { title: 'New' } });
  assert.deepEqual([now.state, now.text_version, now.next_job], ['approval', 2, null]);
  await post(id, 'edit', { texts: { title: 'New' } });
  assert.deepEqual(counts(id), { events: 1, audit: 1, jobs: 0, texts: 2 });
  await post(id, 'edit', { texts: { tags: ['lamp', 'x'] } });
  await post(id, 'edit', { texts: { tags: ['lamp'] } });
  assert.equal(counts(id).texts, 4, 'a shorter list is another text');
  const live = product({ state: 'listed', shop_gid: 'g1' });
  text(live);
  const republished = await post(live, 'edit', { texts: { description_html: '<p>Line one</p>\n<p>two</p>' } });
  assert.deepEqual([republished.state, republished.next_job], ['publishing', 'listing.publish']);
  for (const state of ['found', 'rejected', 'writing', 'publishing', 'unlisting', 'unlisted']) await refused(409, 'POST', `/api/v1/products/${product({ state })}/edit`, { body: { texts } });
});

test('texts of a wrong form change nothing', async () => {
  const id = product();
  text(id);
  const wrong = [{}, { title: '' }, { title: 5 }, { title: null }, { titel: 'x' }, { title: 'x'.repeat(256) }, { title: 'a\nb' }, { title: 'a\u0007b' }, { tags: 'lamp' }, { tags: [5] }, { tags: [''] },
    { tags: Array(51).fill('t') }, { tags: { a: 1 } }, { alt_texts: ['x'.repeat(513)] }, { description_html: 'x'.repeat(32769) }, { meta_description: ['x'] }, { product_id: 5 }, { checks: { passed: true } },
    { title: 'good', made_by: 'openai:m' }];
  for (const body of wrong) {
    await refused(400, 'POST', `/api/v1/products/${id}/edit`, { body: { texts: body } });
    await refused(400, 'POST', `/api/v1/products/${id}/approve`, { body: { texts: body } });
  }
  for (const body of [{ texts: [] }, { texts: 'x' }, { texts: null }, { texts: 1 }, {}, { title: 'x' }]) await refused(400, 'POST', `/api/v1/products/${id}/edit`, { body });
  await refused(400, 'POST', `/api/v1/products/${id}/edit`, { body: '{"texts":{"title":"a\\u0000b"}}', headers: { 'content-type': 'application/json' } });
  assert.deepEqual(counts(id), { events: 0, audit: 0, jobs: 0, texts: 1 });
  assert.equal(row(id).state, 'approval');
});

test('a live product is taken out of the shop, once', async () => {
  for (const state of ['listed', 'on_hold', 'publishing']) {
    const id = product({ state });
    const before = counts(id);
    const now = await post(id, 'unlist', { reason: 'seasonal' });
    assert.deepEqual([now.state, now.next_job], ['unlisting', 'listing.unlist']);
    await post(id, 'unlist');
    assert.equal(counts(id).events, 1);
    assert.equal(counts(id).jobs, before.jobs + 1);
    assert.match(api.rows(`select text from product_event where product_id = ${id}`)[0].text, /seasonal/);
  }
  await refused(409, 'POST', `/api/v1/products/${product({ state: 'approval' })}/unlist`, {}, /not at the shop/);
  const returned = product({ state: 'needs_review', shop_gid: 'gid://shopify/Product/88' });
  await refused(409, 'POST', `/api/v1/products/${returned}/reject`, { body: { reason: 'x' } }, /unlist/);
  assert.equal((await post(returned, 'unlist')).state, 'unlisting', 'a draft that was left at the shop is taken out');
});

test('a product is priced anew by the rules, or at a price that is remembered', async () => {
  const id = product({ state: 'listed' });
  await post(id, 'reprice');
  assert.equal(row(id).next_job, 'product.reprice');
  api.sql(`insert into proposal (kind, subject, text, detail) values ('product.price', 'product:${id}', 'old wish', '{"price_minor":5}')`);
  await post(id, 'reprice', { price_minor: 2499 });
  assert.deepEqual(api.rows('select args from outbox order by id').map((r) => r.args), [`[${id}]`, `[${id}, "now", 2499]`]);
  assert.deepEqual(api.rows('select state, decided_by, detail from proposal order by id'), [
    { state: 'withdrawn', decided_by: 'key:operate', detail: { price_minor: 5 } },
    { state: 'accepted', decided_by: 'key:operate', detail: { price_minor: 2499, currency: 'USD' } }]);
  assert.match(api.rows(`select text from product_event where product_id = ${id} order by id desc`)[0].text, /24\.99 USD/);
  for (const price of [0, -1, 1.5, '2499', 100000001, null]) await refused(400, 'POST', `/api/v1/products/${id}/reprice`, { body: { price_minor: price } });
  await refused(409, 'POST', `/api/v1/products/${product()}/reprice`, { body: { price_minor: 2499 } });
});

test('proposals are listed, accepted with their job, rejected with a reason, each once', async () => {
  const id = product({ state: 'on_hold', name: 'Mat' });
  const propose = (kind, detail = {}, subject = `product:${id}`) => Number(api.sql(`insert into proposal (kind, subject, text, detail) values ('${kind}', '${subject}', 'Do it?', '${JSON.stringify(detail)}') returning id`));
  const price = propose('product.price', { price_minor: 2999 });
  const listed = (await ok('GET', '/api/v1/proposals', { scope: 'read' })).proposals;
  assert.deepEqual(listed.map((p) => [p.id, p.name, p.state]), [[price, 'Mat', 'open']]);
  const yes = await ok('POST', `/api/v1/proposals/${price}/accept`, { scope: 'operate' });
  assert.deepEqual([yes.state, yes.decided_by], ['accepted', 'key:operate']);
  await ok('POST', `/api/v1/proposals/${price}/accept`, { scope: 'operate' });
  assert.deepEqual(api.rows('select job_type, args from outbox'), [{ job_type: 'product.reprice', args: `[${id}, "now", 2999]` }]);
  assert.equal(row(id).next_job, 'product.reprice');
  await refused(409, 'POST', `/api/v1/proposals/${price}/reject`, { body: { reason: 'late' } }, /accepted already/);
  const next = propose('product.price', { price_minor: 10 });
  const no = await ok('POST', `/api/v1/proposals/${next}/reject`, { scope: 'operate', body: { reason: 'too cheap' } });
  assert.deepEqual([no.state, no.reason], ['rejected', 'too cheap']);
  await ok('POST', `/api/v1/proposals/${next}/reject`, { scope: 'operate', body: { reason: 'too cheap' } });
  assert.equal(api.rows('select 1 from outbox').length, 1);
  assert.equal(counts(id).events, 2);
  assert.deepEqual((await ok('GET', '/api/v1/proposals')).proposals, []);
  const rest = await ok('GET', '/api/v1/proposals?state=rejected&limit=1');
  assert.deepEqual(rest.proposals.map((p) => p.id), [next]);
  assert.deepEqual((await ok('GET', `/api/v1/proposals?state=accepted&kind=product.price&cursor=${next}`)).proposals.map((p) => p.id), [price]);
  const strange = propose('moon.buy');
  await refused(409, 'POST', `/api/v1/proposals/${strange}/accept`, {}, /moon\.buy/);
  await refused(409, 'POST', `/api/v1/proposals/${propose('product.hold', {}, 'order:1')}/accept`, {}, /order:1/);
  assert.equal(api.rows(`select state from proposal where id = ${strange}`)[0].state, 'open');
  await refused(404, 'POST', '/api/v1/proposals/99999/accept');
  for (const query of ['state=all', 'kind=A', 'limit=0', 'cursor=1-1', 'cursor=n', 'x=1']) await refused(400, 'GET', `/api/v1/proposals?${query}`);
  for (const target of ['0', '-1', 'x', '1.5', '9223372036854775808']) await refused(400, 'POST', `/api/v1/proposals/${target}/accept`);
  for (const body of [{}, { reason: '' }, { reason: 5 }, { reason: 'x'.repeat(301) }]) await refused(400, 'POST', `/api/v1/proposals/${strange}/reject`, { body });
});

test('bad queries and bodies are refused and change nothing', async () => {
  const id = product();
  const stored = api.stored();
  for (const query of ['state=live', 'state=LISTED', 'label=rising', 'label=', 'score_min=-1', 'score_min=101', 'score_min=8.5', 'sort=age', 'limit=0', 'limit=201', 'cursor=', 'cursor=-', 'cursor=n', 'cursor=1-2',
    'cursor=n-1', 'cursor=1-1-1', 'sort=opportunity&cursor=5', 'sort=opportunity&cursor=n-', 'sort=opportunity&cursor=-5', 'sort=opportunity&cursor=nn-5', 'sort=opportunity&cursor=99999999999999999999-5', 'sort=opportunity&cursor=1-0', 'q=%00', 'category=', 'page=2']) {
    await refused(400, 'GET', `/api/v1/products?${query}`);
  }
  for (const q of ["'; drop table product; --", '\\', '$1', '<script>']) assert.deepEqual((await ok('GET', `/api/v1/products?q=${encodeURIComponent(q)}`)).products, []);
  for (const verb of ['approve', 'reject', 'edit', 'unlist', 'reprice']) {
    await refused(403, 'POST', `/api/v1/products/${id}/${verb}`, { scope: 'read', body: {} });
    await refused(400, 'POST', `/api/v1/products/${id}/${verb}`, { body: { force: true } });
    await refused(405, 'GET', `/api/v1/products/${id}/${verb}`);
    for (const name of ['%00', 'a%20b', '%2e%2e%3b', 'x'.repeat(256)]) await refused(400, 'POST', `/api/v1/products/${name}/${verb}`);
  }
  for (const body of [{}, { reason: '' }, { reason: 'a\nb' }, { reason: ['x'] }, { reason: 'x'.repeat(301) }]) await refused(400, 'POST', `/api/v1/products/${id}/reject`, { body });
  await refused(404, 'POST', '/api/v1/products/999999/reject', { body: { reason: 'x' } });
  assert.equal(api.stored(), stored, 'nothing was written');
});

test('while a job works on a product, a person is asked to wait', async () => {
  const id = product();
  text(id);
  const holder = spawn('psql', ['-XqAt', '-d', api.databaseUrl]);
  holder.stdout.setEncoding('utf8');
  let said = '';
  holder.stdout.on('data', (chunk) => { said += chunk; });
  holder.stdin.write(`select pg_try_advisory_lock(hashtextextended('product:${id}', 0));\n`);
  try {
    await until('the lock is held', () => said.trim() === 't');
    const answer = await api.call('POST', `/api/v1/products/${id}/approve`);
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    assert.equal(row(id).state, 'approval');
  } finally {
    holder.stdin.end();
    await new Promise((resolve) => holder.on('exit', resolve));
  }
  await post(id, 'approve');
});

test('a flow is run now, once at a time, and not while it is off', async () => {
  const run = await ok('POST', '/api/v1/flows/discovery/run', { scope: 'operate' });
  assert.deepEqual([run.type, run.queue, run.duplicate], ['discovery.scan', 'discovery', false]);
  const again = await ok('POST', '/api/v1/flows/discovery/run', { scope: 'operate' });
  assert.deepEqual([again.jid, again.duplicate], [run.jid, true]);
  assert.equal(api.redis('LLEN', 'queue:discovery'), '1');
  assert.deepEqual(api.rows('select who, action, subject from audit'), [{ who: 'key:operate', action: 'flow.run', subject: 'flow:discovery' }]);
  api.sql("insert into setting (name, value, updated_by) values ('flow.discovery', 'off', 'test')");
  await refused(409, 'POST', '/api/v1/flows/discovery/run', {}, /off/);
  assert.equal((await ok('POST', '/api/v1/flows/fulfillment/run')).type, 'orders.check');
  await refused(400, 'POST', '/api/v1/flows/sales/run');
  await refused(403, 'POST', '/api/v1/flows/discovery/run', { scope: 'read' });
});

test('a setting may hold a text as long as its rule says', async () => {
  const hosts = Array.from({ length: 24 }, (_, i) => `images${i}.example.org`).join(',');
  assert.equal((await ok('PUT', '/api/v1/settings', { body: { name: 'listing.image_hosts', value: hosts } })).value, hosts);
  assert.equal((await ok('GET', '/api/v1/settings')).settings.find((s) => s.name === 'listing.image_hosts').value, hosts);
  assert.equal((await ok('PUT', '/api/v1/settings', { body: { name: 'discovery.keywords', value: '' } })).value, '');
  await refused(400, 'PUT', '/api/v1/settings', { body: { name: 'listing.image_hosts', value: 'x'.repeat(512) } });
  await refused(400, 'PUT', '/api/v1/settings', { body: { name: 'listing.vendor', value: 'x'.repeat(101) } });
});

test('the description names every route with its fields', async () => {
  const { body: yaml } = await api.call('GET', '/openapi.yaml', { scope: null });
  for (const path of ['/products', '/products/{id}', '/products/{id}/approve', '/products/{id}/reject', '/products/{id}/edit', '/products/{id}/unlist', '/products/{id}/reprice', '/proposals', '/proposals/{id}/accept', '/proposals/{id}/reject', '/flows/{name}/run']) {
    assert.ok(yaml.includes(`"/api/v1${path}":`), path);
  }
  assert.match(yaml, /texts:\n.*\n\s+allOf: \[\{ \$ref: "#\/components\/schemas\/ListingTexts" \}\]/);
});

test('status tells discovery and the points of today', async () => {
  product({ state: 'listed' });
  api.redis('HSET', 'dropship:limit:cj:points', 'day', String(Math.floor(Date.now() / 86400000)), 'used', '120');
  const status = await ok('GET', '/api/v1/status', { scope: 'read' });
  assert.deepEqual(status.points, { cj: { used: 120, of: 50000 } });
  assert.deepEqual([status.discovery.products, status.discovery.run, status.discovery.ai.calls], [{ listed: 1 }, null, 0]);
  assert.ok(status.flows.some((flow) => flow.name === 'discovery' && flow.mode === 'approve'));
  api.redis('SET', 'dropship:limit:cj:points', 'odd');
  const odd = await ok('GET', '/api/v1/status');
  assert.equal(odd.points, null);
  assert.deepEqual(odd.problems, ['The points cannot be read just now.']);
});
