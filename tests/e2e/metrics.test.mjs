// What Prometheus sees of a pool: every program's endpoint in the strict format, totals that add up over processes and
// outlive them, and an emptied Redis.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { readPrometheus, sample } from '../support/prometheus.mjs';
import { System } from '../support/system.mjs';
import { freePort, until } from '../support/servers.mjs';

let system;
const ports = {};
before(async () => {
  system = await System.start('metrics', { workers: 0, schedulers: 0 });
  for (const [name, program] of [['scheduler0', 'dropship-scheduler'], ['worker0', 'dropship-worker'], ['worker1', 'dropship-worker']]) {
    ports[name] = await freePort();
    system.add(name, program, [], { DROPSHIP_HEALTH_LISTEN: `127.0.0.1:${ports[name]}` });
    system.program(name).start();
  }
  for (const port of Object.values(ports)) await until('healthy', async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok, 30000);
}, { timeout: 120000 });
after(() => system?.stop());

async function scrape(url, headers = {}) {
  const answer = await fetch(url, { headers });
  assert.equal(answer.status, 200);
  return answer.text();
}
const own = async (name) => readPrometheus(await scrape(`http://127.0.0.1:${ports[name]}/metrics`));
const poolText = () => scrape(`${system.apiUrl}/metrics`, { authorization: `Bearer ${system.key}` });
const pool = async () => readPrometheus(await poolText());
const done = (families) => sample(families, 'dropship_jobs_total', { queue: 'default', type: 'noop', outcome: 'done' }) ?? 0;

async function enqueue(count) {
  for (let i = 0; i < count; i += 1) await system.cli('enqueue', 'noop');
}

test('each program speaks the strict format', { timeout: 60000 }, async () => {
  await enqueue(3);
  await until('they are done', async () => done(await pool()) === 3, 20000, 200);
  const worker = await own('worker0');
  for (const name of ['dropship_worker_jobs_total', 'dropship_worker_job_wait_seconds', 'dropship_worker_resident_bytes', 'dropship_worker_lane_threads']) {
    assert.ok(worker.has(name), name);
  }
  assert.ok(sample(worker, 'dropship_worker_resident_bytes') > 1e6);
  const scheduler = await own('scheduler0');
  for (const name of ['dropship_scheduler_rounds_total', 'dropship_scheduler_relay_lag_seconds', 'dropship_scheduler_promoter_items_total']) {
    assert.ok(scheduler.has(name), name);
  }
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: await poolText(), encoding: 'utf8' });
  if (!promtool.error) assert.equal(promtool.status, 0, promtool.stderr); // only where it is installed
});

test('alerts speak of metrics that there are', { timeout: 60000 }, async () => {
  const rules = fs.readFileSync(new URL('../../deploy/monitoring/alerts.yml', import.meta.url), 'utf8');
  const families = [await pool(), await own('worker0'), await own('scheduler0')];
  const named = new Set(rules.match(/\bdropship_[a-z_]+/g));
  assert.ok(named.size > 15);
  for (const name of named) {
    const family = name.replace(/_(count|sum|bucket)$/, '');
    assert.ok(families.some((f) => f.has(name) || f.get(family)?.type === 'histogram'), name);
  }
});

test('the deltas of two processes add up, and outlive them', { timeout: 90000 }, async () => {
  const before = done(await pool());
  await enqueue(20);
  await until('they are counted', async () => done(await pool()) === before + 20, 20000, 200);
  const each = await Promise.all(['worker0', 'worker1'].map(async (name) =>
    sample(await own(name), 'dropship_worker_jobs_total', { queue: 'default', type: 'noop', outcome: 'done' }) ?? 0));
  assert.equal(each[0] + each[1], before + 20, 'what the processes say is what the pool says');
  for (const name of ['worker0', 'worker1']) {
    await system.program(name).kill('SIGTERM');
    system.program(name).start();
  }
  await enqueue(5);
  await until('the total goes on', async () => done(await pool()) === before + 25, 30000, 200);
  const families = await pool();
  assert.equal(sample(families, 'dropship_job_run_seconds_count', { queue: 'default', type: 'noop' }), before + 25);
  assert.equal(sample(families, 'dropship_job_wait_seconds_count', { queue: 'default', type: 'noop' }), before + 25);
  assert.ok(sample(families, 'dropship_jobs_claimed_total') >= before + 25);
});

test('an emptied Redis begins again from zero, never below', { timeout: 60000 }, async () => {
  const start = done(await pool());
  assert.ok(start > 0);
  system.redis.command('FLUSHALL');
  let families = await pool();
  assert.equal(done(families), 0);
  await enqueue(4);
  await until('new ones are counted', async () => done(await pool()) === 4, 30000, 200);
  families = await pool(); // the reader refuses counters below zero
  assert.ok(done(families) < start);
});
