import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listingStorm, printListings } from './listings.mjs';

test('kills, lost answers and lying text models during 20 listings: 20 whole products, no twin, nothing false', { timeout: 420000 }, async () => {
  const report = await listingStorm({ seed: 5, listings: 20, seconds: 120, settleS: 180 });
  printListings(report, (line) => console.log(line));
  assert.deepEqual(report.wrong, [], `states ${JSON.stringify(report.states)}`);
  assert.equal(report.listed, report.live);
  assert.ok(report.live >= 20, `only ${report.live}`);
  const killed = Object.entries(report.kills).filter(([name]) => name.startsWith('kill worker'));
  assert.ok(killed.reduce((sum, [, times]) => sum + times, 0) >= 3, JSON.stringify(report.kills));
  for (const service of ['shopify', 'cj']) assert.ok(report.lostAnswers[service] > 0, `no answer of ${service} was lost`);
  assert.ok(report.aiWrong > 0, 'no text model answered wrongly');
});
