// Every command of `dropship`, run as a person or a script runs it, against real servers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { before, beforeEach, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { cli, commands, keys, server } from './cli_support.mjs';

const { env, run, human, json, refused, sql } = commands(server);
const order = (name, state) => sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, total_minor, currency)
  values ('gid://shopify/Order/' || nextval('gids'), '${name}', '${state}', now() - interval '1 hour', now(), 'PAID', 1999, 'USD') returning id`);

before(() => {
  sql('set client_min_messages to warning; drop schema public cascade; create schema public');
  assert.ok(json('migrate').applied >= 1);
  sql('create sequence gids start 1001');
});
beforeEach(() => {
  sql('truncate setting, audit, api_key, variant_mapping, shop_order, order_line, supplier_order, parcel, order_event, effect, outbox, reconcile_run, job_run, dead_job restart identity cascade');
  keys('FLUSHDB');
});

test('migrate says what it did, and nothing the second time', () => {
  assert.deepEqual(json('migrate'), { applied: 0 });
  assert.match(human('migrate'), /up to date/);
});

test('help lists every command; a wrong command or argument is usage', () => {
  const help = human('--help');
  for (const name of ['status', 'enqueue', 'order-hold', 'doctor', 'settings']) assert.ok(help.includes(`  ${name} `), name);
  assert.ok(help.includes('DROPSHIP_REDIS_URL'));
  assert.match(human('order', '--help'), /usage: dropship order NAME\|ID/);
  assert.match(human('--version'), /^dropship \d/);
  assert.match(human('--print-config-markdown'), /^\| /);
  for (const args of [[], ['nonsense'], ['bench']]) assert.equal(run(args).status, 2);
  refused(2, /too many/, 'status', 'x');
  refused(2, /no option --nope/, 'queues', '--nope');
  refused(2, /missing/, 'job');
});

test('a wrong configuration is told before anything is done', () => {
  const r = run(['status'], { DROPSHIP_LEASE_MS: 'soon', DROPSHIP_LOG_LEVEL: 'loud!' });
  assert.equal(r.status, 2);
  assert.match(r.stderr, /DROPSHIP_LEASE_MS/);
  assert.match(r.stderr, /DROPSHIP_LOG_LEVEL/);
});

test('status shows sandbox, STOP, modes, orders, queues, waits and tuned settings', () => {
  order('#1', 'held');
  sql("insert into reconcile_run (orders, missing, doubled, detail) values (1, 0, 0, '{}')");
  json('settings', 'orders.check_s', '60');
  json('stop');
  json('enqueue', 'noop', '[]');
  const soon = String(Date.now() / 1000 + 600);
  keys('HSET', 'dropship:limit:cj', 'text', 'points used up', 'until', soon);
  keys('HSET', 'dropship:limit:old', 'text', 'over', 'until', '1000.5');
  keys('SET', 'dropship:limit:cj:next', '1');
  keys('MSET', 'dropship:stat:archived', '21', 'dropship:stat:trimmed', '4');
  const s = JSON.parse(run(['status', '--json'], { DROPSHIP_SANDBOX: 'shopify,cj' }).stdout);
  assert.equal(s.sandbox, 'shopify,cj');
  assert.equal(s.stop, true);
  assert.equal(s.flows.fulfillment, 'approve');
  assert.deepEqual(s.business.orders, { held: 1 });
  assert.equal(s.business.reconcile.missing, 0);
  assert.equal(s.jobs.waiting, 1);
  assert.equal(s.queues[0].name, 'default');
  assert.deepEqual(s.limits.map((l) => [l.provider, l.text]), [['cj', 'points used up']]);
  assert.ok(s.tuned.some((t) => t.name === 'orders.check_s' && t.value === '60' && t.default === '300'));
  const text = run(['status'], { DROPSHIP_SANDBOX: 'shopify,cj' }).stdout;
  for (const part of ['SANDBOX: simulated are shopify,cj', 'STOP is ON', 'held 1', '0 missing, 0 double', 'points used up', 'orders.check_s', 'dead archived 21  dead dropped 4']) {
    assert.ok(text.includes(part), `${part} in:\n${text}`);
  }
});

test('status says what is away, shows the rest and exits 1', () => {
  const noDatabase = run(['status'], { DROPSHIP_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
  assert.equal(noDatabase.status, 1);
  assert.match(noDatabase.stdout, /Postgres cannot be asked: (?!Postgres)/);
  for (const command of ['orders', 'doctor']) {
    const told = run([command], { DROPSHIP_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
    assert.match(told.stdout + told.stderr, / Postgres: (?!Postgres)/);
  }
  assert.match(noDatabase.stdout, /jobs +waiting 0/);
  const noRedis = run(['status', '--json'], { DROPSHIP_REDIS_URL: 'redis://127.0.0.1:1/0' });
  assert.equal(noRedis.status, 1);
  const answer = JSON.parse(noRedis.stdout);
  assert.ok(answer.redis_error.length > 5);
  assert.equal(answer.business.received, 0);
});

test('a job is enqueued, seen, killed, retried and deleted', () => {
  const { jid, queue } = json('enqueue', 'noop', '[{"a":1}]');
  assert.match(jid, /^[0-9a-f]{24}$/);
  assert.equal(queue, 'default');
  assert.match(keys('LINDEX', 'queue:default', '0'), /"class":"noop"/);
  const page = json('jobs');
  assert.equal(page.total, 1);
  assert.deepEqual(page.jobs[0].args, [{ a: 1 }]);
  assert.equal(json('job', jid).job.state, 'waiting');
  assert.match(human('job', jid), /state +waiting/);
  assert.equal(json('kill', jid).done, 'dead');
  assert.equal(json('jobs', '--state', 'dead').total, 1);
  assert.equal(json('retry', jid).jid, jid);
  assert.equal(json('jobs', '--queue', 'default').total, 1);
  assert.match(human('delete', jid), /deleted/);
  refused(1, /no job/, 'job', jid);
  refused(1, /./, 'retry', jid);
  refused(1, /./, 'kill', jid);
  refused(1, /./, 'delete', jid);
});

test('what is done to one job or one queue leaves its line in the audit, what was refused none', () => {
  const { jid } = json('enqueue', 'noop', '[1]', '--unique-for', '60');
  json('enqueue', 'noop', '[1]', '--unique-for', '60');
  json('cancel', jid);
  json('kill', jid);
  json('retry', jid);
  json('pause', 'default');
  json('resume', 'default');
  json('delete', jid);
  refused(1, /./, 'kill', jid);
  refused(1, /./, 'pause', 'nothing');
  assert.deepEqual(sql("select action || ' ' || subject || ' ' || who from audit order by id").split('\n'), [
    ...['enqueue', 'cancel', 'kill', 'retry'].map((act) => `job.${act} job:${jid} cli:anna`),
    'queue.pause queue:default cli:anna', 'queue.resume queue:default cli:anna', `job.delete job:${jid} cli:anna`]);
  assert.equal(sql("select detail from audit where action = 'job.enqueue'"), '{"type": "noop", "queue": "default"}');
});

test('jobs for later go to the schedule; retry --all brings the dead back', () => {
  const first = json('enqueue', 'noop', '--in', '3600').jid;
  json('enqueue', 'noop', '--at', '2100-01-01T00:00:00Z', '--queue', 'other');
  assert.equal(json('jobs', '--state', 'scheduled').total, 2);
  assert.match(human('jobs', '--state', 'scheduled'), /in 60 min|in 1\.0 h/);
  json('kill', first);
  assert.deepEqual(json('retry', '--all'), { dead: 1, retry: 0 });
  assert.equal(json('jobs').total, 1);
});

test('a job that failed once is told to have failed once', () => {
  keys('ZADD', 'retry', '4102444800', '{"class":"noop","queue":"default","args":[],"jid":"once","retry_count":0,"error_message":"no"}');
  const [job] = json('jobs', '--state', 'retry').jobs;
  assert.deepEqual([job.retry_count, job.failures], [0, 1]);
  assert.match(human('jobs', '--state', 'retry'), / 1  no\n/);
  assert.match(human('job', 'once'), /failures +1\n/);
  json('enqueue', 'noop');
  assert.equal(json('jobs').jobs[0].failures, 0);
});

test('a unique job is enqueued once, until it has gone', () => {
  const words = ['enqueue', 'noop', '[1, 2]', '--unique-for', '60', '--expires-in', '3600'];
  const first = json(...words);
  assert.equal(first.duplicate, false);
  const again = json('enqueue', 'noop', '[1,2]', '--unique-for', '60');
  assert.deepEqual(again, { ...first, trace_id: again.trace_id, duplicate: true });
  assert.equal(human(...words), `duplicate of ${first.jid}\n`);
  const payload = JSON.parse(keys('LINDEX', 'queue:default', '0'));
  assert.equal(payload.unique_for, 60);
  assert.equal(payload.expires_in, 3600);
  assert.ok(Math.abs(payload.dropship_expires_at - payload.created_at - 3600) < 0.001);
  assert.equal(keys('GET', `dropship:unique:${payload.dropship_unique}`), first.jid);
  assert.equal(json('jobs').total, 1);
  human('delete', first.jid);
  assert.equal(json(...words).duplicate, false);
  const keyed = json('enqueue', 'noop', '[3]', '--unique-for', '60', '--unique-key', 'k').jid;
  assert.equal(json('enqueue', 'Foreign::Job', '--queue', 'r', '--unique-for', '9', '--unique-key', 'k').jid, keyed);
  refused(2, /unique_for/, 'enqueue', 'noop', '--unique-key', 'k');
  refused(2, /unique-for/, 'enqueue', 'noop', '--unique-for', 'long');
  refused(2, /expires_in/, 'enqueue', 'noop', '--expires-in', '999999999');
});

test('a full queue refuses new jobs with a reason', () => {
  keys('SET', 'dropship:queue_max', '1');
  json('enqueue', 'noop');
  refused(1, /queue default is full: 1 jobs wait and the limit is 1/, 'enqueue', 'noop');
  keys('SET', 'dropship:memory_full', '7 of 8 MiB');
  refused(1, /nearly full \(7 of 8 MiB\)/, 'enqueue', 'noop', '--queue', 'other');
});

test('the end of a job is asked for', () => {
  const { jid } = json('enqueue', 'noop');
  assert.equal(json('cancel', jid).jid, jid);
  assert.match(human('cancel', jid), /cancel requested/);
  assert.ok(Math.abs(Number(keys('HGET', `it-${jid}`, 'cancelled')) - Date.now() / 1000) < 60);
  assert.equal(keys('ZCARD', 'dropship:cancelled'), '1');
  refused(2, /job id/, 'cancel', 'x'.repeat(64));
});

test('what cannot be enqueued is usage', () => {
  refused(2, /no job type/, 'enqueue', 'no.such');
  refused(2, /array/, 'enqueue', 'noop', '{}');
  refused(2, /not both/, 'enqueue', 'noop', '--in', '1', '--at', '2100-01-01T00:00:00Z');
  refused(2, /in/, 'enqueue', 'noop', '--in', '-5');
  refused(2, /./, 'enqueue', 'noop', '--at', 'tomorrow');
  refused(2, /./, 'enqueue', 'noop', '--queue', 'two words');
  refused(2, /job state/, 'jobs', '--state', 'lost');
  refused(2, /limit/, 'jobs', '--limit', 'many');
  refused(2, /either/, 'retry');
  refused(2, /either/, 'retry', 'abc', '--all');
  assert.equal(json('enqueue', 'Foreign::Job', '--queue', 'ruby').queue, 'ruby');
});

test('a finished job is told from its history', () => {
  sql(`insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, worker)
       values ('abc', 'noop', 'default', 1, 'done', now(), now(), 7, 'w')`);
  const answer = json('job', 'abc');
  assert.equal(answer.job, null);
  assert.equal(answer.runs[0].outcome, 'done');
  assert.match(human('job', 'abc'), /not in Redis any more/);
});

test('a broken payload of a stranger is shown, not stumbled over', () => {
  keys('SADD', 'queues', 'default');
  keys('LPUSH', 'queue:default', 'not json \u001b[31m');
  assert.equal(json('jobs').jobs.length, 1);
  assert.ok(!human('jobs').includes('\u001b'));
});

test('queues are listed, paused and resumed', () => {
  json('enqueue', 'noop');
  assert.deepEqual(json('pause', 'default'), { queue: 'default', paused: true });
  assert.equal(json('queues')[0].paused, true);
  assert.match(human('queues'), /default +1 +0 .*yes/);
  json('resume', 'default');
  assert.equal(json('queues')[0].paused, false);
  refused(2, /./, 'pause', 'two words');
});

test('a queue that does not exist is neither paused nor resumed; one of strangers is', () => {
  for (const verb of ['pause', 'resume']) refused(1, /no queue 'fulfilment'; there are: .*fulfillment.*default/, verb, 'fulfilment');
  assert.equal(keys('EXISTS', 'paused'), '0');
  assert.equal(json('pause', 'fulfillment').paused, true);
  refused(1, /no queue 'ruby'/, 'pause', 'ruby');
  keys('SADD', 'queues', 'ruby');
  assert.deepEqual(json('pause', 'ruby'), { queue: 'ruby', paused: true });
  refused(1, /no queue 'x'; there are: .*, ruby\n/, 'pause', 'x');
});

// A list or set of n jobs: class a or b, on queue q, error E0 to E4, enqueued (or dead, ...) a second apart until now.
function fill(key, n) {
  const script = `for i = 1, ${n} do local t = redis.call('TIME')[1] - ${n} + i - 2
    local job = string.format('{"class":"%s","queue":"q","args":[%d],"jid":"job-%d","error_class":"E%d","enqueued_at":%d.5,"failed_at":%d.5}',
      i % 2 == 0 and 'a' or 'b', i, i, i % 5, t, t)
    if KEYS[1] == 'queue:q' then redis.call('LPUSH', KEYS[1], job) else redis.call('ZADD', KEYS[1], t, job) end end
    redis.call('SADD', 'queues', 'q')`;
  keys('EVAL', script, '1', key);
}

test('jobs that fit are counted, retried, killed and deleted, each act with its audit line', () => {
  fill('dead', 1000);
  assert.deepEqual(json('retry', '--state', 'dead', '--class', 'a', '--error', 'E0', '--dry-run'), { act: 'retry', state: 'dead', done: 100, dry_run: true });
  assert.equal(keys('ZCARD', 'dead'), '1000');
  assert.equal(sql('select count(*) from audit'), '0');
  assert.deepEqual(json('retry', '--state', 'dead', '--class', 'a', '--error', 'E0'), { act: 'retry', state: 'dead', done: 100, dry_run: false });
  assert.equal(keys('LLEN', 'queue:q'), '100');
  assert.equal(sql("select who || ' ' || action || ' ' || subject || ' ' || (detail->>'class') || ' ' || (detail->>'done') from audit"), 'cli:anna jobs.retry dead a 100');
  assert.match(human('delete', '--state', 'dead', '--older-than', '600'), /^3\d\d dead jobs deleted\n$/);
  assert.equal(json('kill', '--state', 'waiting', '--queue', 'q', '--limit', '10').done, 10);
  assert.equal(keys('LLEN', 'queue:q'), '90');
  assert.match(human('kill', '--state', 'waiting', '--all'), /^90 waiting jobs dead now/);
  fill('retry', 100);
  assert.equal(json('delete', '--state', 'retry', '--newer-than', '50', '--queue', 'none').done, 0);
  const { done } = json('delete', '--state', 'retry', '--newer-than', '50', '--queue', 'q');
  assert.ok(done >= 45 && done <= 50, String(done));
});

test('a bulk without a filter, or one that cannot be, is usage', () => {
  fill('dead', 3);
  refused(2, /--all/, 'delete', '--state', 'dead');
  refused(2, /--state/, 'kill', '--all');
  refused(2, /either/, 'delete', 'job-1', '--state', 'dead');
  refused(2, /no job state/, 'delete', '--state', 'lost', '--all');
  refused(2, /running/, 'delete', '--state', 'running', '--all');
  refused(2, /dead jobs/, 'kill', '--state', 'dead', '--all');
  refused(2, /waiting/, 'retry', '--state', 'waiting', '--dry-run');
  refused(2, /limit/, 'delete', '--state', 'dead', '--limit', '0');
  refused(2, /older-than/, 'delete', '--state', 'dead', '--older-than', 'yesterday');
  refused(2, /queue/, 'delete', '--state', 'dead', '--queue', 'two words');
  assert.equal(keys('ZCARD', 'dead'), '3');
});

test('an interrupted bulk says how far it came and leaves its line in the audit', async () => {
  fill('dead', 200000);
  const child = spawn(cli, ['delete', '--state', 'dead', '--class', 'a'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (text) => { told += text; });
  await until('some are deleted', () => Number(keys('ZCARD', 'dead')) < 199000, 20000);
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.on('close', resolve));
  const left = Number(keys('ZCARD', 'dead'));
  if (left === 100000) return; // it was done before the signal came
  assert.equal(code, 1, told);
  assert.match(told, new RegExp(`interrupted after ${200000 - left} jobs`));
  assert.equal(sql("select action || ' ' || (detail->>'done') from audit"), `jobs.delete ${200000 - left}`);
});

test('a long bulk tells how far it is', () => {
  fill('dead', 60000);
  fill('dead', 50000);
  const r = run(['delete', '--state', 'dead', '--class', 'a', '--json']);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(keys('ZCARD', 'dead'), String(Number(keys('ZCOUNT', 'dead', '-inf', '+inf'))));
  if (r.stderr !== '') assert.match(r.stderr, /dropship delete: \d+ of about \d+ dead jobs looked at, \d+ deleted/);
});

test('archived jobs are listed and run again, once', () => {
  const payload = '{"class":"noop","queue":"default","args":[9223372036854775808],"jid":"old-1","retry_count":3}';
  sql(`insert into dead_job (digest, jid, class, queue, error_class, payload, died_at)
       values ('d1', 'old-1', 'noop', 'default', 'E1', convert_to('${payload}', 'UTF8'), now() - interval '1 day'), ('d2', null, null, null, null, '\\x00ff', now())`);
  const page = json('jobs', '--state', 'archived');
  assert.equal(page.total, 2);
  assert.deepEqual(page.jobs.map((job) => job.jid), [null, 'old-1']);
  assert.equal(json('jobs', '--state', 'archived', '--queue', 'default').total, 1);
  assert.match(human('jobs', '--state', 'archived', '--limit', '1', '--offset', '1'), /archived: 2\n[^]*old-1 +noop +default +24\.0 h/);
  assert.deepEqual(json('retry', 'old-1'), { jid: 'old-1', done: 'in its queue' });
  assert.match(keys('LINDEX', 'queue:default', '0'), /"args":\[9223372036854775808\],"jid":"old-1","retry_count":2,"enqueued_at":/);
  assert.equal(sql("select retried_by from dead_job where jid = 'old-1'"), 'cli:anna');
  assert.equal(sql("select action || ' ' || subject from audit"), 'job.retry job:old-1');
  keys('DEL', 'queue:default');
  refused(1, /none in the archive to run again/, 'retry', 'old-1');
  assert.equal(keys('EXISTS', 'queue:default'), '0');
});

const worker = 'host:7:abcdefabcdef';
function register(identity = worker, queues = ['fulfillment'], extra = {}) {
  keys('SADD', 'processes', identity);
  keys('HSET', identity, 'info', JSON.stringify({ queues, labels: ['dropship'], concurrency: 8, ...extra }), 'busy', '0', 'concurrency', '8', 'quiet', 'false', 'beat', '1795000000.5');
  keys('SET', `dropship:lease:${identity}`, '1', 'PX', '60000');
}

test('threads are scaled for all workers or one, shown and reset', () => {
  register(worker, ['fulfillment', 'service'], { threads: { fulfillment: 6, service: 2 } });
  assert.deepEqual(json('scale'), [{ queue: 'fulfillment', worker, threads: 6, wanted: null }, { queue: 'service', worker, threads: 2, wanted: null }]);
  assert.deepEqual(json('scale', 'fulfillment=32', 'default=3').map((row) => [row.queue, row.worker, row.wanted]), [['fulfillment', worker, 32], ['service', worker, null], ['default', null, 3]]);
  assert.equal(json('scale', 'fulfillment=5', '--worker', worker)[0].wanted, 5);
  assert.equal(keys('HGET', 'dropship:threads', `${worker} fulfillment`), '5');
  assert.equal(sql('select count(*) from audit'), '3');
  assert.equal(sql("select action || ' ' || subject || ' ' || detail::text from audit order by id desc limit 1"), `queue.scale queue:fulfillment {"worker": "${worker}", "threads": 5}`);
  assert.equal(json('scale', 'fulfillment', '--worker', worker, '--reset')[0].wanted, 32);
  assert.match(human('scale', 'fulfillment=7', 'service=1'), /fulfillment +host:7:\S+ +6 +7\n/);
  assert.deepEqual(json('scale', '--reset').map((row) => row.wanted), [null, null]);
  assert.equal(keys('EXISTS', 'dropship:threads'), '0');
});

test('what cannot be scaled is refused before anything is changed', () => {
  for (const word of ['fulfillment=0', 'fulfillment=1025', 'fulfillment=many', 'fulfillment=', 'fulfillment', '=3', 'two words=3']) refused(2, /./, 'scale', 'default=4', word);
  refused(1, /no queue 'fulfilment'/, 'scale', 'default=4', 'fulfilment=4');
  refused(1, /no worker 'nobody'/, 'scale', 'default=4', '--worker', 'nobody');
  refused(2, /--worker/, 'scale', '--worker', worker);
  assert.equal(keys('EXISTS', 'dropship:threads'), '0');
});

test('workers are asked to be quiet or to stop, one or all', () => {
  register();
  register('host:8:abcdefabcdef');
  assert.deepEqual(json('quiet', worker), { workers: [worker], asked: 'quiet' });
  assert.equal(keys('LRANGE', `${worker}-signals`, '0', '-1'), 'TSTP');
  assert.match(human('stop-worker', '--all'), /asked 2 workers to stop/);
  assert.equal(keys('LRANGE', 'host:8:abcdefabcdef-signals', '0', '-1'), 'TERM');
  assert.equal(sql("select string_agg(action || ' ' || subject, ',' order by id) from audit"), `worker.quiet worker:${worker},worker.stop worker:${worker},worker.stop worker:host:8:abcdefabcdef`);
  refused(1, /no worker 'nobody'/, 'quiet', 'nobody');
  refused(1, /no worker 'nobody'/, 'stop-worker', 'nobody');
  refused(2, /either/, 'quiet');
  refused(2, /either/, 'stop-worker', worker, '--all');
  assert.equal(keys('EXISTS', 'nobody-signals'), '0');
});

test('queues tell how many threads serve them, as far as that is known', () => {
  keys('SADD', 'queues', 'fulfillment', 'service', 'ruby');
  const threads = () => Object.fromEntries(json('queues').map((q) => [q.name, q.threads]));
  assert.deepEqual(threads(), { fulfillment: 0, service: 0, ruby: 0 });
  register();
  register('host:8:abcdefabcdef', ['fulfillment', 'service'], { threads: { fulfillment: 3, service: 4 } });
  assert.deepEqual(threads(), { fulfillment: 11, service: 4, ruby: 0 });
  register('host:9:abcdefabcdef', ['fulfillment', 'ruby']);
  assert.deepEqual(threads(), { fulfillment: null, service: 4, ruby: null });
  keys('HSET', 'host:9:abcdefabcdef', 'info', '['.repeat(5000));
  assert.equal(threads().fulfillment, 11);
});

test('a living worker tells its threads and follows scale, quiet and stop-worker', async () => {
  const child = spawn(path.join(path.dirname(cli), 'dropship-worker'), ['--queue', 'service=2', '--queue', 'ads=1'], { env, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  keys('SADD', 'queues', 'service', 'ads');
  const threads = () => Object.fromEntries(json('queues').map((q) => [q.name, q.threads]));
  const become = (what, wanted) => until(what, () => JSON.stringify(threads()) === JSON.stringify(wanted));
  try {
    await become('its threads are shown per queue', { ads: 1, service: 2 });
    const [{ identity }] = json('workers');
    assert.deepEqual(json('scale', 'service=5', '--worker', identity)[0], { queue: 'service', worker: identity, threads: 2, wanted: 5 });
    await become('the lane has grown', { ads: 1, service: 5 });
    assert.equal(json('workers')[0].concurrency, 6);
    json('scale', 'service', '--worker', identity, '--reset');
    await become('the lane has shrunk', { ads: 1, service: 2 });
    json('quiet', identity);
    await until('it is quiet', () => json('workers')[0].quiet);
    assert.deepEqual(threads(), { ads: 0, service: 0 }); // no thread that takes a job
    json('enqueue', 'noop', '[]', '--queue', 'service');
    json('stop-worker', identity);
    assert.equal(await ended, 0);
    assert.equal(keys('LLEN', 'queue:service'), '1');
    assert.deepEqual(json('workers'), []);
    assert.equal(keys('EXISTS', 'dropship:lists'), '0'); // a clean exit leaves no claim list known
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

test('without Postgres an act on the queue is done and says that the audit lacks it', () => {
  register();
  const r = run(['quiet', worker], { DROPSHIP_DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stderr, /not in the audit/);
  assert.equal(keys('LLEN', `${worker}-signals`), '1');
});

test('workers are listed; a foreign process is named by doctor', () => {
  assert.deepEqual(json('workers'), []);
  assert.match(human('workers'), /none/);
  keys('SADD', 'processes', 'stranger:1:abcdefabcdef');
  keys('HSET', 'stranger:1:abcdefabcdef', 'info', '{"queues":["default"],"concurrency":5}', 'busy', '0', 'beat', String(Date.now() / 1000));
  const [worker] = json('workers');
  assert.equal(worker.ours, false);
  const doctor = run(['doctor', '--json']);
  assert.equal(doctor.status, 1);
  assert.ok(JSON.parse(doctor.stdout).some((x) => x.level === 'bad' && x.text.includes('foreign Sidekiq')));
  refused(2, /too many/, 'workers', 'quiet');
});

test('doctor says how to mend what it finds, and is content with a sound system', () => {
  const bad = JSON.parse(run(['doctor', '--json']).stdout);
  for (const finding of bad.filter((x) => x.level !== 'ok')) assert.ok(finding.mend, JSON.stringify(finding));
  assert.ok(bad.some((x) => x.check === 'cj' && x.level === 'bad'));
  assert.match(run(['doctor']).stdout, /mend: /);
  const identity = 'here:1:abcdefabcdef';
  keys('SADD', 'processes', identity);
  keys('HSET', identity, 'info', '{"queues":["default"],"concurrency":5,"dropship":"1"}', 'busy', '0', 'beat', String(Date.now() / 1000));
  keys('SET', `dropship:lease:${identity}`, '1', 'EX', '60');
  const configured = { SHOPIFY_SHOP: 'x', SHOPIFY_ACCESS_TOKEN: 'shpat_00000000', CJ_API_KEY: 'CJ000000000' };
  const good = run(['doctor', '--json'], configured);
  assert.deepEqual(JSON.parse(good.stdout).filter((x) => x.level === 'bad'), []);
  assert.equal(good.status, 0);
  const away = run(['doctor', '--json'], { DROPSHIP_REDIS_URL: 'redis://127.0.0.1:1/0', DROPSHIP_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
  assert.equal(away.status, 1);
  assert.deepEqual(JSON.parse(away.stdout).filter((x) => ['redis', 'postgres'].includes(x.check)).map((x) => x.level), ['bad', 'bad']);
});

test('orders are listed and filtered, one is told in full', () => {
  order('#1', 'held');
  const id = order('#2', 'placed');
  sql(`insert into order_event (order_id, step, text) values (${id}, 'placed', 'Placed at the supplier')`);
  sql(`insert into supplier_order (order_id, our_number, state, lines) values (${id}, 'S-2', 'paid', '[]')`);
  assert.equal(json('orders').orders.length, 2);
  assert.deepEqual(json('orders', '--state', 'held').orders.map((o) => o.name), ['#1']);
  const page = json('orders', '--limit', '1');
  assert.deepEqual(json('orders', '--limit', '1', '--after', page.next).orders.map((o) => o.name), ['#1']);
  assert.match(human('orders'), /#2 +placed .*19\.99 USD/);
  for (const name of ['#2', '2', id]) assert.equal(json('order', name).supplier_orders[0].our_number, 'S-2');
  assert.match(human('order', '#2'), /Placed at the supplier/);
  refused(2, /order state/, 'orders', '--state', 'lost');
  refused(2, /cursor/, 'orders', '--after', 'x');
  refused(1, /no order/, 'order', '#99');
});

test('a person holds and releases an order, by name', () => {
  const id = order('#1', 'waiting');
  assert.deepEqual(json('order-hold', '#1', 'calls back tomorrow'), { id: Number(id), state: 'held' });
  assert.equal(json('order', '#1').hold_reasons[0].text, 'calls back tomorrow');
  assert.match(human('order-release', '#1'), /released/);
  assert.equal(sql('select job_type from outbox'), 'order.release');
  assert.equal(sql("select string_agg(action || ' ' || who, ',' order by id) from audit"), 'order.hold cli:anna,order.release cli:anna');
  sql("update shop_order set state = 'placed'");
  refused(1, /placed/, 'order-hold', '#1', 'too late');
  refused(2, /missing/, 'order-hold', '#1');
});

test('a release says what really follows in this mode', () => {
  order('#1', 'held');
  const follows = { off: /flow is off.*flow fulfillment/, dry_run: /dry run.*nothing is ordered/, approve: /decided now, and ordered unless/, auto: /decided now, and ordered unless/ };
  for (const [mode, sentence] of Object.entries(follows)) {
    json('flow', 'fulfillment', mode);
    assert.match(human('order-release', '#1'), sentence);
  }
  json('stop', 'enough');
  assert.match(human('order-release', '#1'), /STOP is on.*resume-all/);
});

test('the reasons of a held order are one line each, no JSON', () => {
  order('#1', 'held');
  sql(`update shop_order set hold_code = 'NO_MAPPING', hold_reasons = '[{"code":"NO_MAPPING","text":"no supplier variant","number":1},
    {"code":"VALUE","text":"500.00 or more","overruled":true}]'`);
  const text = human('order', '#1');
  assert.match(text, /\nreasons\nNO_MAPPING: no supplier variant\nVALUE: 500\.00 or more \(overruled by the release\)\n/);
  assert.ok(!text.includes('{'));
});

