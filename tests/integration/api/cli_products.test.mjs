// The commands about products, proposals, duties and discovery, run as a person or a script runs them, against real servers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { commands, keys, psql, server } from './cli_support.mjs';

const name = `cli_products_${process.pid}`;
const { run, human, json, refused, sql } = commands(Object.assign(new URL(server), { pathname: `/${name}` }).href);
const rows = (query) => JSON.parse(sql(`select coalesce(json_agg(x), '[]') from (${query}) x`));
const literal = (value) => (value === null ? 'null' : typeof value === 'object' ? `'${JSON.stringify(value).replaceAll("'", "''")}'` : `'${String(value).replaceAll("'", "''")}'`);
let made = 0;
function product(more = {}) {
  const row = { pid: `1701${(made += 1)}`, name: 'Desk lamp', state: 'approval', shop_currency: 'USD', ...more };
  return Number(sql(`insert into product (${Object.keys(row)}) values (${Object.values(row).map(literal)}) returning id`));
}
const texts = { title: 'Desk lamp with arm', description_html: '<p>A lamp.</p>', seo_title: 'Desk lamp', meta_description: 'A lamp for the desk.', tags: ['lamp'], alt_texts: ['A lamp'] };
function text(id, version = 1, more = {}) {
  const row = { product_id: id, version, made_by: 'template', ...texts, facts: ['Material: steel'], checks: { passed: true, failed: [] }, list_version: 'w1', ...more };
  sql(`insert into listing_text (${Object.keys(row)}) values (${Object.values(row).map(literal)})`);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dropship-texts-'));
function file(content) {
  const at = path.join(folder, 'texts.json');
  fs.writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
}

before(() => {
  psql(server, `create database ${name}`);
  assert.ok(json('migrate').applied >= 1);
});
after(() => {
  psql(server, `drop database ${name} with (force)`);
  fs.rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sql(`truncate product, variant, supplier_snapshot, product_event, listing_text, ai_call, proposal, outbox, audit, effect, setting, discovery_run,
    setup_finding, pricing_rule, discovery_day restart identity cascade; delete from duty_rule where dest <> 'EU'`);
  keys('FLUSHDB');
});

// The first vector of the formulas, as the assessment stores it.
const decision = {
  verdict: 'pass', rule: 'PASSED', text: 'Every check passed.', todo: null, currency: 'USD', pricing: { id: 0, name: 'settings', kind: 'target_margin' },
  target_ppm: 300000, least_margin_minor: 500, return_ppm: 60000, demand: { source: 'listings_per_day', listings_per_day_e2: 350 },
  gate: [{ rule: 'MARGIN', passed: true, value: 312300, limit: 300000, unit: 'ppm', text: '31.23 % and at least 30 %' }],
  markets: [{ country: 'US', tax_mode: 'exclusive', tax_ppm: 0, fee_ppm: 29000, fee_fixed_minor: 30, return_cost_minor: 250, salvage_ppm: 300000,
    quote: { method: 'CJPacket', days_min: 7, days_max: 12, quoted_at: '2026-11-20T10:00:00Z' }, duty: { fixed_minor: 0, currency: 'USD', ad_valorem_ppm: 100000, hs6: '940520' } }],
  variants: [
    { vid: 'v1', name: 'Black', stock: 210, offered: true, rule: null, markets: [{ country: 'US', goods_minor: 850, shipping_minor: 420, duty_minor: 85, import_tax_minor: 0, broker_minor: 0, fx_minor: 0,
      landed_minor: 1355, price_minor: 2299, net_minor: 2299, charged_minor: 2299, fee_minor: 97, reserve_minor: 129, margin_minor: 718, margin_ppm: 312300, basic_ppm: 447600 }] },
    { vid: 'v2', name: 'White', stock: 3, offered: false, rule: 'STOCK', text: '3 in stock, at least 20 are wanted', markets: [] }],
  worst: { vid: 'v1', country: 'US' },
};

test('product prints the whole sum, the checks, the texts, the stock and the timeline', () => {
  const id = product({ state: 'listed', decision, decision_rule: 'PASSED', decision_text: 'Every check passed.', landed_minor: 1355, price_minor: 2299, margin_minor: 718, margin_ppm: 312300, label: 'RISING', score_e4: 598999, handle: 'desk-lamp' });
  text(id, 1, { checks: { passed: false, failed: [{ rule: 'BRAND', field: 'title', text: 'a brand name' }] } });
  sql(`insert into variant (product_id, vid, sku, name, cost_minor, stock, shop_quantity) values (${id}, 'v1', 'S-1', 'Black', 850, 210, 205);
    insert into supplier_snapshot (product_id, day, listed_num) values (${id}, current_date, 198);
    insert into product_event (product_id, step, code, text) values (${id}, 'assessed', 'PASSED', 'Every check passed.');
    insert into effect (key, kind, subject, intent, state) values ('shopify.product_set:${id}', 'x', 'product:${id}', '{}', 'done')`);
  const out = human('product', 'desk-lamp');
  for (const line of [/shop price +22\.99 USD/, /margin +31\.23 %/, /score +59\.9\n/,  /goods +8\.50/, /\+ shipping +4\.20 +CJPacket, 7 to 12 days, quoted 2026-11-20/, /\+ duty +0\.85 +10\.00 % of the goods.*940520/,
    /= landed cost +13\.55/, /- payment fee +0\.97 +2\.90 % of what is charged, and 0\.30/, /- returns reserve +1\.29 +6\.00 % come back, each costs 2\.50/, /= contribution +7\.18 +31\.23 %; wanted are 30\.00 % and 5\.00/,
    /Black +US +8\.50 +4\.20 +0\.85.* 7\.18 +31\.23 %/, /White +3 +STOCK +3 in stock/, /MARGIN +yes +312300 +300000 +ppm/, /BRAND +title +a brand name/, /S-1 +Black/, /description\n +<p>A lamp\.<\/p>/,
    /shopify\.product_set:\d+ +done/, /assessed +PASSED/, /198/]) assert.match(out, line);
  const all = json('product', id);
  assert.deepEqual(all.decision, decision);
  assert.equal(all.texts[0].title, texts.title);
});

test('a product without numbers shows dashes and says what is missing', () => {
  const id = product({ state: 'needs_data', decision_rule: 'NO_QUOTE', decision_text: 'No shipping method to US.', decision: { verdict: 'needs_data', gate: [{ rule: 'NO_QUOTE', passed: false, value: null, limit: null, unit: '', text: 'none' }] } });
  const out = human('product', id);
  assert.match(out, /NO_QUOTE/);
  assert.match(out, /no variant could be summed up/);
  assert.match(out, /NO_QUOTE +no +— +—/);
  assert.match(human('product', product({ state: 'found' })), /not assessed yet/);
  const negative = structuredClone(decision);
  Object.assign(negative.variants[0].markets[0], { margin_minor: -167, margin_ppm: -101300, duty_minor: null });
  const loss = human('product', product({ decision: negative }));
  assert.match(loss, /= contribution +-1\.67 +-10\.13 %/);
  assert.match(loss, /\+ duty +—/);
  refused(1, /no product/, 'product', '999');
});

test('what suppliers and models write moves no cursor', () => {
  const id = product({ name: 'Lamp \u001b[31m red', decision_text: 'a\u009bb' });
  text(id, 1, { description_html: 'x\u001b[2Jy\u009bz\nnext' });
  for (const out of [human('product', id), human('products')]) assert.doesNotMatch(out, /[\u001b\u009b]/);
});

test('products are listed with counts, filters and pages', () => {
  for (let n = 1; n <= 5; n += 1) product({ name: `P${n}`, state: n % 2 ? 'found' : 'listed', score_e4: n * 100000, opportunity_e4: n });
  assert.match(human('products'), /^found 3 {2}listed 2 {2}\n/);
  assert.deepEqual(json('products', '--state', 'listed').products.map((p) => p.name), ['P4', 'P2']);
  assert.deepEqual(json('products', '--sort', 'opportunity', '--score', '30').products.map((p) => p.name), ['P5', 'P4', 'P3']);
  const page = json('products', '--limit', '2');
  assert.deepEqual(json('products', '--limit', '2', '--after', page.next).products.map((p) => p.name), ['P3', 'P2']);
  assert.match(human('products', '--limit', '2'), /--after \d+/);
  for (const words of [['--state', 'live'], ['--label', 'UP'], ['--sort', 'age'], ['--score', '101'], ['--limit', '0'], ['--after', 'x'], ['--limit', '501']]) refused(2, /./, 'products', ...words);
});

test('a person approves, with texts of his own, rejects, edits, unlists and reprices', () => {
  const id = product();
  text(id);
  assert.match(human('product-approve', id, '--texts', file({ title: 'Own title' })), /approved: its texts are checked once more/);
  assert.match(human('product-approve', id), /so already/);
  assert.deepEqual(rows('select job_type, args from outbox'), [{ job_type: 'listing.publish', args: `[${id}]` }]);
  assert.equal(rows(`select title, made_by from listing_text where product_id = ${id} and version = 2`)[0].made_by, 'cli:anna');
  const other = product();
  text(other);
  assert.equal(json('product-edit', other, file({ tags: ['a'] })).text_version, 2);
  assert.equal(run(['product-edit', String(other), '-', '--json'], {}, '{"tags":["b"]}').status, 0);
  assert.equal(json('product-reject', other, 'not for us').decision_text, 'not for us');
  sql(`update product set state = 'listed' where id = ${id}`);
  assert.match(human('product-reprice', id), /by the rules/);
  assert.match(human('product-reprice', id, '24.99'), /gets this price/);
  assert.equal(rows("select args from outbox where job_type = 'product.reprice' order by id desc limit 1")[0].args, `[${id}, "now", 2499]`);
  assert.equal(json('product-unlist', id, 'seasonal').state, 'unlisting');
  assert.deepEqual(rows('select distinct who from audit'), [{ who: 'cli:anna' }]);
  refused(1, /is unlisting/, 'product-reject', id, 'x');
  refused(1, /no product/, 'product-approve', '999');
  refused(2, /reason/, 'product-reject', other, '');
  for (const content of ['{', '[]', '{}', '{"titel":"x"}', `{"title":"${'x'.repeat(300000)}"}`]) refused(2, /./, 'product-edit', other, file(content));
  refused(2, /opened/, 'product-edit', other, '/no/such/file');
  for (const price of ['0', '-1', '24.999', 'much', '1e3']) refused(2, /./, 'product-reprice', id, price);
});

test('an approval says what really follows', () => {
  const follows = { off: /lists nothing/, dry_run: /lists nothing/, approve: /then it is listed/, auto: /then it is listed/ };
  for (const [mode, sentence] of Object.entries(follows)) {
    json('flow', 'discovery', mode);
    const id = product();
    text(id);
    assert.match(human('product-approve', id), sentence);
  }
  json('stop');
  const id = product();
  text(id);
  assert.match(human('product-approve', id), /STOP is on/);
});

test('proposals are listed and decided', () => {
  const id = product({ state: 'listed', name: 'Mat' });
  sql(`insert into proposal (kind, subject, text, detail) values ('product.price', 'product:${id}', '27.99 to 29.99', '{"price_minor":2999}')`);
  assert.match(human('proposals'), /product\.price +product:\d+ +Mat .*27\.99 to 29\.99/);
  assert.match(human('proposal-accept', '1'), /accepted\n/);
  assert.match(human('proposal-accept', '1'), /accepted already/);
  refused(1, /accepted already/, 'proposal-reject', '1', 'late');
  assert.deepEqual(json('proposals').proposals, []);
  assert.equal(json('proposals', '--state', 'accepted').proposals[0].decided_by, 'cli:anna');
  refused(2, /state/, 'proposals', '--state', 'maybe');
  refused(2, /whole number/, 'proposal-accept', 'x');
  refused(1, /no proposal/, 'proposal-accept', '77');
});

test('duties are entered with their first day and source; the one before ends', () => {
  json('duty', 'set', 'US', 'CN', '2025-08-29', '--percent', '30', '--source', 'first order');
  const rules = json('duty', 'set', 'US', 'CN', '2026-02-01', '--percent', '12.5', '--fixed', '1.50', '--max', '800', '--source', 'second order');
  assert.deepEqual(rules.filter((r) => r.dest === 'US').map((r) => [r.valid_from, r.valid_to, r.ad_valorem_ppm, r.fixed, r.max_value]), [
    ['2025-08-29', '2026-01-31', 300000, { minor: 0, currency: 'USD' }, null],
    ['2026-02-01', null, 125000, { minor: 150, currency: 'USD' }, { minor: 80000, currency: 'USD' }]]);
  const between = json('duty', 'set', 'US', 'CN', '2025-12-01', '--percent', '20', '--source', 'found later');
  assert.deepEqual(between.filter((r) => r.dest === 'US').map((r) => r.valid_to), ['2025-11-30', '2026-01-31', null]);
  const again = json('duty', 'set', 'US', 'CN', '2026-02-01', '--percent', '0', '--source', 'corrected');
  assert.deepEqual(again.filter((r) => r.dest === 'US').map((r) => r.ad_valorem_ppm), [300000, 200000, 0]);
  assert.match(human('duty'), /US +CN +2025-08-29 +2025-11-30 +0\.00 USD +30\.00 %/);
  assert.equal(sql("select count(*) from audit where action = 'duty.set'"), '4');
  for (const words of [['US', 'CN', '2026-02-30'], ['us', 'CN', '2026-02-01'], ['USA', 'CN', '2026-02-01'], ['US', 'CN', 'today']]) refused(2, /./, 'duty', 'set', ...words, '--percent', '1', '--source', 's');
  for (const words of [['--percent', '1'], ['--source', 's'], ['--percent', '501', '--source', 's'], ['--percent', '1844674407370955.17', '--source', 's'], ['--percent', '92233720368547758', '--source', 's'], ['--percent', '-1', '--source', 's'], ['--percent', '1.234', '--source', 's'], ['--fixed', '-1', '--source', 's'], ['--percent', '1', '--source', 's', '--currency', 'usd']]) {
    refused(2, /./, 'duty', 'set', 'US', 'CN', '2027-01-01', ...words);
  }
  refused(2, /number of arguments/, 'duty', 'set', 'US');
  refused(2, /no 'drop'/, 'duty', 'drop');
});

test('discovery is run once at a time, and not while it is off', () => {
  const first = json('discovery-run');
  assert.deepEqual([first.type, first.queue, first.duplicate], ['discovery.scan', 'discovery', false]);
  assert.match(human('discovery-run'), new RegExp(`under way already: ${first.jid}`));
  json('flow', 'discovery', 'off');
  refused(1, /off/, 'discovery-run');
});

test('status tells products, the last scan, and what text models cost today', () => {
  product({ state: 'listed' });
  product({ state: 'rejected' });
  sql(`insert into discovery_run (started_at, finished_at, searches, points, seen, added, candidates, problem) values (now() - interval '5 minutes', now(), 12, 600, 1200, 900, 20, 'page 3: throttled');
    insert into ai_call (task, provider, model, status, tokens_in, tokens_out, cost_micro) values ('listing', 'openai', 'm', 'OK', 1000, 500, 120000), ('listing', 'openai', 'x', 'OK', 10, null, null), ('listing', 'openai', 'm', 'REFUSED', null, null, null)`);
  keys('HSET', 'dropship:limit:cj:points', 'day', String(Math.floor(Date.now() / 86400000)), 'used', '5230');
  sql('insert into discovery_day (day, search_points, assess_points) values ((now() at time zone \'UTC\')::date, 4800, 420)');
  const { discovery, points } = json('status');
  assert.deepEqual(points, { cj: { used: 5230, of: 50000 } });
  assert.deepEqual(discovery.points_today, { search: 4800, assess: 420 });
  assert.deepEqual(discovery.products, { listed: 1, rejected: 1 });
  assert.equal(discovery.run.points, 600);
  assert.deepEqual(discovery.ai, { calls: 3, failed: 1, tokens: 1510, cost_micro: 120000, cost_unknown: 1 });
  const out = human('status');
  keys('HSET', 'dropship:limit:cj:points', 'day', '1', 'used', '777');
  assert.equal(json('status').points.cj.used, 0, 'yesterday counts for nothing');
  for (const line of [/products +rejected 1 +listed 1/, /last scan +5 min ago: 12 searches, 600 points, 1200 seen, 900 new, 20 candidates\n +page 3: throttled/, /searches 4800 +assessments 420/, /CJ points +5230 of 50000 used today/, /today: 3 calls, 1 failed, 1510 tokens, 0\.1200 USD and calls without/]) assert.match(out, line);
});

test('doctor tells whether products can be found, judged, written and listed', () => {
  const find = (pattern, extra) => JSON.parse(run(['doctor', '--json'], extra).stdout).filter((x) => pattern.test(`${x.check} ${x.text}`));
  const [ai] = find(/^ai /);
  assert.deepEqual([ai.level, /OPENAI_API_KEY/.test(ai.mend)], ['warn', true], 'templates do without a key');
  assert.equal(find(/^ai /, { OPENAI_API_KEY: 'sk-0000000000' })[0].level, 'ok');
  assert.equal(find(/^ai /, { AI_BASE_URL: 'http://127.0.0.1:9' })[0].level, 'warn', 'an own server needs the name of its model');
  json('settings', 'ai.provider', 'anthropic');
  assert.equal(find(/^ai /, { OPENAI_API_KEY: 'sk-0000000000' })[0].level, 'warn', 'a key of another provider does not help');
  assert.equal(find(/^ai /, { ANTHROPIC_API_KEY: 'sk-ant-0000000000' })[0].level, 'ok');
  const [duty] = find(/duty/);
  assert.deepEqual([duty.level, duty.mend], ['warn', 'dropship duty set US CN DAY --percent P --source WHERE']);
  json('duty', 'set', 'US', 'CN', '2026-01-01', '--percent', '10', '--source', 's');
  assert.equal(find(/duty/)[0].level, 'ok');
  json('settings', 'discovery.markets', 'US,DE,ZA');
  assert.deepEqual(find(/duty|market/).map((x) => x.level), ['ok', 'ok', 'bad'], 'the rule of the EU holds for DE');
  assert.match(find(/searched/)[0].text, /never/);
  sql("insert into discovery_run (started_at) values (now() - interval '1 day')");
  assert.equal(find(/searched/)[0].level, 'warn');
  assert.equal(find(/store/)[0].mend, 'dropship enqueue store.setup');
  sql(`insert into setup_finding (name, level, text, mend) values ('scope.write_products', 'fail', 'may not write products', 'grant write_products'), ('location', 'ok', 'one location', null)`);
  assert.deepEqual(find(/^store/).map((x) => [x.level, x.mend]), [['bad', 'grant write_products'], ['ok', null]]);
  json('settings', 'ai.provider', 'none');
  assert.equal(find(/^ai /)[0].level, 'ok');
  json('flow', 'discovery', 'off');
  assert.deepEqual(find(/^discovery/).map((x) => [x.level, x.text]), [['ok', 'the flow is off']]);
});

test('pricing rules are added, tried, activated and taken back', () => {
  const id = product({ state: 'listed', name: 'Mat', landed_minor: 1355, price_minor: 2299 });
  sql(`insert into variant (product_id, vid, sku, name, landed_minor, price_minor, shop_currency, shop_gid) values (${id}, 'v1', 'S-1', 'Black', 1355, 2299, 'USD', 'g1')`);
  assert.match(human('pricing'), /\(none\)\n1 products are live; without an active rule/);
  const rule = json('pricing', 'add', 'times 2.5', 'multiplier', '{"factor_e3":2500,"endings":"100:99"}').id;
  assert.match(human('pricing', 'add', 'times 2.5', 'multiplier', '{"factor_e3":2500,"endings":"100:99"}'), /there already/);
  assert.match(human('pricing', 'preview', 'times 2.5'), /Mat +22\.99 USD +33\.99 USD/);
  assert.equal(json('pricing', 'preview', rule).products[0].new.minor, 3399);
  assert.match(human('pricing', 'activate', 'times 2.5'), /is active; 1 live products get another price/);
  assert.match(human('pricing', 'activate', rule), /active already; 1 /);
  assert.match(human('pricing'), /times 2\.5 +multiplier +yes/);
  refused(1, /deactivate it first/, 'pricing', 'remove', rule);
  assert.equal(json('pricing', 'deactivate', rule).active, false);
  assert.equal(json('pricing', 'remove', rule).done, 'removed');
  refused(1, /no pricing rule/, 'pricing', 'activate', 'times 2.5');
  for (const words of [['x', 'multiplier', '{'], ['x', 'magic', '{}'], ['x', 'multiplier', '{"factor_e3":1}'], ['', 'multiplier', '{"factor_e3":2500}']]) refused(2, /./, 'pricing', 'add', ...words);
  refused(2, /number of arguments/, 'pricing', 'add', 'x');
});
