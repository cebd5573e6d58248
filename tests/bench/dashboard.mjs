// Measures the dashboard in headless Chromium, as Lighthouse and a patient person would.  See tests/bench/run, which builds first.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { summary, tableOf } from './lib/figures.mjs';
import { machine } from './lib/machine.mjs';

const help = `tests/bench/run dashboard [options]
  --orders N      in the shop (20000)
  --seconds N     of looking at live jobs (180)
  --quick         2000 orders, 20 seconds, one repetition
  --json FILE     write the figures there, too
  --bin DIR       measure with these programs instead of building`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const { values: wanted } = parseArgs({ options: { orders: { type: 'string' }, seconds: { type: 'string' }, quick: { type: 'boolean' },
  json: { type: 'string' }, bin: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (wanted.help) {
  console.log(help);
  process.exit(0);
}
const orders = Number(wanted.orders ?? (wanted.quick ? 2000 : 20000));
const seconds = Number(wanted.seconds ?? (wanted.quick ? 20 : 180));
const repeats = wanted.quick ? 1 : 5;
process.env.DROPSHIP_BIN = path.resolve(wanted.bin ?? path.join(root, 'build/bench/bin'));
const { asItIs, BusyJobs, live, load, signedIn, slowPhone, startShop, traced, use } = await import('../browser/speed.mjs');
const { startBrowser } = await import('../browser/screen.mjs');

const figures = [];
const report = { date: new Date().toISOString(), command: ['tests/bench/run', 'dashboard', ...process.argv.slice(2)].join(' '), machine: machine(), repeats, figures };
if (!report.machine.quiet) console.error(`warning: the machine is not quiet (load ${report.machine.loadBefore.join(' ')})`);

function add(name, unit, values, below) {
  figures.push({ case: 'dashboard', name, unit, better: 'less', value: summary(values), ...(below === undefined ? {} : { target: { below } }) });
  console.error(`  ${name}: ${values.map((value) => value.toPrecision(3)).join(' ')} ${unit}`);
}

async function loads(browser, system, person) {
  const kinds = [['login', { ready: 'input[name=password]' }], ['dashboard', { ready: '.recharts-bar-rectangle', storageState: person }]];
  for (const profile of [asItIs, slowPhone]) {
    for (const [name, what] of kinds) {
      const runs = [];
      for (let i = 0; i < repeats; i += 1) runs.push(await load(browser, system, { ...what, profile }));
      const of = (key) => runs.map((run) => run[key]);
      const title = `${name}, empty cache, ${profile.name}`;
      add(`${title}: first contentful paint`, 'ms', of('fcp'), 1800);
      add(`${title}: largest contentful paint`, 'ms', of('lcp'), 2500);
      add(`${title}: total blocking time`, 'ms', of('tbt'), 200);
      add(`${title}: cumulative layout shift`, '', of('cls'), 0.1);
      if (profile === asItIs) add(`${title}: sent`, 'KiB', of('bytes').map((bytes) => bytes / 1024));
    }
  }
}

async function pages(browser, system, person) {
  const wall = [];
  const cpu = [];
  const shift = [];
  for (let i = 0; i < Math.min(repeats, 3); i += 1) {
    const { result, tasks } = await traced(browser, () => use(browser, system, person));
    const longest = tasks.reduce((a, b) => (b.cpu > a.cpu ? b : a));
    console.error(`  longest: ${longest.mark}`);
    wall.push(result.longest);
    cpu.push(longest.cpu);
    shift.push(result.cls);
  }
  add('every page loaded and used: longest task, by the clock', 'ms', wall, 200);
  add('every page loaded and used: longest task, thread time', 'ms', cpu, 200);
  add('every page loaded and used: layout shift', '', shift);
}

async function jobs(browser, system, person) {
  const { result, tasks } = await traced(browser, () => live(browser, system, person, { seconds: Math.min(seconds, 30) }));
  const frames = [...result.frames].sort((a, b) => a - b);
  const { rows } = result;
  const title = `${rows.rows} rows of live jobs, ${rows.changed} changes in ${Math.min(seconds, 30)} s`;
  add(`${title}: frame, median`, 'ms', [frames[frames.length >> 1]]);
  add(`${title}: frame, p99`, 'ms', [frames[Math.floor(frames.length * 0.99)]], 50);
  add(`${title}: frames over 50 ms, of 1,000`, '', [frames.filter((ms) => ms > 50).length * 1000 / frames.length]);
  add(`${title}: longest task, thread time`, 'ms', [Math.max(...tasks.filter((task) => task.mark === 'live').map((task) => task.cpu))], 50);
  add(`${title}: times a row moved`, '', [rows.moved], 1);
  const long = await live(browser, system, person, { seconds });
  add(`heap after ${seconds} s of live jobs, above that at their start`, 'KiB', [long.after.heap - long.before.heap], 1024);
  add(`nodes after ${seconds} s of live jobs, above those at their start`, '', [long.after.nodes - long.before.nodes], 50);
}

const starting = startShop('bench-dashboard', orders);
let browser;
let busy;
let ending = null;
// Once, whoever asks for it; a shop that is still being started is waited for.
function end() {
  ending ??= (async () => {
    await busy?.stop();
    await browser?.close();
    await (await starting).stop();
  })();
  return ending;
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end().catch(() => undefined).finally(() => process.exit(1)));
try {
  const system = await starting;
  busy = await BusyJobs.start(system);
  browser = await startBrowser({ handleSIGINT: false, handleSIGTERM: false });
  const person = await signedIn(browser, system);
  await loads(browser, system, person);
  await pages(browser, system, person);
  await jobs(browser, system, person);
} finally {
  await end();
}
console.log(tableOf(report));
if (wanted.json) fs.writeFileSync(wanted.json, `${JSON.stringify(report, null, 2)}\n`);
