// The long form of the chaos test; called by tests/chaos/run.
import { parseArgs } from 'node:util';
import { faultsIn, storm } from './chaos.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '180' },
  orders: { type: 'string', default: '300' }, flush: { type: 'boolean', default: false } } });
const report = await storm({ seed: Number(values.seed), seconds: Number(values.seconds), orders: Number(values.orders),
  flush: values.flush, settleS: 600, say: (line) => console.log(line) });
console.log(JSON.stringify(report, null, 2));
const { judge } = report;
const wrong = faultsIn(judge);
console.log(`seed ${values.seed}: ${judge.orders} orders, ${judge.fulfilledExpected} of ${judge.expected} fulfilled, ` +
  `${judge.missing.length} missing, ${judge.double.length} double, settled in ${report.settledS} s`);
for (const line of wrong) console.log(`WRONG ${line}`);
process.exit(wrong.length === 0 ? 0 : 1);
