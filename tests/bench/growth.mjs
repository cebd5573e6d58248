// Measures the answers of dropship-api over 100,000 orders and over very many more, in turns.  See tests/bench/run, which builds first.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { script, seedOrders, startApi } from './lib/api.mjs';
import { tableOf } from './lib/figures.mjs';
import { machine } from './lib/machine.mjs';
import { measure } from './lib/measure.mjs';
import { Stage } from './lib/stage.mjs';
import { load } from './lib/web.mjs';

const help = `tests/bench/run growth [options]
  --orders N      of the large database (10000000; some 40 minutes and 40 GB)
  --quick         1000000
  --json FILE     write the figures there, too
  --bin DIR       measure these programs instead of building`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const small = 100000;

const { values: wanted } = parseArgs({ options: { orders: { type: 'string' }, quick: { type: 'boolean' }, json: { type: 'string' },
  bin: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (wanted.help) {
  console.log(help);
  process.exit(0);
}
const orders = Number(wanted.orders ?? (wanted.quick ? 1000000 : 10000000));
const copies = Math.round(orders / small) - 1;
if (!(copies >= 1)) {
  console.error(`growth: --orders must be a number of at least ${2 * small}`);
  process.exit(2);
}
const stage = new Stage(path.resolve(wanted.bin ?? path.join(root, 'build/bench/bin')));
const bench = { stage, repeats: 3, figures: [], add(figure) {
  this.figures.push(figure);
  console.error(`  ${figure.name}: ${figure.missing ?? `${figure.value.median.toPrecision(4)} ${figure.unit}`}`);
  return figure;
} };

// The copies are made by two sessions; nobody needs them after a power cut.
async function grow() {
  stage.postgres.query('create database small template dropship', 'postgres');
  console.error(`  growing to ${(copies + 1) * small} orders`);
  await Promise.all([0, 1].map((part) => script(stage, 'grow_orders.sql', { copies, part, parts: 2 })));
  await script(stage, 'grow_orders.sql', { copies, part: -1, parts: 2 });
  stage.postgres.query('vacuum analyze');
}

// The sums of one day as the books keep them, and as its orders add up to.
function holds() {
  const kept = 'select sum(orders), sum(total_sales), sum(contribution) from';
  const where = "where shop_date = current_date - 10 and currency = 'USD'";
  const [sums, rows] = ['daily_sales', 'order_day'].map((table) => stage.postgres.query(`${kept} ${table} ${where}`));
  if (sums !== rows) throw new Error(`the day's sums are ${sums}, its orders add up to ${rows}`);
}

const report = { date: new Date().toISOString(), command: ['tests/bench/run', 'growth', ...process.argv.slice(2)].join(' '), machine: machine(),
  repeats: bench.repeats, figures: bench.figures };
if (!report.machine.quiet) console.error(`warning: the machine is not quiet (load ${report.machine.loadBefore.join(' ')})`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stage.stop().finally(() => process.exit(1)));
try {
  execFileSync('sh', ['-c', 'command -v wrk'], { stdio: 'ignore' });
  await stage.start(['fsync=off', 'full_page_writes=off', 'max_wal_size=8GB', 'autovacuum=off']);
  const redis = await stage.redis(false);
  await seedOrders(stage, small);
  await grow();
  holds();
  const apis = { large: await startApi(stage, redis), small: await startApi(stage, redis, 'small') };
  for (const { launch } of Object.values(apis)) await launch();
  const kinds = [['summary of 30 days', '/api/v1/analytics/summary'], ['sales by day, 30 days', '/api/v1/analytics/by-date'],
    ['top products of 30 days', '/api/v1/analytics/top-products'], ['list of 50 orders', '/api/v1/orders?limit=50']];
  for (const [title, target] of kinds) {
    const of = ({ url, headers }) => async () => (await load(url + target, { connections: 1, seconds: 3, headers })).rate;
    await measure({ ...bench, stage: { stopPrograms() {} }, add: (figure) => bench.add(figure) }, { case: 'growth', unit: 'requests/s',
      name: `${title}, of ${((copies + 1) * small).toLocaleString('en-US')} orders, one connection`, run: of(apis.large),
      ceilings: [{ name: `${small.toLocaleString('en-US')} orders`, target: { atLeast: 1 / 1.5 }, run: of(apis.small) }] });
  }
} finally {
  await stage.stop();
}
console.log(tableOf(report));
if (wanted.json) fs.writeFileSync(wanted.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(report.figures.some(({ missing }) => missing) ? 1 : 0);
