// The long forms of the chaos tests; called by tests/chaos/run.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { faultsIn, storm } from './chaos.mjs';
import { listingStorm, printListings } from './listings.mjs';
import { printReport } from './queue/print.mjs';
import { failoverTracks, plan, stormTracks } from './queue/schedule.mjs';
import { queueStorm } from './queue/storm.mjs';

const text = (value) => ({ type: 'string', ...(value === undefined ? {} : { default: value }) });
const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: text('1'), seconds: text('180'), orders: text('300'),
  flush: { type: 'boolean', default: false }, minutes: text(), json: text(), plan: text(), listings: text(), keep: { type: 'boolean', default: false } } });

async function orderStorm() {
  const report = await storm({ seed: Number(values.seed), seconds: Number(values.seconds), orders: Number(values.orders),
    flush: values.flush, settleS: 600, say: (line) => console.log(line) });
  console.log(JSON.stringify(report, null, 2));
  const { judge } = report;
  const wrong = faultsIn(judge);
  console.log(`seed ${values.seed}: ${judge.orders} orders, ${judge.fulfilledExpected} of ${judge.expected} fulfilled, ` +
    `${judge.missing.length} missing, ${judge.double.length} double, settled in ${report.settledS} s`);
  for (const line of wrong) console.log(`WRONG ${line}`);
  return wrong.length === 0;
}

async function listings() {
  const count = Number(values.listings ?? 200);
  const report = await listingStorm({ seed: Number(values.seed), listings: count, seconds: Math.max(300, count * 6), flush: values.flush, settleS: 600,
    say: (line) => console.log(line) });
  printListings(report, (line) => console.log(line));
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.wrong.length === 0;
}

async function queue() {
  const say = (line) => console.log(line);
  const report = await queueStorm({ seed: Number(values.seed), minutes: Number(values.minutes ?? 3), keep: values.keep,
    failover: kind === 'failover', say });
  printReport(report, say);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.wrong.length === 0;
}

// The first N faults of each track, without doing them.
function printPlan(count) {
  const tracks = kind === 'failover' ? failoverTracks : stormTracks;
  for (const track of Object.keys(tracks)) {
    const faults = plan(tracks, track, Number(values.seed));
    for (let i = 0; i < count; i += 1) {
      const { kind, draw, restMs } = faults.next().value;
      console.log(`${track}: ${kind} (${draw.toString(16)}), then ${restMs} ms`);
    }
  }
  return true;
}

const byOptions = values.listings !== undefined ? 'listings' : values.minutes !== undefined || values.plan !== undefined ? 'queue' : 'orders';
const [kind = byOptions, ...rest] = positionals;
if (!['queue', 'failover', 'orders', 'listings'].includes(kind) || rest.length > 0) {
  console.error('usage: tests/chaos/run [queue|failover|orders|listings] [options]; see the head of tests/chaos/run');
  process.exit(2);
}
const storms = { orders: orderStorm, listings, queue: values.plan !== undefined ? () => printPlan(Number(values.plan)) : queue };
const passed = await (storms[kind] ?? storms.queue)();
process.exit(passed ? 0 : 1);
