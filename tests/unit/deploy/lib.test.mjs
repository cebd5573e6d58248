// deploy/lib.sh and deploy/steps.sh, function by function, in folders of their own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dropship-deploy-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const script = (text) => `set -euo pipefail; . '${root}/deploy/lib.sh'; . '${root}/deploy/steps.sh'; ${text}`;
const bash = (text, env = {}) => spawnSync('bash', ['-c', script(text)], { encoding: 'utf8', timeout: 20000, env: { PATH: process.env.PATH, ...env } });
const made = (name) => {
  const made = path.join(folder, name);
  fs.mkdirSync(made);
  return made;
};

test('a second call of the same folder waits until the first has ended', async () => {
  const VAR = made('locked');
  const first = spawn('bash', ['-c', script('VAR=$1; lock_var; echo locked; read -r; echo first >>"$VAR/order"'), 'bash', VAR], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => { first.stdout.once('data', resolve); });
  const second = spawn('bash', ['-c', script('VAR=$1; lock_var; echo second >>"$VAR/order"'), 'bash', VAR], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { second.on('exit', resolve); });
  const said = await new Promise((resolve) => { second.stdout.once('data', resolve); });
  assert.match(String(said), /^waiting for another/);
  first.stdin.end('\n');
  assert.equal(await ended, 0);
  assert.equal(fs.readFileSync(path.join(VAR, 'order'), 'utf8'), 'first\nsecond\n');
});

test('what was started holds no lock', () => {
  const VAR = made('started');
  for (const name of ['run', 'log']) fs.mkdirSync(path.join(VAR, name));
  const run = bash(`VAR=${VAR}; as_service() { "$@"; }; is_ours() { true; }; lock_var; start_program sleeper sleep 30 >/dev/null`);
  try {
    assert.equal(run.status, 0, run.stderr);
    assert.equal(spawnSync('flock', ['-n', VAR, 'true']).status, 0);
  } finally {
    // What was not started, as when the test fails, is not there to be ended.
    const file = path.join(VAR, 'run/sleeper.pid');
    if (fs.existsSync(file)) process.kill(Number(fs.readFileSync(file, 'utf8').split(' ')[0]));
  }
});

test('a folder that was deleted meanwhile, or never was, cannot be locked', () => {
  assert.notEqual(bash(`VAR=${folder}/nowhere; lock_var`).status, 0);
  const VAR = made('purged');
  assert.match(bash(`VAR=${VAR}; flock() { rmdir "$VAR"; }; lock_var || echo again`).stdout, /again/);
});

test('a folder with other things in it is left alone', () => {
  const VAR = made('home');
  fs.writeFileSync(path.join(VAR, 'letter'), 'dear');
  const run = bash(`VAR=${VAR}; prepare_var`);
  assert.equal(run.status, 2);
  assert.match(run.stderr, /was not made by deploy\/up/);
  assert.deepEqual(fs.readdirSync(VAR), ['letter']);
});

test('a folder whose making was cut off is taken up again', () => {
  const VAR = path.join(folder, 'cut');
  const go = (text) => bash(`is_root() { false; }; VAR=${VAR}; ${text}`);
  assert.notEqual(go('chmod() { exit 1; }; mkdir() { [ "$2" = "$VAR" ] || exit 1; command mkdir "$@"; }; prepare_var').status, 0);
  assert.deepEqual(fs.readdirSync(VAR), ['secrets']);
  const again = go('prepare_var');
  assert.equal(again.status, 0, again.stderr);
  assert.equal(fs.statSync(path.join(VAR, 'secrets')).mode & 0o777, 0o600);
});

test('what is told to be tried next can be pasted, whatever the folder is called', () => {
  const VAR = made("a shop's");
  fs.writeFileSync(path.join(VAR, 'admin.key'), 'ds_1\n');
  const run = bash('choose_var; SANDBOXED=; SIMULATED=; OWN_SETTINGS=; SCHEME=https LISTEN=127.0.0.1:1 tell', { DROPSHIP_VAR: VAR });
  assert.equal(run.status, 0, run.stderr);
  const next = run.stdout.slice(run.stdout.indexOf('try next:') + 9);
  const pasted = spawnSync('bash', ['-c', `curl() { printf '%s\n' "$@"; }; deploy/dropship() { printf '%s\n' "$DROPSHIP_VAR"; }; ${next}`], { encoding: 'utf8' });
  assert.equal(pasted.stderr, '');
  assert.deepEqual(pasted.stdout.trim().split('\n'), [VAR, VAR, VAR, '-k', '-H', 'Authorization: Bearer ds_1', 'https://127.0.0.1:1/api/v1/orders?limit=3']);
});

test('a relative folder is the same for each command', () => {
  assert.equal(bash('cd /usr; choose_var; printf %s "$VAR"', { DROPSHIP_VAR: 'some/../where' }).stdout, '/usr/where');
});

test('keys that cannot work are named before anything starts', () => {
  const settings = (text) => {
    const run = bash(`OWN=${folder}/own; touch "$OWN"; ROOT=${folder}; mkdir -p "$ROOT/build/release/bin"
      printf '%s\\n' '#!/bin/sh' 'cat "$DROPSHIP_ENV_FILE"' >"$ROOT/build/release/bin/dropship"; chmod 755 "$ROOT/build/release/bin/dropship"
      printf '%b' '${text}' >"$OWN"; VAR=${folder}; as_service() { "$@"; }; read_own_settings`);
    return run.status === 0 ? 'taken' : run.stderr;
  };
  assert.equal(settings('SHOPIFY_SHOP=x\\nSHOPIFY_CLIENT_ID=a\\nSHOPIFY_CLIENT_SECRET=***\\n'), 'taken');
  assert.equal(settings('CJ_API_KEY=***\\n'), 'taken');
  assert.match(settings('SHOPIFY_ACCESS_TOKEN=***\\n'), /no SHOPIFY_SHOP/);
  assert.match(settings('SHOPIFY_SHOP=x\\nSHOPIFY_CLIENT_ID=a\\n'), /no SHOPIFY_CLIENT_SECRET/);
  assert.match(settings('SHOPIFY_SHOP=x\\nSHOPIFY_CLIENT_SECRET=***\\n'), /no SHOPIFY_CLIENT_ID/);
  assert.match(settings(`DROPSHIP_TLS_CERTIFICATE=${folder}/none.pem\\n`), /DROPSHIP_TLS_CERTIFICATE: .* cannot be read/);
});