test('an empty hold code is shown as a dash', () => {
  order('#1', 'placed');
  const bare = human('orders');
  sql("update shop_order set hold_code = ''");
  assert.equal(human('orders'), bare);
  assert.match(bare, /—/);
});

test('flows, STOP and settings are changed, read back and audited', () => {
  const flow = json('flow', 'fulfillment');
  assert.deepEqual([flow.name, flow.mode, flow.state.word], ['fulfillment', 'approve', 'BLOCKED'], 'nothing serves it here');
  assert.equal(json('flow', 'fulfillment', 'auto').mode, 'auto');
  assert.match(human('flow'), /fulfillment +auto/);
  refused(2, /no flow/, 'flow', 'sales');
  refused(2, /off\|dry_run/, 'flow', 'fulfillment', 'fast');
  const stopped = json('stop', 'price error');
  assert.deepEqual([stopped.stop, stopped.read_back.confirmed, stopped.read_back.of, stopped.read_back.reason], [true, 4, 4, 'price error']);
  assert.match(human('stop'), /4 of 4 parts confirmed\n\nPART +STATE +WHAT/);
  assert.match(human('flow'), /STOP: ON/);
  assert.equal(sql("select detail->>'reason' from audit where action = 'stop.on'"), 'price error');
  assert.deepEqual([json('resume-all')].map((a) => [a.stop, a.read_back.of]), [[false, 0]]);
  assert.equal(json('settings', 'orders.grace_s', '10').value, '10');
  assert.equal(json('settings').find((x) => x.name === 'orders.grace_s').tuned, true);
  assert.match(human('settings'), /orders\.grace_s +10 +900 +s +yes/);
  refused(2, /orders\.grace_s/, 'settings', 'orders.grace_s', '-1');
  refused(2, /store\.callback_url takes an https address, like https:.*'http:\/\/a\.example' is no https address/, 'settings', 'store.callback_url', 'http://a.example');
  refused(2, /no setting/, 'settings', 'nope');
});

