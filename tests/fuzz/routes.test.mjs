// Part of chaos-short: the same thousand requests each time, so that a red run is the change's own; tests/fuzz/run routes is for new ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fuzz, closeTarget, openTarget } from './routes_fuzz.mjs';

test('a thousand odd requests break, change and learn nothing', { timeout: 300000 }, async () => {
  const system = await openTarget('fuzz-routes');
  let fuzz;
  try {
    fuzz = await Fuzz.open(system, 20261121);
    await fuzz.run(1000);
    console.log(fuzz.describe());
    assert.deepEqual(fuzz.faults, []);
    assert.ok(fuzz.refused > 500, `only ${fuzz.refused} were refused`);
    assert.ok(fuzz.statuses[200] > 100, 'some were right');
    assert.ok((fuzz.statuses[401] ?? 0) > 0 && (fuzz.statuses[403] ?? 0) > 0 && (fuzz.statuses[404] ?? 0) > 0 && (fuzz.statuses[409] ?? 0) > 0);
  } finally {
    fuzz?.end();
    await closeTarget(system);
  }
});
