// The listing storm: discovery runs by itself while workers are killed, answers of the shop and the supplier get lost after the work
// was done, and the text models talk nonsense; until so many products are listed.  Then it heals, settles, and the sandbox's ledger
// says what is in the shop.
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { generator, sleep } from './generator.mjs';
import { ofShop, TextJudge } from './listing_texts.mjs';

// How often each is the next to be killed.
const TARGETS = ['worker0', 'worker0', 'worker0', 'worker1', 'worker1', 'worker1', 'scheduler0', 'redis', 'postgres'];
const PROVIDER_FAULTS = [
  { kind: 'drop', rate: 0.07 }, { kind: 'throttle', rate: 0.03 }, { kind: 'status', status: 500, after: true, rate: 0.02 },
  { kind: 'garbage', after: true, rate: 0.01 }, { kind: 'status', status: 503, rate: 0.01 }, { kind: 'delay', ms: 400, rate: 0.05 },
];
// Together about 30 %; `mixed` is every false text and every unusable answer in turn.
const AI_FAULTS = [
  { kind: 'mixed', rate: 0.24 }, { kind: 'filtered', rate: 0.015 }, { kind: 'commentary', rate: 0.015 }, { kind: 'large', rate: 0.01 },
  { kind: 'rate', rate: 0.01, retry_after: 1 }, { kind: 'error', rate: 0.01 }, { kind: 'overload', rate: 0.01 }, { kind: 'html', rate: 0.01 },
  { kind: 'error200', rate: 0.01 }, { kind: 'slow', ms: 700, rate: 0.01 }, { kind: 'drop', rate: 0.01 },
];
const WRONG_LISTS = ['twins', 'halfListed', 'orphans', 'doubledImages'];

const settingsFor = (count) => ({
  'flow.fulfillment': 'off', 'flow.discovery': 'off', 'discovery.scan_s': '20', 'discovery.pages': '2',
  'discovery.top': String(Math.min(1000, Math.ceil(1.5 * count) + 20)), 'listing.image_hosts': '127.0.0.1',
  'products.sweep_s': '5', 'stock.watch_s': '10', 'stock.hot_s': '60', 'stock.warm_s': '60', 'stock.cold_s': '60',
  'store.setup_s': '60', 'ai.tokens_per_day': '1000000000', 'ai.cost_per_day_micro': '1000000000000',
});

// ---- what goes wrong ----

// Postgres may be down at any moment of the storm; what is asked then is asked again.
const patiently = (what, work) => until(what, async () => ({ value: await work() }), 60000, 300).then(({ value }) => value);

async function kills(system, { over, random, log, flush }) {
  while (!over()) {
    const name = TARGETS[Math.floor(random() * TARGETS.length)];
    const victim = name === 'redis' || name === 'postgres' ? system[name] : system.program(name);
    await victim.kill('SIGKILL');
    log.push(`kill ${name}`);
    await sleep(100 + random() * 1200);
    await victim.start();
    await sleep(1500 + random() * 3500);
    if (flush && log.length === 12) {
      await until('FLUSHALL', () => system.redis.command('FLUSHALL') === 'OK', 60000, 200);
      log.push('FLUSHALL');
    }
  }
}

async function breakAll(system) {
  for (const service of ['shopify', 'cj']) {
    for (const fault of PROVIDER_FAULTS) await system.control('POST', '/control/faults', { service, operation: '*', ...fault });
  }
  for (const wrong of AI_FAULTS) await system.control('POST', '/control/ai', wrong);
  // One account runs out of money, once: the other provider takes over.
  await system.control('POST', '/control/ai', { kind: 'quota', service: 'openai', count: 1, rate: 0.02 });
}

// Ends all faults; gives how often each did its work.
async function healAll(system) {
  const faults = await system.control('GET', '/control/faults');
  await system.control('DELETE', '/control/faults');
  await system.control('DELETE', '/control/ai');
  await patiently('ai.provider is written again', () => system.cli('settings', 'ai.provider', 'auto'));
  return { faults };
}

// ---- until N are listed ----

