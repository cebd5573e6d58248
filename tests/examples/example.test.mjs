// The queue as a library of another program's: installed into an empty folder, found by find_package, and at work on a real
// Redis with jobs of a Sidekiq client's making.  ctest runs this and names the build (DROPSHIP_BUILD) and its compiler flags.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const { DROPSHIP_BUILD: build, DROPSHIP_CFLAGS: flags = '', DROPSHIP_CC: compiler = 'cc' } = process.env;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dropship-example-'));
const prefix = path.join(folder, 'prefix');
const include = path.join(prefix, 'include/dropship_queue');
const url = `${(process.env.DROPSHIP_TEST_REDIS_URL ?? '').replace(/(:\/\/[^/]*).*$/, '$1')}/11`;
const children = new Set();

function run(command, ...args) {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(done.status, 0, `${command} ${args.join(' ')}\n${done.error ?? ''}${done.stdout}${done.stderr}`);
  return done.stdout.trim();
}
const redis = (...words) => run('redis-cli', '-u', url, ...words);

// Sidekiq's own client, in Ruby: [type, args] in order; the jids.
function push(...jobs) {
  const program = `require 'sidekiq'; require 'json'
    Sidekiq.logger.level = Logger::WARN
    Sidekiq.configure_client { |c| c.redis = { url: ARGV[0] } }
    puts JSON.parse(ARGV[1]).map { |type, args| Sidekiq::Client.push('class' => type, 'args' => args, 'queue' => 'mail') }.join(' ')`;
  return run('ruby', '-W0', '-e', program, url, JSON.stringify(jobs)).split(' ');
}
const job = (jid, type, args) => JSON.stringify({ class: type, args, jid, queue: 'mail', retry: true, created_at: Date.now() / 1000 });

