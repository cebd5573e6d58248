// tests/fuzz/run [--seconds N] [TARGET...]
import { describe, fuzzAll, prepare, targets } from './fuzz.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--seconds');
const seconds = at < 0 ? 60 : Number(args.splice(at, 2)[1]);
const names = args.length > 0 ? args : targets;
if (!Number.isInteger(seconds) || seconds < 1 || names.some((n) => !targets.includes(n))) {
  console.error(`usage: tests/fuzz/run [--seconds N] [TARGET...]\n       tests/fuzz/run routes [--seed N] [--requests N]\ntargets: ${targets.join(' ')}`);
  process.exit(2);
}
prepare(names);
const results = await fuzzAll(names, seconds, (result) => console.log(describe(result)));
process.exit(results.every((r) => r.ok) ? 0 : 1);
