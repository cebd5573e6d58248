// Thousands of requests to a running api, made from its own description and spoilt, each answer judged: never our fault (5xx), always
// as described, nothing inner told, nothing written by what was refused or only read, soon, and without growing.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { Rng } from '../sandbox/rng.mjs';
import { Contract } from '../support/openapi.mjs';
import { System } from '../support/system.mjs';
import { SECRET, SLOW_MS, Judge } from './routes_judge.mjs';
import { Requests } from './routes_requests.mjs';
import { State, difference } from './routes_state.mjs';
import { encode, exchange } from './routes_wire.mjs';

const planted = (name) => `${SECRET}${name}-7f3a`;

const people = `
insert into shop_info (name, currency, timezone) values ('Shop', 'USD', 'Europe/Berlin') on conflict do nothing;
insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, total_minor, currency, email, hold_code, hold_reasons)
  select 'gid://shopify/Order/' || n, '#' || n, (array['held','placed','approval','received','fulfilled'])[1 + n % 5], now() - n * interval '1 hour', now(), 'PAID', n * 100, 'USD',
    '<script>alert(' || n || ')</script>@example.com', case when n % 5 = 0 then 'NO_MAPPING' end, case when n % 5 = 0 then '[{"code":"NO_MAPPING","text":"<b>none</b>"}]'::jsonb end
  from generate_series(1, 40) n;
insert into order_line (order_id, line_gid, title, sku, quantity, to_ship, unit_price_minor, currency)
  select id, 'gid://shopify/LineItem/' || id, '"><img src=x onerror=alert(1)>', 'SKU' || id, 1, 1, 100, 'USD' from shop_order;
insert into product (pid, name, state, shop_currency, price_minor, landed_minor, opportunity_e4, label)
  select 'P' || n, '<i>' || n || '</i>', (array['found','candidate','approval','listed','on_hold','rejected'])[1 + n % 6], 'USD', 1000 + n, 500, n, 'NEW' from generate_series(1, 40) n;
insert into proposal (kind, subject, text) select 'product.price', 'product:' || id, '<u>price</u>' from product where id <= 10;
insert into job_run (jid, type, queue, args, attempt, outcome, started_at, finished_at, run_ms, worker)
  select 'jid' || n, 'noop', 'default', '[]', 1, (array['done','retry','dead'])[1 + n % 3], now() - n * interval '1 minute', now(), n, 'host:1:abc' from generate_series(1, 30) n;
insert into audit (who, action, subject) select 'key:a', 'order.hold', 'order:' || n from generate_series(1, 30) n;`;

// The end as an operator asks for it: a sanitizer then tells of leaks.  Throws what it or a program that ended had to say.
export async function closeTarget(system) {
  await system.program('api').kill('SIGTERM');
  await system.stop();
}

// One api with something of everything in it.
export async function openTarget(name) {
  const env = { SHOPIFY_ACCESS_TOKEN: planted('shopify'), SHOPIFY_CLIENT_SECRET: planted('client'), CJ_API_KEY: planted('cj'), OPENAI_API_KEY: planted('openai'),
    ANTHROPIC_API_KEY: planted('anthropic'), ASAN_OPTIONS: `quarantine_size_mb=8:${process.env.ASAN_OPTIONS ?? ''}` };
  const system = await System.start(name, { workers: 0, schedulers: 0, env, settings: { 'api.rate_per_minute': '1000000000', 'api.rate_per_minute_address': '1000000000' } });
  system.postgres.query(people);
  for (let i = 0; i < 20; i += 1) {
    const job = JSON.stringify({ retry: true, queue: 'default', class: 'noop', args: [i], jid: `jid${i}`, created_at: 1.7e9, enqueued_at: 1.7e9 });
    if (i < 12) system.redis.command('LPUSH', 'queue:default', job);
    else system.redis.command('ZADD', i < 16 ? 'retry' : 'dead', String(1.7e9 + i), job);
  }
  system.redis.command('SADD', 'queues', 'default');
  return system;
}