test('mappings are proposed, confirmed and removed', () => {
  json('mapping', 'add', 'SKU', 'V1', 'S1', '8.50');
  assert.match(human('mapping'), /SKU +1 +V1 +S1 +8\.50 USD/);
  json('mapping', 'confirm', 'SKU', 'V1');
  const [m] = json('mapping', 'list');
  assert.equal(m.confirmed_by, 'cli:anna');
  assert.deepEqual(m.snapshot, { minor: 850, currency: 'USD' });
  refused(1, /already/, 'mapping', 'confirm', 'SKU', 'V1');
  refused(1, /already/, 'mapping', 'add', 'SKU', 'V1', 'S1', '8.50');
  refused(2, /PRICE/, 'mapping', 'add', 'SKU', 'V2', 'S2', '8.505');
  refused(2, /more than 0/, 'mapping', 'add', 'SKU', 'V2', 'S2', '0');
  refused(2, /number of arguments/, 'mapping', 'confirm', 'SKU');
  refused(2, /no 'guess'/, 'mapping', 'guess');
  for (const vid of ['V2', 'V3']) json('mapping', 'add', 'SKU', vid, 'S2', '8.40');
  refused(1, /not confirmed/, 'mapping', 'first', 'SKU', 'V3');
  refused(1, /no mapping/, 'mapping', 'first', 'SKU', 'V9');
  json('mapping', 'confirm', 'SKU', 'V3');
  json('mapping', 'first', 'SKU', 'V3');
  assert.deepEqual(json('mapping').map((each) => [each.vid, each.rank]), [['V3', 1], ['V1', 2], ['V2', 3]]);
  assert.match(human('mapping', 'first', 'SKU', 'V1'), /^SKU: first;/);
  assert.deepEqual(json('mapping').map((each) => each.vid), ['V1', 'V3', 'V2']);
  for (const vid of ['V1', 'V2', 'V3']) json('mapping', 'remove', 'SKU', vid);
  assert.deepEqual(json('mapping'), []);
});

test('a key is shown once, listed by its beginning, revoked', () => {
  const { key, scope } = json('key', 'create', 'ops', '--scope', 'operate');
  assert.match(key, /^ds_[0-9a-f]{64}$/);
  assert.equal(scope, 'operate');
  assert.match(human('key', 'create', 'second'), /^ds_[0-9a-f]{64}\n$/);
  const list = json('key', 'list');
  assert.equal(list[0].hint, key.slice(0, 9));
  assert.ok(!human('key', 'list').includes(key));
  assert.match(human('key', 'revoke', 'ops'), /revoked/);
  refused(1, /already/, 'key', 'revoke', 'ops');
  refused(1, /already/, 'key', 'create', 'ops');
  refused(2, /scope/, 'key', 'create', 'third', '--scope', 'all');
  refused(2, /number of arguments/, 'key', 'create');
  refused(2, /missing/, 'key');
});
