// node tests/fuzz/routes.mjs [--seed N] [--requests M]: fuzz all routes of a private dropship-api; DROPSHIP_BIN says which one.
import { Fuzz, closeTarget, openTarget } from './routes_fuzz.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1) {
    console.error('usage: node tests/fuzz/routes.mjs [--seed N] [--requests M]');
    process.exit(2);
  }
  return value;
};
const seed = option('seed', Date.now() % 1e9);
const requests = option('requests', 10000);
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
