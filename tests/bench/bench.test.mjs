// The arithmetic and the protocol that the measurements stand on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile, rateOf, summary, tableOf, timesAsGood, verdict } from './lib/figures.mjs';
import { parse, wordsOfMonitor } from './lib/redis.mjs';

test('the median of an even number lies between the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 1, 5, 2]), 3.5);
  assert.deepEqual(summary([3, 1, 2]), { median: 2, min: 1, max: 3, runs: [3, 1, 2] });
});

test('a percentile is a value that occurred', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(percentile(values, 0.5), 50);
  assert.equal(percentile(values, 0.99), 99);
  assert.equal(percentile(values, 1), 100);
  assert.equal(percentile([7], 0.01), 7);
});

test('a rate leaves out the first tenth', () => {
  const seen = [{ at: 0, count: 0 }, { at: 5e6, count: 10 }, { at: 6e6, count: 60 }, { at: 6.5e6, count: 100 }];
  assert.equal(rateOf(seen), 60);
  assert.throws(() => rateOf([{ at: 1, count: 5 }]), /too few/);
});

test('less is better for seconds, more for jobs', () => {
  assert.equal(timesAsGood(2, 10, 'less'), 5);
  assert.equal(timesAsGood(200, 100, 'more'), 2);
  assert.match(verdict({ atLeast: 0.9 }, 0.89), /^MISSED/);
  assert.match(verdict({ below: 2 }, 1.99), /^ok/);
  assert.equal(verdict(undefined, 1), '');
});

test('what was not measured is a dash with its reason, never 0', () => {
  const machine = { cpu: 'c', cores: 2, memoryGiB: 1, kernel: 'k', redis: '7', node: '20', loadBefore: ['3'], quiet: false };
  const text = tableOf({ date: 'd', command: 'run', machine, repeats: 5, figures: [
    { case: 'b', name: 'x', unit: 'jobs/s', value: summary([1, 2, 3]), ceilings: [], peers: [{ name: 'Peer', missing: 'not installed: npm' }] },
    { case: 'e', name: 'y', unit: 'jobs/s', missing: 'failed: why' }] });
  assert.match(text, /Peer +— +not installed: npm/);
  assert.match(text, /y +— jobs\/s +failed: why/);
  assert.match(text, /NOT QUIET/);
});

test('replies are taken whole or not at all', () => {
  const reply = Buffer.from('*3\r\n$3\r\na\r\n\r\n:-7\r\n$-1\r\n+rest');
  assert.deepEqual(parse(reply, 0), { value: ['a\r\n', -7, null], end: reply.length - 5 });
  for (let length = 0; length < reply.length - 5; length++) assert.equal(parse(reply.subarray(0, length), 0), null);
  assert.match(parse(Buffer.from('-ERR no\r\n'), 0).value.message, /ERR no/);
});

test('a line of MONITOR gives back the words of the command', () => {
  assert.deepEqual(wordsOfMonitor('1.2 [0 127.0.0.1:5] "EVALSHA" "" "{\\"a\\":\\"\\\\n\\\\\\"\\"}" "\\x00\\r\\n"'),
    ['EVALSHA', '', '{"a":"\\n\\""}', '\0\r\n']);
});