async function keysOf(system) {
  const make = async (name, scope) => JSON.parse(await system.cli('key', 'create', name, '--scope', scope, '--json')).key;
  const keys = { read: await make('fuzz-read', 'read'), operate: await make('fuzz-operate', 'operate'), admin: system.key, revoked: await make('fuzz-revoked', 'admin') };
  await system.cli('key', 'revoke', 'fuzz-revoked');
  return keys;
}

const pools = {
  'orders id': [...Array(40).keys()].map(String).concat('gid://shopify/Order/3', '1005'), 'products id': [...Array(40).keys()].map(String).concat('P7'),
  'proposals id': [...Array(11).keys()], 'pricing-rules id': [1, 2, 3], 'flows name': ['discovery', 'fulfillment', 'ads', 'service'], 'settings name': ['orders.grace_s', 'discovery.keywords', 'flow.discovery'],
  queue: ['default', 'fulfillment', 'nosuch'], identity: ['host:1:abc'], worker: ['host:1:abc'], jid: [...Array(20).keys()].map((i) => `jid${i}`), type: ['noop', 'discovery.scan', 'Nothing'],
  currency: ['USD', 'EUR'], from: undefined, 'orders ids': [[1, 2], [3], [1, 1], ['5'], [999]], 'products ids': [[4, 5, 6], [7], ['P7', 0]], 'approvals ids': [[{ id: 'order-1', seen: '0'.repeat(32) }], [{ id: 'product-3' }], ['order-2']],
  'approvals id': ['order-1', 'order-6', 'product-3', 'proposal-1', 'x-1'], spec: [{ factor_e3: 2500 }, { add_minor: 500 }, { target_ppm: 300000 }, { tiers: [{ factor_e3: 3000 }] }], texts: [{ title: '<b>x</b>' }],
};

// A login, made again when it is gone.
class Logins {
  constructor(system, key) {
    Object.assign(this, { system, key });
  }

