// A real dropship-api on a free port, with a database and a Redis number of its own on the test servers.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import { Contract } from '../../support/openapi.mjs';
import { freePort, until } from '../../support/servers.mjs';

const serverRedis = process.env.DROPSHIP_TEST_REDIS_URL;
const serverDatabase = process.env.DROPSHIP_TEST_DATABASE_URL;
const bin = process.env.DROPSHIP_BIN;
if (!serverRedis || !serverDatabase || !bin) {
  throw new Error('DROPSHIP_TEST_REDIS_URL, DROPSHIP_TEST_DATABASE_URL and DROPSHIP_BIN must be set');
}

export const secret = 'shpss_example_secret';

function psql(url, sql) {
  return execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function sign(body, key = secret) {
  return crypto.createHmac('sha256', key).update(body).digest('base64');
}

// What has happened to connections while the test was blocked in a child process is seen before the next request takes one of them.
const turn = () => new Promise((resolve) => { setTimeout(resolve); });

export class Api {
  // redisNumber: each test file has its own.  env: further settings; undefined removes one.
  static async start(name, redisNumber, env = {}) {
    const api = new Api();
    api.database = `http_${name}_${process.pid}`;
    psql(serverDatabase, `create database ${api.database}`);
    const url = new URL(serverDatabase);
    url.pathname = `/${api.database}`;
    api.databaseUrl = url.href;
    api.redisUrl = serverRedis.replace(/\/\d*$/, '') + `/${redisNumber}`;
    api.redis('FLUSHDB');
    api.port = await freePort();
    api.env = {
      ...process.env,
      DROPSHIP_REDIS_URL: api.redisUrl,
      DROPSHIP_DATABASE_URL: api.databaseUrl,
      DROPSHIP_LISTEN: `127.0.0.1:${api.port}`,
      DROPSHIP_SANDBOX: 'shopify,cj',
      SHOPIFY_SHOP: 'sandbox',
      SHOPIFY_CLIENT_SECRET: secret,
      ...env,
    };
    for (const [key, value] of Object.entries(api.env)) if (value === undefined) delete api.env[key];
    api.cli('migrate');
    api.keys = {};
    for (const scope of ['read', 'operate', 'admin']) {
      api.keys[scope] = JSON.parse(api.cli('key', 'create', scope, '--scope', scope, '--json')).key;
    }
    await api.run();
    api.contract = await Contract.of(api.url);
    return api;
  }

  cli(...args) {
    return execFileSync(path.join(bin, 'dropship'), args, { env: this.env, encoding: 'utf8' });
  }

  async run() {
    this.log = '';
    this.child = spawn(path.join(bin, 'dropship-api'), [], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => { this.log += text; });
    this.gone = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve({ code, signal })));
    await until('api listens', async () => (await fetch(`${this.url}/healthz`)).ok, 20000);
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  // Ends the program; gives { code, signal }.
  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return this.gone;
  }

  async stop() {
    const how = await this.end();
    psql(serverDatabase, `drop database ${this.database} with (force)`);
    this.redis('FLUSHDB');
    return how;
  }

  sql(text) {
    return psql(this.databaseUrl, text);
  }

  rows(query) {
    return JSON.parse(this.sql(`select coalesce(json_agg(x), '[]') from (${query}) x`));
  }

  redis(...words) {
    return execFileSync('redis-cli', ['-u', this.redisUrl, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  // { status, headers, body (parsed when JSON), text }.  Throws when the answer is not as /openapi.yaml describes it.
  async call(method, target, { body, scope = 'admin', key, headers = {} } = {}) {
    const bearer = key ?? this.keys[scope];
    await turn();
    const answer = await fetch(this.url + target, {
      method,
      headers: {
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body !== undefined && typeof body !== 'string' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    }).catch((error) => { throw new Error(`${method} ${target}: ${error.message} (${error.cause?.code}: ${error.cause?.message})`, { cause: error }); });
    const text = await answer.text();
    this.contract.check(method, target, { status: answer.status, type: answer.headers.get('content-type'), text });
    const json = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
    return { status: answer.status, headers: answer.headers, text, body: json ? JSON.parse(text) : text };
  }

  // The body of an answer 200.
  async ok(method, target, options) {
    const answer = await this.call(method, target, options);
    assert.equal(answer.status, 200, `${method} ${target}: ${answer.text}`);
    return answer.body;
  }

  // The call is refused with this status, as a problem whose text fits.
  async refused(status, method, target, options, pattern = /./) {
    const answer = await this.call(method, target, options);
    assert.equal(answer.status, status, `${method} ${target} ${JSON.stringify(options)?.slice(0, 200)}: ${answer.text.slice(0, 300)}`);
    assert.match(answer.headers.get('content-type'), /problem\+json/);
    assert.match(answer.text, pattern);
  }

  async webhook(payload, { id = crypto.randomUUID(), topic = 'orders/paid', shop = 'sandbox.myshopify.com', signature, headers = {} } = {}) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return this.call('POST', '/webhooks/shopify', {
      body,
      scope: null,
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-shop-domain': shop,
        'x-shopify-webhook-id': id,
        'x-shopify-hmac-sha256': signature ?? sign(body),
        ...headers,
      },
    });
  }

  // Waits for a line of the program's log.
  async logged(pattern) {
    await until(`log has ${pattern}`, () => pattern.test(this.log), 5000);
  }

  // Bytes as they are, over a socket of our own; resolves to all that came back when the other side closes.
  async raw(bytes, { timeoutMs = 20000 } = {}) {
    return new Promise((resolve, reject) => {
      const chunks = [];
      const socket = net.connect(this.port, '127.0.0.1', () => socket.write(bytes));
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', (error) => (chunks.length > 0 ? resolve(Buffer.concat(chunks).toString('latin1')) : reject(error)));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    });
  }

  // One text for everything that is stored, but for the time a key was used last.
  stored() {
    const tables = this.sql("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1").split('\n');
    const database = this.sql(tables.map((table) => {
      const row = table === 'api_key' ? "(to_jsonb(t) - 'last_used_at')" : 'to_jsonb(t)';
      return `select '${table} ' || count(*) || '|' || md5(coalesce(string_agg(${row}::text, ',' order by ${row}::text), '')) from ${table} t`;
    }).join(' union all '));
    const keys = this.redis('--no-raw', 'KEYS', '*').split('\n').map((line) => line.replace(/^\d+\) /, '')).filter((key) => !/dropship:rate:|^\(empty/.test(key)).sort();
    return [database, ...keys].join('\n');
  }

  order(number, state = 'held', more = {}) {
    const columns = { hold_code: null, next_job: null, hold_reasons: null, ...more };
    const literal = (value) => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`);
    return Number(this.sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, total_minor, currency, email,
      hold_code, hold_reasons, next_job) values ('gid://shopify/Order/${number}', '#${number}', '${state}',
      timestamptz '2026-11-20 10:00:00+00' + ${number} * interval '1 minute', now(), 'PAID', ${number}, 'USD', 'buyer${number}@example.com',
      ${literal(columns.hold_code)}, ${literal(columns.hold_reasons)}, ${literal(columns.next_job)}) returning id`));
  }
}

export function job(jid, more = {}) {
  return JSON.stringify({ retry: true, queue: 'default', class: 'noop', args: [], jid, created_at: 1700000000.5, enqueued_at: 1700000000.6, ...more });
}
