// The long form of the chaos test; called by tests/chaos/run.
import { parseArgs } from 'node:util';
import { storm } from './chaos.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '180' },
  orders: { type: 'string', default: '300' }, flush: { type: 'boolean', default: false } } });
const report = await storm({ seed: Number(values.seed), seconds: Number(values.seconds), orders: Number(values.orders),
  flush: values.flush, settleS: 600, say: (line) => console.log(line) });
console.log(JSON.stringify(report, null, 2));
const { judge } = report;
const good = judge.missing.length === 0 && judge.double.length === 0 && judge.fulfilled === judge.expected;
console.log(`seed ${values.seed}: ${judge.orders} orders, ${judge.fulfilled} fulfilled, ${judge.missing.length} missing, ${judge.double.length} double`);
process.exit(good ? 0 : 1);