const states = (system) => Object.fromEntries(system.rows('select state, count(*)::int as n from product group by 1').map((r) => [r.state, r.n]));
const atShop = (now) => (now.listed ?? 0) + (now.on_hold ?? 0);
const taken = (now) => atShop(now) + (now.publishing ?? 0) + (now.unlisting ?? 0);

// At most so many; what went on by itself meanwhile may have left fewer than none to approve.
export async function approve(system, count) {
  if (count <= 0) return;
  for (const { id } of system.rows(`select id from product where state = 'approval' order by id limit ${count}`)) {
    const { status, body } = await system.api('POST', `/api/v1/products/${id}/approve`, {});
    if (status >= 400 && status !== 409 && status < 500) throw new Error(`approve ${id}: ${status} ${JSON.stringify(body)}`);
  }
}

// By itself up to nearly the number; the last ones are let through one by one, so that it is that number, or the few more that were
// on their way already.  Gives how many are listed when it is over.
async function listExactly(system, least, { deadline, say }) {
  const slack = Math.max(10, Math.ceil(least / 5));
  let count = least;
  let auto = true;
  let told = 0;
  for (;;) {
    const now = await patiently('states of products', () => states(system));
    count = Math.max(count, taken(now));
    if (atShop(now) === count || Date.now() > deadline) return count;
    if (auto && taken(now) >= count - slack) {
      await patiently('approve mode', () => system.cli('flow', 'discovery', 'approve'));
      await patiently('a person pays the text model', () => system.cli('settings', 'ai.provider', 'auto'));
      await patiently('fewer candidates', () => system.cli('settings', 'discovery.top', String(slack)));
      auto = false;
    } else if (!auto && taken(now) < count) {
      await patiently('approvals', () => approve(system, count - taken(states(system))));
    }
    if (Date.now() - told > 15000) {
      told = Date.now();
      say(JSON.stringify(now));
    }
    await sleep(500);
  }
}

const leftOpen = (system) => system.rows("select kind, state, subject, error from effect where state not in ('done', 'failed') limit 10");

// Whatever was begun at the shop comes to its end.
async function settle(system, say) {
  const begun = () => system.rows("select 1 from product where state in ('publishing', 'unlisting')").length + leftOpen(system).length;
  await until('all that was begun has ended', () => begun() === 0, 60000, 500).catch((error) => say(error.message));
}

// ---- the judgement ----

const rowsOfShop = `select p.id, p.pid, p.handle, p.shop_gid, p.state, t.title,
    (select json_agg(json_build_object('sku', v.sku, 'vid', v.vid, 'gid', v.shop_gid, 'item', v.inventory_item_gid,
        'price', v.price_minor, 'quantity', v.shop_quantity, 'cost', v.cost_minor,
        'mapped', (select count(*) from variant_mapping m where m.shop_sku = v.sku and m.vid = v.vid
                   and m.shop_variant_gid = v.shop_gid and m.confirmed_at is not null)) order by v.sku)
     from variant v where v.product_id = p.id and v.shop_gid is not null) as variants,
    (select count(*) from product_event e where e.product_id = p.id and e.step = 'listed') as listings
  from product p left join listing_text t on t.product_id = p.id and t.version = p.listed_version where p.state in ('listed', 'on_hold')`;

// What differs between a row of the database and the product of the shop.
export function differences(row, shop) {
  const found = [];
  const expect = (what, ours, theirs) => {
    if (ours !== theirs) found.push(`${row.handle}: ${what} is ${theirs} in the shop, ${ours} in the database`);
  };
  if (!shop) return [`${row.handle} is not in the shop`];
  expect('live', true, shop.live);
  expect('id', row.shop_gid, shop.id);
  expect('title', row.title, shop.title);
  expect('listings in the timeline', 1, row.listings);
  const variants = row.variants ?? [];
  expect('SKUs', variants.map((v) => v.sku).sort().join(' '), shop.variants.map((v) => v.sku).sort().join(' '));
  for (const ours of variants) {
    const theirs = shop.variants.find((v) => v.sku === ours.sku) ?? {};
    expect(`${ours.sku} id`, ours.gid, theirs.id);
    expect(`${ours.sku} item`, ours.item, theirs.itemId);
    expect(`${ours.sku} price`, ours.price, Math.round(theirs.price * 100));
    expect(`${ours.sku} quantity`, ours.quantity, theirs.quantity);
    expect(`${ours.sku} cost`, ours.cost, Math.round(theirs.cost * 100));
    if (ours.mapped !== 1) found.push(`${ours.sku} has ${ours.mapped} confirmed mappings`);
    if (!(ours.price > ours.cost)) found.push(`${ours.sku} sells for ${ours.price} and costs ${ours.cost}`);
  }
  return found;
}

