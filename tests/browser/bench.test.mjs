// The bench of the dashboard, as a command.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../support/servers.mjs';

const bin = process.env.DROPSHIP_BIN ?? fileURLToPath(new URL('../../build/dev/bin', import.meta.url));
const bench = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../bench/dashboard.mjs');

/** Processes whose parent is one of these, and theirs. */
function childrenOf(pids) {
  if (pids.length === 0) return [];
  let found = '';
  try {
    found = execFileSync('pgrep', ['-P', pids.join(',')], { encoding: 'utf8' });
  } catch {
    return []; // there are none
  }
  const own = found.trim().split('\n').map(Number);
  return [...own, ...childrenOf(own)];
}
const isThere = (pid) => fs.existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));

test('a bench that is interrupted leaves no server behind', { timeout: 180000 }, async () => {
  const run = spawn(process.execPath, [bench, '--quick', '--bin', bin], { stdio: 'ignore' });
  const ended = new Promise((resolve) => { run.on('exit', (code, signal) => resolve([code, signal])); });
  let children = [];
  await until('its servers run', () => {
    children = childrenOf([run.pid]);
    return children.length > 3;
  }, 60000, 200);
  run.kill('SIGINT');
  assert.deepEqual(await ended, [1, null]);
  await until('nothing is left', () => !children.some(isThere), 10000, 100);
});
