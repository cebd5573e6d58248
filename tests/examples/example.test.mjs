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

function startWorker() {
  const child = spawn(path.join(folder, 'build/worker'), [url, 'mail'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const worker = { child, said: '', complained: '', ended: new Promise((resolve) => { child.on('exit', (code, signal) => resolve(code ?? signal)); }) };
  child.stdout.on('data', (text) => { worker.said += text; });
  child.stderr.on('data', (text) => { worker.complained += text; });
  children.add(child);
  return worker;
}

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

test("the example runs a Sidekiq client's jobs and settles them", async () => {
  const worker = startWorker();
  const [, failing] = push(['hello', ['world', 1.5]], ['fail', []]);
  redis('LPUSH', 'queue:mail', 'no JSON at all');
  await until('one done, one to retry, one dead', () => worker.said.includes('hello') && redis('ZCARD', 'retry') === '1' && redis('ZCARD', 'dead') === '1');
  assert.equal(worker.said, 'hello ["world",1.5]\n');
  const retry = JSON.parse(redis('ZRANGE', 'retry', '0', '0'));
  assert.deepEqual([retry.jid, retry.retry_count, retry.error_class], [failing, 0, 'Example']);
  worker.child.kill('SIGTERM');
  assert.equal(await worker.ended, 0, worker.complained);
  assert.equal(redis('KEYS', 'dropship:claimed:*'), '');
  assert.deepEqual([redis('GET', 'stat:processed'), redis('GET', 'stat:failed')], ['3', '1']);
});

test('a job that is due is moved, and the jobs of a killed worker come back', { timeout: 60000 }, async () => {
  const dead = 'dropship:claimed:gone:1:aaaaaaaaaaaa:mail#1';
  redis('LPUSH', dead, job('b1', 'orphan', [1]));
  redis('SADD', 'dropship:lists', dead);
  redis('ZADD', 'schedule', '1', job('b2', 'late', [2]));
  const worker = startWorker();
  await until('both ran', () => worker.said.includes('late [2]') && worker.said.includes('orphan [1]'));
  assert.equal(redis('EXISTS', dead), '0');
  worker.child.kill('SIGTERM');
  assert.equal(await worker.ended, 0, worker.complained);
});