// The supplier's side: each SKU of the shop is a variant of this very product, and no more is for sale than there is.
function beyondSupply(judge, row) {
  const product = judge.supply.byPid(row.pid);
  return (row.variants ?? []).flatMap((v) => {
    const real = product?.variants.find((r) => r.sku === v.sku);
    if (!real) return [`${v.sku} is no variant of ${row.pid}`];
    if (real.vid !== v.vid) return [`${v.sku} is mapped to ${v.vid}, not ${real.vid}`];
    return v.quantity <= real.stock.CN ? [] : [`${v.sku}: ${v.quantity} for sale of ${real.stock.CN}`];
  });
}

// Drafts of products that went to a person (by review, or because the mode became approve), or out again, are known; any other
// was left behind.
function strayDrafts(system, drafts) {
  const known = system.rows("select handle from product where handle is not null and state in ('needs_review', 'approval', 'rejected', 'unlisted')");
  return drafts.filter((handle) => !known.some((row) => row.handle === handle)).map((handle) => `draft ${handle} that nobody knows of`);
}

async function judgeAll(system, count, texts) {
  const judge = await system.control('GET', '/control/judge/listings');
  const shop = (await system.control('GET', '/control/products')).filter((p) => !p.seeded);
  const byHandle = new Map(shop.map((p) => [p.handle, p]));
  const rows = system.rows(rowsOfShop);
  const pids = new Map(system.rows('select handle, pid from product where handle is not null').map((r) => [r.handle, r.pid]));
  const wrong = WRONG_LISTS.filter((name) => judge[name].length > 0).map((name) => `${name}: ${JSON.stringify(judge[name].slice(0, 5))}`);
  if (rows.length !== count) wrong.push(`${rows.length} of ${count} listed in the database`);
  if (judge.live !== count) wrong.push(`${judge.live} of ${count} live in the shop`);
  for (const row of rows) wrong.push(...differences(row, byHandle.get(row.handle)), ...beyondSupply(texts, row));
  for (const p of shop) wrong.push(...texts.faults(pids.get(p.handle), ofShop(p)).map((fault) => `text of ${p.handle}: ${fault}`));
  wrong.push(...strayDrafts(system, judge.drafts), ...leftOpen(system).map((e) => `effect left open: ${JSON.stringify(e)}`));
  const variants = rows.reduce((n, r) => n + (r.variants ?? []).length, 0);
  return { wrong, live: judge.live, listed: rows.length, drafts: judge.drafts, variants, texts: shop.length };
}

const tally = (log) => log.reduce((counts, what) => ({ ...counts, [what]: (counts[what] ?? 0) + 1 }), {});

// What is shown when it is over, and what tests ask.
function figuresOf({ faults }, calls) {
  const hits = (service, kinds) => faults.filter((f) => f.service === service && kinds(f)).reduce((n, f) => n + f.hits, 0);
  const lost = (f) => f.kind === 'drop' || f.after;
  return {
    lostAnswers: { shopify: hits('shopify', lost), cj: hits('cj', lost) },
    refusedOrDelayed: { shopify: hits('shopify', (f) => !lost(f)), cj: hits('cj', (f) => !lost(f)) },
    aiCalls: calls.length,
    aiWrong: calls.filter((c) => c.wrong).length,
    aiWrongKinds: tally(calls.flatMap((c) => c.wrong ?? [])),
  };
}

const madeBy = `select split_part(t.made_by, ':', 1) as by, count(*)::int as n from product p
  join listing_text t on t.product_id = p.id and t.version = p.listed_version where p.state = 'listed' group by 1`;
