// Records the answers, lets bench-assess judge them, prints its figures.  See tests/bench/assess, which builds first.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { record } from './lib/answers.mjs';
import { summary } from './lib/figures.mjs';
import { machine } from './lib/machine.mjs';
import { ASSESS_POINTS_A_DAY, plannedPoints } from './lib/points.mjs';

const COUNTRIES = ['US', 'NL'];
const help = `tests/bench/assess [options]
  --count N    candidates (5000)
  --seed N     of the sandbox's catalogue (1)
  --passes N   how often all of them are judged (5)
  --json FILE  write the figures there, too
  --bin DIR    measure this bench-assess instead of building`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function number(name, text, least, most) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new Error(`--${name} is ${least} to ${most}`);
  return value;
}

function options() {
  try {
    const { values } = parseArgs({ options: { count: { type: 'string', default: '5000' }, seed: { type: 'string', default: '1' },
      passes: { type: 'string', default: '5' }, json: { type: 'string' }, bin: { type: 'string' },
      help: { type: 'boolean', short: 'h' } } });
    return { ...values, count: number('count', values.count, 1, 1_000_000), seed: number('seed', values.seed, 0, 2 ** 31),
      passes: number('passes', values.passes, 1, 1000) };
  } catch (error) {
    console.error(`${error.message}\n${help}`);
    process.exit(2);
  }
}

function measure({ count, seed, passes, bin }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-assess-'));
  const file = path.join(folder, 'answers');
  try {
    record({ file, seed, count, countries: COUNTRIES });
    const program = path.join(path.resolve(bin ?? path.join(root, 'build/bench/bin')), 'bench-assess');
    const text = execFileSync(program, [file, String(passes)], { encoding: 'utf8' });
    return { bytes: fs.statSync(file).size, passes: text.trim().split('\n').map((line) => JSON.parse(line)) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = options();
if (wanted.help) {
  console.log(help);
  process.exit(0);
}
const report = { date: new Date().toISOString(), machine: machine(), ...wanted, ...measure(wanted) };
const first = report.passes[0];
const seconds = summary(report.passes.map((pass) => pass.seconds));
const cpu = summary(report.passes.map((pass) => pass.cpu_s));
const facts = summary(report.passes.map((pass) => pass.facts_s));
const judging = summary(report.passes.map((pass) => pass.judging_s));
const planned = plannedPoints(first.rules, COUNTRIES.length);
const asPlanned = report.passes.every((pass) => pass.points === planned && pass.candidates === wanted.count);
const whole = (value) => Math.round(value).toLocaleString('en-US');

console.log(`${report.date}  ${report.machine.cpu}, ${report.machine.cores} cores, load before: ${report.machine.loadBefore.join(' ')}
${whole(first.candidates)} candidates from ${(report.bytes / 2 ** 20).toFixed(1)} MiB of recorded answers, markets ${COUNTRIES.join(' and ')}; median of ${wanted.passes} (min … max), one thread
  time      ${whole(seconds.median * 1000)} ms (${whole(seconds.min * 1000)} … ${whole(seconds.max * 1000)}), ${whole(first.candidates / seconds.median)} candidates/s
  CPU time  ${whole(cpu.median * 1000)} ms (${whole(cpu.min * 1000)} … ${whole(cpu.max * 1000)}), ${whole(first.candidates / cpu.median)} candidates/s; of it facts and their filter ${whole(facts.median * 1000)} ms, judging ${whole(judging.median * 1000)} ms
  memory    ${(report.passes.at(-1).peak_kb / 1024).toFixed(1)} MiB at most, ${(first.rss_kb / 1024).toFixed(1)} after the first pass, ${(report.passes.at(-1).rss_kb / 1024).toFixed(1)} after the last
  verdicts  ${whole(first.passed)} passed, ${whole(first.rejected)} rejected, ${whole(first.needs_data)} short of data
  rules     ${Object.entries(first.rules).sort((a, b) => b[1] - a[1]).map(([rule, n]) => `${rule} ${n}`).join(', ')}
  points    ${whole(first.points)} spent, ${whole(planned)} planned: ${asPlanned ? 'ok' : 'NOT AS PLANNED'}; at ${whole(ASSESS_POINTS_A_DAY)} a day ${(first.points / ASSESS_POINTS_A_DAY).toFixed(1)} days
  watch     those that passed, all WARM: ${whole(first.watch.points)} of ${whole(first.watch.capacity)} points a day, a look every ${(first.watch.warm_s / 3600).toFixed(1)} h`);
if (wanted.json) fs.writeFileSync(wanted.json, `${JSON.stringify({ ...report, planned, asPlanned }, null, 2)}\n`);
process.exit(asPlanned ? 0 : 1);
