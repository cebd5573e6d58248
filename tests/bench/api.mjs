// Measures dropship-api beside pgbench, nginx and FastAPI.  See tests/bench/run, which builds first.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, until } from '../support/servers.mjs';
import { seedOrders, startApi } from './lib/api.mjs';
import { tableOf } from './lib/figures.mjs';
import { machine } from './lib/machine.mjs';
import { measure } from './lib/measure.mjs';
import { Stage } from './lib/stage.mjs';
import { has, load, nginx, pgbench, pgbenchScript, statementOf } from './lib/web.mjs';

const help = `tests/bench/run api [options]
  --orders N      in the database (1000000)
  --seconds N     of each run (5)
  --quick         100000 orders, 2 seconds, one repetition
  --no-peers      without FastAPI
  --json FILE     write the figures there, too
  --bin DIR       measure these programs instead of building`;
const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

const { values: wanted } = parseArgs({ options: { orders: { type: 'string' }, seconds: { type: 'string' }, quick: { type: 'boolean' },
  'no-peers': { type: 'boolean' }, json: { type: 'string' }, bin: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (wanted.help) {
  console.log(help);
  process.exit(0);
}
const orders = Number(wanted.orders ?? (wanted.quick ? 100000 : 1000000));
const seconds = Number(wanted.seconds ?? (wanted.quick ? 2 : 5));
const stage = new Stage(path.resolve(wanted.bin ?? path.join(root, 'build/bench/bin')));
const bench = { stage, repeats: wanted.quick ? 1 : 3, figures: [], add(figure) {
  this.figures.push(figure);
  console.error(`  ${figure.name}: ${figure.missing ?? `${figure.value.median.toPrecision(4)} ${figure.unit}`}`);
  return figure;
} };

// uvicorn with a process per core.
function fastapi(redis, port, statements) {
  const file = path.join(stage.folder, 'statements.json');
  fs.writeFileSync(file, JSON.stringify(statements));
  return stage.launch(redis, '/usr/bin/python3', ['-m', 'uvicorn', '--workers', String(os.cpus().length), '--port', String(port), '--no-access-log', '--log-level', 'error', 'fastapi_app:app'],
    { BENCH_STATEMENTS: file, BENCH_DATABASE_URL: stage.postgres.url() }, { cwd: path.join(here, 'peers') });
}

function pythonHas(...modules) {
  try {
    execFileSync('/usr/bin/python3', ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function served(url, run) {
  await until(`${url} answers`, async () => (await fetch(url)).ok, 30000);
  await load(url, { seconds: 1 }); // every process has its connections
  return run();
}

function peersOf(redis, statements, name) {
  if (wanted['no-peers']) return [];
  const all = [[`FastAPI, rows to JSON in Python`, 'rows', 8], ['FastAPI, JSON of Postgres passed through', 'json', 2.5]];
  return all.map(([title, form, atLeast]) => ({ name: title, target: { atLeast },
    run: async () => {
      if (!pythonHas('fastapi', 'uvicorn', 'asyncpg')) throw new Error('not installed: python3-fastapi, python3-uvicorn, python3-asyncpg');
      const port = await freePort();
      fastapi(redis, port, statements);
      return served(`http://127.0.0.1:${port}/${name}/${form}`, async () => (await load(`http://127.0.0.1:${port}/${name}/${form}`, { seconds })).rate);
    } }));
}

// Rate and p99 of one answer at 32 connections.
async function answer(redis, api, statements, { name, title, target, params }) {
  const url = `${api.url}${target}`;
  const slowest = [];
  const shown = await api.launch();
  const body = Buffer.from(await (await fetch(url, { headers: api.headers })).arrayBuffer());
  await shown.stop();
  const ours = async () => {
    const program = await api.launch();
    await load(url, { seconds: 1, headers: api.headers });
    const { rate, p99 } = await load(url, { seconds, headers: api.headers });
    slowest.push(p99);
    await program.stop();
    return rate;
  };
  const ceilings = [{ name: 'pgbench, the same prepared statement, 32 connections', target: { atLeast: 0.6 },
    run: () => pgbench(stage.folder, stage.postgres.url(), pgbenchScript(statements[name].text, params), { seconds }) }];
  if (has('nginx')) {
    ceilings.push({ name: `nginx, a file of as many bytes (${body.length})`, run: async () => {
      const port = await freePort();
      nginx(stage, redis, port, body);
      return served(`http://127.0.0.1:${port}/answer.json`, async () => (await load(`http://127.0.0.1:${port}/answer.json`, { seconds })).rate);
    } });
  }
  await measure(bench, { case: 'api', name: title, unit: 'requests/s', run: ours, ceilings, peers: peersOf(redis, statements, name) });
  await measure(bench, { case: 'api', name: `${title}: p99 at 32 connections`, unit: 'ms', better: 'less', target: { below: 25 },
    repeats: slowest.length, run: async () => slowest.shift() });
}

async function memory(redis, api) {
  await measure(bench, { case: 'api', name: 'memory of dropship-api at 64 busy connections', unit: 'MiB', better: 'less', target: { below: 40 }, run: async () => {
    const program = await api.launch();
    let most = 0;
    const watch = setInterval(() => { most = Math.max(most, program.memory()); }, 50);
    try {
      for (const target of ['/api/v1/orders?limit=50', '/api/v1/analytics/by-date']) await load(api.url + target, { connections: 64, seconds: 2, headers: api.headers });
    } finally {
      clearInterval(watch);
    }
    await program.stop();
    return most;
  } });
}

const timed = async (run) => {
  const started = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - started) / 1e6;
};

// The sums of 30 days from the rollups and from the rows they are sums of.
async function rollups() {
  const script = (text) => () => pgbench(stage.folder, stage.postgres.url(), `${text}\n`, { clients: 1, seconds: Math.max(1, Math.ceil(seconds / 2)) });
  const days = "shop_date >= current_date - 30 and shop_date < current_date and currency = 'USD'";
  await measure(bench, { case: 'api', name: '30-day sales from the rollups, one connection', unit: 'queries/s',
    run: script(`select shop_date, sum(orders), sum(total_sales), sum(contribution) from daily_sales where ${days} group by 1 order by 1;`),
    peers: [{ name: 'summed from the rows of each order', target: { atLeast: 50 },
      run: script(`select shop_date, sum(orders), sum(total_sales), sum(contribution) from order_day where ${days} group by 1 order by 1;`) }] });
}

const report = { date: new Date().toISOString(), command: ['tests/bench/run', 'api', ...process.argv.slice(2)].join(' '), machine: machine(),
  repeats: bench.repeats, figures: bench.figures };
if (!report.machine.quiet) console.error(`warning: the machine is not quiet (load ${report.machine.loadBefore.join(' ')})`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stage.stop().finally(() => process.exit(1)));
try {
  if (!has('wrk')) throw new Error('wrk is not installed');
  await stage.start();
  const redis = await stage.redis(false);
  console.error(`  seeded in ${Math.round(await timed(() => seedOrders(stage, orders)) / 1000)} s`);
  const api = await startApi(stage, redis);
  const first = await api.launch();
  const kinds = [
    { name: 'orders', title: `list of 50 orders of ${orders.toLocaleString('en-US')}`, target: '/api/v1/orders?limit=50', about: 'page of orders, newest first' },
    { name: 'sales', title: '30-day sales by day', target: '/api/v1/analytics/by-date', about: 'Sales and profit of each day' }];
  const statements = {};
  for (const kind of kinds) {
    const got = await fetch(api.url + kind.target, { headers: api.headers });
    if (!got.ok) throw new Error(`${kind.target}: ${await got.text()}`);
    await got.text();
    const text = statementOf(stage.postgres, kind.about);
    const count = Math.max(...[...text.matchAll(/\$(\d+)/g)].map((m) => Number(m[1])));
    const limit = Number(/\$(\d+) limit/.exec(text)?.[1] ?? 0);
    kind.params = Array.from({ length: count }, (_, i) => (i + 1 === limit ? 50 : null));
    if (kind.name === 'sales') kind.params[3] = 'false';
    statements[kind.name] = { text, params: kind.params.map((p) => (p === 'false' ? false : p)) };
  }
  await first.stop();
  for (const kind of kinds) {
    await answer(redis, api, statements, kind);
  }
  await rollups();
  await memory(redis, api);
} finally {
  await stage.stop();
}
console.log(tableOf(report));
if (wanted.json) fs.writeFileSync(wanted.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(report.figures.some(({ missing }) => missing) ? 1 : 0);
