// node tests/fuzz/routes.mjs [--seed N] [--requests M]: fuzz all routes of a private dropship-api; DROPSHIP_BIN says which one.
import { Fuzz, closeTarget, openTarget } from './routes_fuzz.mjs';

const wanted = { seed: Date.now() % 1e9, requests: 10000 };
for (let at = 2; at < process.argv.length; at += 2) {
  const name = process.argv[at].replace(/^--/, '');
  const value = Number(process.argv[at + 1]);
  if (!Object.hasOwn(wanted, name) || !Number.isInteger(value) || value < 1) {
    console.error('usage: tests/fuzz/run routes [--seed N] [--requests N]');
    process.exit(2);
  }
  wanted[name] = value;
}
const { seed, requests } = wanted;
console.log(`seed ${seed}, ${requests} requests`);
const system = await openTarget('fuzz-routes');
let fuzz;
try {
  fuzz = await Fuzz.open(system, seed);
  await fuzz.run(requests);
  for (const fault of fuzz.faults) console.log(fault);
  console.log(fuzz.describe());
} finally {
  fuzz?.end();
  await closeTarget(system);
}
process.exit(fuzz.faults.length > 0 ? 1 : 0);
