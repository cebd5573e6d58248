import assert from 'node:assert/strict';
import test from 'node:test';
import { readPrometheus, sample } from './prometheus.mjs';

const good = `# HELP a_total All of a.
# TYPE a_total counter
a_total{q="x\\\\y\\"z\\n,}{",t=""} 3
a_total 4
# HELP b_seconds How long.
# TYPE b_seconds histogram
b_seconds_bucket{le="0.1"} 1
b_seconds_bucket{le="+Inf"} 2
b_seconds_sum 1.5
b_seconds_count 2
`;

test('good text is read', () => {
  const families = readPrometheus(good);
  assert.equal(sample(families, 'a_total', { q: 'x\\y"z\n,}{', t: '' }), 3);
  assert.equal(sample(families, 'b_seconds_count'), 2);
  assert.equal(sample(families, 'a_total', { q: 'x' }), undefined);
});

for (const [what, from, to] of [
  ['a sample without a family', '# TYPE a_total counter\n', ''],
  ['an unescaped quote', '\\"z', '"z'],
  ['a sample twice', 'a_total 4', 'a_total 4\na_total 5'],
  ['a counter below zero', 'a_total 4', 'a_total -4'],
  ['a counter without _total', /a_total/g, 'a'],
  ['a gauge with _total', 'a_total counter', 'a_total gauge'],
  ['buckets that fall', '} 1\n', '} 3\n'],
  ['a count that is not +Inf', 'count 2', 'count 3'],
  ['a missing +Inf', 'b_seconds_bucket{le="+Inf"} 2\n', ''],
  ['a missing sum', 'b_seconds_sum 1.5\n', ''],
  ['a unit that is none', /b_seconds/g, 'b_milliseconds'],
  ['a family in two places', 'b_seconds_count 2\n', 'b_seconds_count 2\na_total{q="z"} 1\n'],
  ['a trailing comma', ',t=""}', ',t="",}'],
  ['a missing last line end', /\n$/, ''],
]) {
  test(`refused: ${what}`, () => {
    const bad = good.replace(from, to);
    assert.notEqual(bad, good);
    assert.throws(() => readPrometheus(bad));
  });
}
