// Part of chaos-short: every target for DROPSHIP_FUZZ_SECONDS (60), two at a time.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describe, fuzzAll, prepare, targets } from './fuzz.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const seconds = Number(process.env.DROPSHIP_FUZZ_SECONDS ?? 60);

os.setPriority(10); // the storms beside it are judged by time

test('every fuzz target has a corpus', () => {
  for (const target of targets) {
    assert.ok(fs.readdirSync(path.join(here, 'corpus', target)).length > 0);
  }
});

test('no input breaks a parser', { timeout: (seconds * targets.length + 600) * 1000 }, async () => {
  prepare();
  // The same inputs each time, so that a red run is the change's own; tests/fuzz/run is for new ones.
  const results = await fuzzAll(targets, seconds, (result) => console.log(describe(result)), 1);
  assert.equal(results.length, targets.length);
  for (const result of results) {
    assert.ok(result.ok, describe(result));
    assert.ok(result.runs > 1000, `${result.target} only tried ${result.runs} inputs`);
  }
});