  async renew() {
    const answer = await fetch(`${this.system.apiUrl}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key: this.key }) });
    this.now = answer.ok ? { cookie: answer.headers.get('set-cookie').split(';')[0], csrf: (await answer.json()).csrf } : undefined;
  }
}

const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const mean = (list) => list.reduce((sum, n) => sum + n, 0) / list.length;

function signed(request) {
  const at = request.headers.findIndex(([name]) => name === 'X-Shopify-Hmac-Sha256');
  if (at < 0) return request;
  request.headers[at][1] = crypto.createHmac('sha256', planted('client')).update(request.body ?? '').digest('base64');
  const set = (name, value) => { const found = request.headers.find(([n]) => n === name); if (found) found[1] = value; };
  set('X-Shopify-Topic', 'orders/paid');
  set('X-Shopify-Shop-Domain', 'sandbox.myshopify.com');
  set('X-Shopify-Webhook-Id', crypto.createHash('sha1').update(request.body ?? '').digest('hex'));
  return request;
}

export class Fuzz {
  static async open(system, seed) {
    const fuzz = new Fuzz();
    Object.assign(fuzz, { system, rng: new Rng(seed), faults: [], statuses: {}, refused: 0, samples: [], slowest: 0, asked: new Set() });
    fuzz.contract = await Contract.of(system.apiUrl);
    fuzz.keys = await keysOf(system);
    fuzz.logins = new Logins(system, fuzz.keys.admin);
    await fuzz.logins.renew();
    fuzz.requests = new Requests(fuzz.contract, fuzz.rng, { pools, keys: fuzz.keys, session: () => fuzz.logins.now });
    fuzz.judge = new Judge(fuzz.contract, [`:${system.postgres.port}`, `:${system.redis.port}`]);
    fuzz.sanitized = fs.readFileSync(`/proc/${system.program('api').child.pid}/maps`, 'utf8').includes('libasan');
    fuzz.state = await State.open({ databaseUrl: system.postgres.url(), redisPort: system.redis.port });
    fuzz.held = await fuzz.state.read();
    return fuzz;
  }

  async run(count) {
    for (let i = 0; i < count; i += 1) {
      const made = this.requests.next();
      const request = this.rng.chance(0.5) ? signed(made) : made;
      const answer = await this.#ask(request);
      const changed = await this.#stateFault(request, answer);
      const why = this.judge.fault(request, answer) ?? changed;
      if (why) this.#note(i, request, answer, why);
      if (i % 20 === 0) this.samples.push(rssOf(this.system.program('api').child.pid));
      if (this.faults.length >= 200 || !this.system.program('api').alive) break;
    }
    this.#grown();
    return this;
  }

  async #ask(request) {
    const port = this.system.apiPort;
    const options = { head: request.method === 'HEAD', end: request.end };
    let answer = await exchange(port, encode(request), options);
    // Others compute beside us: only what is slow each time is slow.
    for (let again = 0; answer.ms > SLOW_MS && request.refused && again < 2; again += 1) answer = await exchange(port, encode(request), options);
    this.slowest = Math.max(this.slowest, answer.ms);
    this.statuses[answer.status ?? answer.none] = (this.statuses[answer.status ?? answer.none] ?? 0) + 1;
    this.asked.add(`${request.route.method} ${request.route.path} ${answer.status}`);
    return answer;
  }

  // What is wrong with what it did.
  async #stateFault(request, answer) {
    const writes = answer.status < 400 && !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const now = await this.state.read();
    const before = this.held;
    this.held = now;
    if (answer.status >= 400) this.refused += 1;
    if (request.route.path.endsWith('/session') && writes) await this.logins.renew().then(async () => { this.held = await this.state.read(); });
    const changed = !writes && now !== before ? difference(before, now) : '';
    if (request.route.path.includes('/export/') && /^\+audit \d+; -audit \d+$/.test(changed)) return undefined; // who takes lists away is noted
    return changed ? `changed something: ${changed}` : undefined;
  }

  #note(i, request, answer, why) {
    const head = encode({ ...request, body: undefined }).toString('latin1').replaceAll(/ds_[0-9a-f]{64}/g, 'ds_…');
    this.faults.push(`#${i} ${request.route.method} ${request.route.path} [${request.notes}] -> ${answer.status ?? '-'}: ${why}\n    ${JSON.stringify(head.slice(0, 300))} ${JSON.stringify((request.body ?? '').toString('latin1').slice(0, 200))}\n    ${(answer.text ?? answer.sofar ?? '').slice(0, 300)}`);
  }

  // The first tenth is warming up.
  #grown() {
    const samples = this.samples.slice(Math.floor(this.samples.length / 10));
    const third = Math.floor(samples.length / 3);
    if (third < 2) return;
    const [first, last] = [mean(samples.slice(0, third)), mean(samples.slice(-third))];
    this.rss = { first_kib: Math.round(first), last_kib: Math.round(last) };
    // A sanitizer keeps what is freed for a while, and finds leaks itself at the end.
    const room = this.sanitized ? first + 65536 : first * 0.1 + 8192;
    if (last > first + room) this.faults.push(`memory grew from ${Math.round(first)} to ${Math.round(last)} KiB`);
  }

  end() {
    this.state.end();
  }

  describe() {
    const statuses = Object.entries(this.statuses).map(([status, n]) => `${status}: ${n}`).join(', ');
    const total = Object.values(this.statuses).reduce((sum, n) => sum + n, 0);
    return `${total} requests (${statuses}); ${this.refused} refused; routes asked: ${new Set([...this.asked].map((a) => a.split(' ').slice(0, 2).join(' '))).size} of ${this.requests.operations.length}; `
      + `slowest ${Math.round(this.slowest)} ms; memory ${this.rss?.first_kib} to ${this.rss?.last_kib} KiB; ${this.faults.length} faults`;
  }
}
