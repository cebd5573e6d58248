// Measures, prints the table, writes it as JSON.  See tests/bench/run, which builds first.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './lib/cases.mjs';
import { tableOf } from './lib/figures.mjs';
import { machine } from './lib/machine.mjs';
import { Stage } from './lib/stage.mjs';
import { peerRows } from './peers/peers.mjs';

const help = `tests/bench/run [options]
  --only a,b,...  cases: a enqueue, b throughput, c latency, d due jobs and a storm of retries, e jobs that wait,
                  f memory, g depth (all)
  --quick         a quarter of the jobs, three repetitions instead of five
  --no-peers      ours and the ceilings only
  --json FILE     write the figures there, too
  --bin DIR       measure these programs instead of building`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function options() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' }, 'no-peers': { type: 'boolean' },
      json: { type: 'string' }, bin: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    const only = values.only?.split(',') ?? Object.keys(cases);
    const unknown = only.find((name) => !(name in cases));
    if (unknown !== undefined) throw new Error(`no such case: ${unknown}`);
    return { ...values, only };
  } catch (error) {
    console.error(`${error.message}\n${help}`);
    process.exit(2);
  }
}

class Bench {
  constructor(stage, { quick = false, 'no-peers': alone = false }) {
    Object.assign(this, { stage, quick, alone, repeats: quick ? 3 : 5, figures: [] });
  }

  scale(count) {
    return this.quick ? Math.max(1000, Math.round(count / 4)) : count;
  }

  // A target in seconds is for all of the jobs.
  full(target) {
    return this.quick ? undefined : target;
  }

  peers(ability, run, repeats = 3) {
    return this.alone ? [] : peerRows(this.stage, ability, run, Math.min(repeats, this.repeats));
  }

  add(figure) {
    this.figures.push(figure);
    console.error(`  ${figure.case}  ${figure.name}: ${figure.missing ?? `${figure.value.median.toPrecision(4)} ${figure.unit}`}`);
    return figure;
  }
}

const wanted = options();
if (wanted.help) {
  console.log(help);
  process.exit(0);
}
const stage = new Stage(path.resolve(wanted.bin ?? path.join(root, 'build/bench/bin')));
const bench = new Bench(stage, wanted);
const report = { date: new Date().toISOString(), command: ['tests/bench/run', ...process.argv.slice(2)].join(' '), machine: machine(),
  repeats: bench.repeats, figures: bench.figures };
if (!report.machine.quiet) console.error(`warning: the machine is not quiet (load ${report.machine.loadBefore.join(' ')})`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stage.stop().finally(() => process.exit(1)));
try {
  await stage.start();
  for (const name of wanted.only) await cases[name](bench);
} finally {
  await stage.stop();
}
console.log(tableOf(report));
if (wanted.json) fs.writeFileSync(wanted.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(report.figures.some(({ missing }) => missing) ? 1 : 0);
