// What is read out of wrk, and what pgbench is given.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pgbenchScript, readWrk } from './lib/web.mjs';

const said = (more) => `Running 2s test @ http://127.0.0.1/\n  Latency Distribution\n     50%   12.00us\n     99%    1.50s\n  10 requests in 2.00s\n${more}Requests/sec:   1234.56\n`;

test('rate and p99 are read in their units', () => {
  assert.deepEqual(readWrk(said('')), { rate: 1234.56, p99: 1500 });
  assert.equal(readWrk(said('').replace('1.50s', '980.00us')).p99, 0.98);
});

test('answers that failed are no measurement', () => {
  assert.throws(() => readWrk(said('  Non-2xx or 3xx responses: 3\n')), /Non-2xx or 3xx responses: 3/);
  assert.throws(() => readWrk(said('  Socket errors: connect 0, read 0, write 0, timeout 1\n')), /timeout 1/);
});

test('each client of pgbench prepares the statement once', () => {
  const script = pgbenchScript('-- about $1\nselect $1,\n  $2', [null, 50]);
  assert.equal(script, "\\if :ready = 0\nprepare measured as select $1, $2;\n\\set ready 1\n\\endif\nexecute measured(null, '50');\n");
});
