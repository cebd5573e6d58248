// Kills everything there is, at random, while orders come in and answers get lost; then heals, waits, and asks the sandbox's
// ledger (not our own database) what really happened.
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { differences, unbalanced } from '../e2e/books.mjs';
import { generator, sleep } from './generator.mjs';

const targets = ['worker0', 'worker1', 'scheduler0', 'api', 'redis', 'postgres'];

async function killAndRestart(system, name, pauseMs, log) {
  const victim = name === 'redis' || name === 'postgres' ? system[name] : system.program(name);
  await victim.kill('SIGKILL');
  log.push({ at: Date.now(), fault: `kill ${name}` });
  await sleep(pauseMs);
  await victim.start();
}

async function faults(system, { endAt, random, log }) {
  for (const name of targets) {
    if (Date.now() >= endAt) break;
    await killAndRestart(system, name, 500 + random() * 1000, log);
    await sleep(1000);
  }
  while (Date.now() < endAt) {
    const name = targets[Math.floor(random() * targets.length)];
    await killAndRestart(system, name, 200 + random() * 2000, log);
    await sleep(500 + random() * 3000);
  }
}

async function orders(system, { count, endAt }) {
  const started = Date.now();
  const span = (endAt - started) * 0.9;
  for (let made = 0; made < count; made += 1) {
    await system.control('POST', '/control/burst', { count: 1 });
    const next = started + ((made + 1) * span) / count;
    if (next > Date.now()) await sleep(next - Date.now());
  }
}

async function flushInTheMiddle(system, { endAt, log }) {
  await sleep((endAt - Date.now()) / 2);
  await until('FLUSHALL', () => system.redis.command('FLUSHALL') === 'OK', 60000, 200);
  log.push({ at: Date.now(), fault: 'FLUSHALL' });
}

async function loseAnswers(system, rate) {
  for (const service of ['shopify', 'cj']) {
    await system.control('POST', '/control/faults', { service, operation: '*', kind: 'drop', rate });
  }
}

function tally(log) {
  const counts = {};
  for (const { fault } of log) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}

// What is wrong in a judge's report; empty when every order that should be fulfilled is, once.
export function faultsIn(judge) {
  const lists = ['missing', 'pending', 'double', 'paidTwice', 'wrongLines', 'wrongAddress', 'wrongTracking', 'notNotified', 'extra', 'unknown', 'unpaidLeftovers'];
  const found = lists.filter((name) => judge[name].length > 0).map((name) => `${name}: ${JSON.stringify(judge[name].slice(0, 5))}`);
  if (judge.fulfilledExpected !== judge.expected) found.push(`${judge.fulfilledExpected} of ${judge.expected} fulfilled`);
  return found;
}

// What is wrong in the books after a storm: orders whose money is not the sandbox's, days whose sums are not their orders'.
async function booksOf(system, settled) {
  let wrong = [];
  try {
    await until('the books are right', async () => {
      wrong = [...await differences(system), ...unbalanced(system)];
      return wrong.length === 0;
    }, settled ? 60000 : 1000, 1000);
  } catch {
    // told by what is left in it
  }
  return wrong;
}

// Runs one storm; gives { judge, counts, faultsHit, seconds }.  settleS: how long the system may take to finish afterwards.
export async function storm({ seed, seconds, orders: count, flush, dropRate = 0.05, settleS = 300, say = () => {} }) {
  const random = generator(seed);
  const system = await System.start('chaos', { workers: 2, schedulers: 1, webhooks: true, settings: { 'orders.money_s': '2' },
    sandboxArgs: ['--seed', String(seed), '--oddity', '0', '--bucket-size', '20000', '--bucket-restore', '1000', '--cj-points', '0',
      '--discount-rate', '0.4', '--tax-rate', '0.0825', '--fee-rate', '0.5', '--refund-rate', '0.3', '--refund-after', '3'] });
  const log = [];
  try {
    // One order first: a CJ login whose answer is lost may not be repeated for 300 s, which is longer than this test.
    await system.control('POST', '/control/orders', {});
    await until('the first order is fulfilled', async () => (await system.control('GET', '/control/judge')).fulfilled === 1, 60000, 300);
    await loseAnswers(system, dropRate);
    const endAt = Date.now() + seconds * 1000;
    const jobs = [faults(system, { endAt, random, log }), orders(system, { count: count - 1, endAt })];
    if (flush) jobs.push(flushInTheMiddle(system, { endAt, log }));
    // All of them to their end, also when one fails: none may start a server again behind the clean-up.
    const failed = (await Promise.allSettled(jobs)).find((job) => job.status === 'rejected');
    if (failed) throw failed.reason;
    const listed = await system.control('GET', '/control/faults');
    await system.control('DELETE', '/control/faults');
    say(`storm over: ${JSON.stringify(tally(log))}; now it may settle`);
    const settled = Date.now();
    let judge;
    try {
      await until('everything is fulfilled', async () => {
        judge = await system.control('GET', '/control/judge');
        return judge.orders === count && judge.pending.length === 0 && judge.missing.length === 0;
      }, settleS * 1000, 1000);
    } catch (error) {
      say(error.message);
      judge = await system.control('GET', '/control/judge');
    }
    const books = await booksOf(system, judge.missing.length === 0);
    const database = system.rows("select state, count(*) from shop_order group by state order by state");
    const open = system.rows("select state, count(*) from effect group by state order by state");
    const held = system.rows("select name, state, hold_code, problem, next_job from shop_order where state not in ('fulfilled', 'delivered') limit 20");
    return { judge, counts: tally(log), faultsHit: listed, settledS: Math.round((Date.now() - settled) / 1000), database, books, open, held, folder: system.folder };
  } finally {
    await system.stop();
  }
}