const aside = `select id, state, decision_rule, problem, next_job, next_run_at from product
  where state in ('publishing', 'needs_review', 'on_hold') limit 20`;

// In peace first: what is needed once (a login at the supplier may not be repeated for 300 s), and the first candidates.
async function begin(system) {
  await system.cli('duty', 'set', 'US', 'CN', '2025-08-29', '--percent', '10', '--source', 'test');
  await system.cli('flow', 'discovery', 'auto');
  const has = (what, sql, least) => until(what, () => system.rows(sql).length >= least, 90000, 300);
  await has('the first candidates', 'select 1 from discovery_run where finished_at is not null and candidates > 0', 1);
  await has('the places of the shop', "select 1 from shop_place where name in ('location', 'publication')", 2);
}

// All goes wrong until N are listed; gives what did.
async function rage(system, { count, seconds, random, flush, say }) {
  const log = [];
  let over = false;
  let listings = count;
  await breakAll(system);
  const started = Date.now();
  const killing = kills(system, { over: () => over, random, log, flush });
  killing.catch(() => {}); // told below
  try {
    listings = await listExactly(system, count, { deadline: started + seconds * 1000, say });
  } finally {
    over = true;
    await killing; // none may start a server again behind the clean-up
  }
  const done = await healAll(system);
  return { ...done, listings, kills: tally(log), stormedS: Math.round((Date.now() - started) / 1000) };
}

// Runs one storm; gives a report whose `wrong` is empty when all is well.  seconds: the longest it may storm, after which faults end
// and the rest may be listed in peace; settleS: how long that may take; flush: Redis loses everything in the middle.
export async function listingStorm({ seed, listings: count, seconds, flush = false, settleS = 180, say = () => {} }) {
  const texts = new TextJudge({ seed });
  const system = await System.start('listings', { workers: 2, schedulers: 1, settings: settingsFor(count),
    env: { CJ_POINTS_PER_DAY: '1000000000' },
    sandboxArgs: ['--seed', String(seed), '--oddity', '0', '--bucket-size', '20000', '--bucket-restore', '1000', '--cj-points', '0'] });
  try {
    await begin(system);
    const raged = await rage(system, { count, seconds, random: generator(seed), flush, say });
    say(`storm over after ${raged.stormedS} s: ${JSON.stringify(raged.kills)}; now it may settle`);
    const settling = Date.now();
    const listings = await listExactly(system, raged.listings, { deadline: settling + settleS * 1000, say });
    await settle(system, say);
    const settledS = Math.round((Date.now() - settling) / 1000);
    const judged = await judgeAll(system, listings, texts);
    const calls = await system.control('GET', '/control/ai/calls');
    const textsBy = Object.fromEntries(system.rows(madeBy).map((r) => [r.by, r.n]));
    return { seed, ...judged, kills: raged.kills, ...figuresOf(raged, calls), textsBy, stormedS: raged.stormedS, settledS,
      states: states(system), aside: system.rows(aside), folder: system.folder };
  } finally {
    await system.stop();
  }
}

export function printListings(report, say) {
  const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);
  say(`seed ${report.seed}: ${report.listed} listed, ${report.live} live in the shop with ${report.variants} variants, ${report.wrong.length} faults found`);
  say(`  ${sum(report.kills)} kills and the like ${JSON.stringify(report.kills)}`);
  say(`  answers lost after the work ${JSON.stringify(report.lostAnswers)}, refused or late ${JSON.stringify(report.refusedOrDelayed)}`);
  say(`  text models: ${report.aiCalls} calls, ${report.aiWrong} answered wrongly ${JSON.stringify(report.aiWrongKinds)}`);
  say(`  texts of the listed by ${JSON.stringify(report.textsBy)}`);
  say(`  stormed ${report.stormedS} s, settled ${report.settledS} s; states ${JSON.stringify(report.states)}`);
  for (const line of report.aside) say(`  aside ${JSON.stringify(line)}`);
  for (const line of report.wrong) say(`WRONG ${line}`);
}