async function until(what, condition) {
  for (const end = Date.now() + 30000; Date.now() < end;) {
    if (condition()) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  assert.fail(`not within 30 s: ${what}`);
}

function start(program) {
  const child = spawn(path.join(folder, 'build', program), [url, 'mail'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const worker = { child, said: '', complained: '', ended: new Promise((resolve) => { child.on('exit', (code, signal) => resolve(code ?? signal)); }) };
  child.stdout.on('data', (text) => { worker.said += text; });
  child.stderr.on('data', (text) => { worker.complained += text; });
  children.add(child);
  return worker;
}

async function end(worker) {
  worker.child.kill('SIGTERM');
  assert.equal(await worker.ended, 0, worker.complained);
  assert.equal(redis('KEYS', 'dropship:claimed:*'), '');
  assert.equal(redis('KEYS', 'dropship:lease:*'), '');
}
const lines = (worker) => worker.said.split('\n').filter(Boolean).sort();

before(() => {
  assert.ok(build, 'DROPSHIP_BUILD is not set; ctest sets it');
  run('cmake', '--install', build, '--component', 'dropship_queue', '--prefix', prefix);
  run('cmake', '-S', here, '-B', path.join(folder, 'build'), `-DCMAKE_PREFIX_PATH=${prefix}`, `-DCMAKE_C_COMPILER=${compiler}`, `-DCMAKE_C_FLAGS=${flags}`);
  run('cmake', '--build', path.join(folder, 'build'));
  redis('FLUSHDB');
});
after(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

test('every installed header stands alone, without our flags', () => {
  const headers = fs.readdirSync(include, { recursive: true }).map(String).filter((f) => f.endsWith('.h'));
  assert.ok(headers.length > 8);
  for (const header of headers) {
    const source = path.join(folder, 'alone.c');
    fs.writeFileSync(source, `#include <${header}>\n#include <${header}>\nint main(void) { return 0; }\n`);
    run(compiler, '-std=c17', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fsyntax-only', `-I${include}`, source);
  }
});

test('the installed archive needs nothing of the build', () => {
  const config = fs.readFileSync(run('find', prefix, '-name', 'dropship_queue-config.cmake'), 'utf8');
  assert.ok(!config.includes(path.dirname(path.dirname(here))), config);
  assert.ok(!fs.readdirSync(prefix, { recursive: true }).some((f) => /_priv\.h$/.test(String(f))));
});

for (const [program, failure] of [['worker', 'TemporaryError'], ['by_hand', 'Example']]) {
  test(`${program} runs the jobs of Sidekiq's client and of ours and settles them`, async () => {
    redis('FLUSHDB');
    const worker = start(program);
    const [, failing] = push(['hello', ['world', 1.5]], ['fail', []]);
    const ours = run(path.join(folder, 'build/producer'), url, 'mail', 'greet', '[{"deep":[9223372036854775808]}]');
    assert.match(ours, /^[0-9a-f]{24}$/);
    redis('LPUSH', 'queue:mail', 'no JSON at all');
    await until('two done, one to retry, one dead', () => lines(worker).length === 2 && redis('ZCARD', 'retry') === '1' && redis('ZCARD', 'dead') === '1');
    assert.deepEqual(lines(worker), ['greet [{"deep":[9223372036854775808]}]', 'hello ["world",1.5]']);
    const retry = JSON.parse(redis('ZRANGE', 'retry', '0', '0'));
    assert.deepEqual([retry.jid, retry.retry_count, retry.error_class, retry.error_message], [failing, 0, failure, 'told to fail']);
    const [, due] = redis('ZRANGE', 'retry', '0', '0', 'WITHSCORES').split('\n');
    assert.ok(due - Date.now() / 1000 > 10 && due - Date.now() / 1000 < 26, `first backoff: ${due - Date.now() / 1000}`);
    assert.equal(redis('ZRANGE', 'dead', '0', '0'), 'no JSON at all');
    await until('all settled', () => redis('GET', 'stat:processed') === '4');
    assert.ok(Number(redis('GET', 'stat:failed')) >= 1);
    await end(worker);
  });

  test(`${program} moves what is due and runs the jobs of a vanished worker`, { timeout: 60000 }, async () => {
    redis('FLUSHDB');
    const dead = 'dropship:claimed:gone:1:aaaaaaaaaaaa:mail#1';
    redis('LPUSH', dead, job('b1', 'orphan', [1]));
    redis('ZADD', 'schedule', '1', job('b2', 'late', [2]));
    const worker = start(program);
    await until('both ran', () => worker.said.includes('late [2]') && worker.said.includes('orphan [1]'));
    assert.equal(redis('EXISTS', dead), '0');
    await end(worker);
  });
}

test('a retry that is due runs again, and goes to dead when its attempts are used up', async () => {
  redis('FLUSHDB');
  const worker = start('worker');
  const last = { ...JSON.parse(job('c1', 'fail', [])), retry: 3, retry_count: 2, error_class: 'X', error_message: 'x', failed_at: 1 };
  redis('ZADD', 'retry', '1', JSON.stringify(last));
  await until('it is dead', () => redis('ZCARD', 'dead') === '1');
  const dead = JSON.parse(redis('ZRANGE', 'dead', '0', '0'));
  assert.deepEqual([dead.jid, dead.retry_count, dead.error_class], ['c1', 3, 'TemporaryError']);
  assert.equal(redis('ZCARD', 'retry'), '0');
  await end(worker);
});

// What came back from a killed worker runs one by one, lest one that kills takes another with it.
test('a second worker runs what a killed one had', { timeout: 90000 }, async () => {
  redis('FLUSHDB');
  const first = start('worker');
  push(['wait', [4]], ['wait', [4]]);
  await until('both run there', () => lines(first).length === 2);
  first.child.kill('SIGKILL');
  await first.ended;
  const second = start('worker');
  push(['hello', ['meanwhile']]);
  await until('what waits does not wait for recovery', () => second.said.includes('hello ["meanwhile"]'));
  await until('both run again', () => lines(second).filter((line) => line === 'wait [4]').length === 2);
  await end(second);
  assert.equal(redis('GET', 'stat:processed'), '3');
});

test('TERM lets running jobs end and starts no others', { timeout: 60000 }, async () => {
  redis('FLUSHDB');
  const worker = start('worker');
  push(...Array(4).fill(['wait', [2]]));
  await until('all four threads are busy', () => lines(worker).length === 4);
  push(['hello', ['next time']]);
  await end(worker);
  assert.equal(lines(worker).length, 4);
  assert.deepEqual([redis('GET', 'stat:processed'), redis('LLEN', 'queue:mail')], ['4', '1']);
});

test("the worker stands in Sidekiq's ProcessSet with its work, and obeys it", { timeout: 60000 }, async () => {
  redis('FLUSHDB');
  const worker = start('worker');
  push(['wait', [20]]);
  const look = (then = '') => JSON.parse(run('ruby', '-W0', '-e', `require 'sidekiq/api'; require 'json'
    Sidekiq.configure_client { |c| c.redis = { url: ARGV[0] } }
    shown = Sidekiq::ProcessSet.new.map { |p| ${then}; [p['pid'], p['queues'], p['concurrency'], p.stopping?] }
    puts JSON.generate([shown, Sidekiq::Workers.new.map { |_, _, w| p = w['payload']; [w['queue'], (p.is_a?(String) ? JSON.parse(p) : p)['class']] }])`, url));
  await until('its work is shown', () => look()[1].length === 1);
  assert.deepEqual(look(), [[[worker.child.pid, ['mail'], 4, false]], [['mail', 'wait']]]);
  look('p.quiet!');
  await until('it is quiet', () => look()[0][0]?.[3] === true);
  push(['hello', ['not here']]);
  look('p.stop!');
  assert.equal(await worker.ended, 0, worker.complained);
  assert.deepEqual([lines(worker), redis('LLEN', 'queue:mail')], [['wait [20]'], '1']);
  assert.deepEqual(look(), [[], []]);
});
