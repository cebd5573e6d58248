import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';

let system;
before(async () => {
  system = await System.start('sidekiq', { settings: { 'flow.fulfillment': 'off' } });
}, { timeout: 120000 });
after(() => system?.stop());

function ruby(code) {
  const program = `require 'sidekiq'\nrequire 'sidekiq/api'\nrequire 'json'\n
    Sidekiq.configure_client { |c| c.redis = { url: '${system.redis.url}' } }\n${code}`;
  return JSON.parse(execFileSync('ruby', ['-e', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

// Runs by the worker's own log, oldest first: { jid, event, time, run_ms }.  Light types leave no row in the history.
const runs = () => system.log('worker0').split('\n').filter((line) => line.includes('"event":"job.')).map((line) => JSON.parse(line));
const runsOf = (jid) => runs().filter((run) => run.jid === jid);
const isDone = (jid) => runsOf(jid).at(-1)?.event === 'job.done';

test("Sidekiq's own client enqueues a job that our worker runs", async () => {
  const { jid } = ruby("puts({ jid: Sidekiq::Client.push('class' => 'noop', 'args' => ['héllo', 1], 'queue' => 'default') }.to_json)");
  const [run] = await until('the job ran', () => runsOf(jid).length > 0 && runsOf(jid));
  assert.equal(run.event, 'job.done');
});

test("jobs that Sidekiq's client schedules, alone and in bulk, are moved by our scheduler and run in time", async () => {
  const { jids, due } = ruby(`due = Time.now.to_f + 1.5
    one = Sidekiq::Client.push('class' => 'noop', 'args' => [1], 'queue' => 'default', 'at' => due)
    many = Sidekiq::Client.push_bulk('class' => 'noop', 'queue' => 'default', 'args' => (1..50).map { |n| [n] }, 'at' => due)
    puts({ jids: [one, *many], due: due }.to_json)`);
  assert.equal(jids.length, 51);
  const found = await until('all ran', () => {
    const ours = runs().filter((run) => jids.includes(run.jid));
    return ours.length >= 51 && ours;
  });
  assert.equal(found.length, 51);
  for (const run of found) {
    const late = Date.parse(run.time) / 1000 - due;
    assert.equal(run.event, 'job.done');
    assert.ok(late > -0.01 && late < 5, `${run.jid} ran ${late} s after it was due`);
  }
});

test('every page of Sidekiq::Web answers over the running system, and dead-retry runs a job again', async () => {
  const seen = ruby(`require 'sidekiq/web'
    require 'rack/mock'
    Sidekiq::Web.use Rack::Session::Cookie, secret: 'x' * 64
    jid = Sidekiq::Client.push('class' => 'No::Such', 'args' => [], 'queue' => 'default', 'retry' => 3)
    200.times { break if Sidekiq::DeadSet.new.find_job(jid); sleep 0.05 }
    entry = Sidekiq::DeadSet.new.find_job(jid)
    Sidekiq::Client.push('class' => 'noop', 'args' => [], 'queue' => 'default', 'at' => Time.now.to_f + 1000)
    web = Rack::MockRequest.new(Sidekiq::Web)
    pages = %w[/ /busy /queues /queues/default /retries /scheduled /morgue /stats] << "/morgue/#{entry.score}-#{jid}"
    answers = pages.map { |page| [page, web.get(page).status] }
    entry.retry
    Sidekiq::ScheduledSet.new.clear
    puts({ jid: jid, answers: answers }.to_json)`);
  for (const [page, status] of seen.answers) assert.equal(status, 200, page);
  await until('it ran again', () => runsOf(seen.jid).length === 2);
  assert.deepEqual(runsOf(seen.jid).map((run) => run.event), ['job.dead', 'job.dead']);
  await until('it is dead again', () => system.redis.command('ZRANGE', 'dead', '0', '-1').includes(seen.jid));
  ruby(`Sidekiq::DeadSet.new.find_job('${seen.jid}').delete\nputs '{}'`);
});

test("broken foreign jobs go to dead or run, and the lane goes on", async () => {
  const big = 'x'.repeat(1_000_000);
  const hostile = [
    'not json at all {{{',
    '[1,2,3]',
    '{"class":"noop","args":{"a":1},"jid":"argsobject000000000000001","queue":"default"}',
    '{"class":"No::Such","args":[],"jid":"unknownclass0000000000001","queue":"default","retry":true}',
    '{"class":"noop","args":[],"jid":"missingtimes0000000000001"}',
    `{"class":"noop","args":[],"jid":"intmillis000000000000001","created_at":1795223323022,"enqueued_at":1795223323022}`,
    '{"class":"noop","args":[],"jid":"retrytext000000000000001","retry":"true"}',
    '{"class":null,"args":null,"jid":null,"queue":null}',
  ];
  for (const payload of hostile) system.redis.command('LPUSH', 'queue:default', payload);
  execFileSync('redis-cli', ['-p', String(system.redis.port), '-x', 'LPUSH', 'queue:default'],
    { input: `{"class":"noop","args":["${big}"],"jid":"onemegabyte0000000000001"}`, stdio: ['pipe', 'ignore', 'inherit'] });
  const { jid } = JSON.parse(await system.cli('enqueue', 'noop', '[]', '--json'));
  await until('the good job behind them ran', () => isDone(jid));
  for (const good of ['missingtimes0000000000001', 'intmillis000000000000001', 'retrytext000000000000001', 'onemegabyte0000000000001']) {
    await until(`${good} ran`, () => isDone(good));
  }
  const dead = await until('five are dead', () => {
    const found = system.redis.command('ZRANGE', 'dead', '0', '-1');
    return Number(system.redis.command('ZCARD', 'dead')) === 5 ? found : undefined;
  });
  for (const mark of ['not json at all {{{', '[1,2,3]', 'argsobject', 'unknownclass', '"class":null']) {
    assert.ok(dead.includes(mark), `${mark} is not in dead`);
  }
  assert.equal(system.redis.command('LLEN', 'queue:default'), '0');
});

test("Sidekiq's API reads our dead set, retry set and processes", async () => {
  await system.cli('enqueue', 'order.release', '[999999999]', '--json');
  const seen = await until('a process and dead jobs are seen', () => {
    const now = ruby(`puts({ processes: Sidekiq::ProcessSet.new.map { |p| [p['hostname'], p['concurrency'], p['queues']] },
      dead: Sidekiq::DeadSet.new.map { |j| [j.klass.to_s, j['error_class'].to_s, j.at.to_f] },
      retries: Sidekiq::RetrySet.new.size, processed: Sidekiq::Stats.new.processed }.to_json)`);
    return now.processes.length === 1 && now.dead.length >= 5 ? now : undefined;
  });
  assert.ok(seen.processes[0][2].includes('fulfillment'));
  assert.ok(seen.processed >= 6);
});

test('redis-cli LRANGE shows jobs a person can read', async () => {
  await system.cli('pause', 'fulfillment');
  await system.cli('enqueue', 'orders.check', '[]');
  const text = system.redis.command('LRANGE', 'queue:fulfillment', '0', '-1');
  const line = text.split('\n').find((l) => l.includes('orders.check'));
  const job = JSON.parse(line);
  assert.equal(job.class, 'orders.check');
  assert.deepEqual(job.args, []);
  assert.match(line, /"enqueued_at":\d+\.\d+/);
  await system.cli('resume', 'fulfillment');
});

test("quiet and stop from Sidekiq's API reach the real worker, whose lanes a new one takes over", async () => {
  const worker = system.program('worker0');
  const [identity] = ruby('puts Sidekiq::ProcessSet.new.map(&:identity).to_json');
  const tell = (what) => ruby(`Sidekiq::ProcessSet.new.find { |p| p.identity == '${identity}' }.${what}\nputs '{}'`);
  tell('quiet!');
  await until('it says that it is quiet', () => ruby('puts [Sidekiq::ProcessSet.new.first.stopping?].to_json')[0]);
  const { jid } = JSON.parse(await system.cli('enqueue', 'noop', '[]', '--json'));
  worker.killed = true; // asked for
  tell('stop!');
  assert.deepEqual(await worker.gone, { code: 0, signal: null });
  assert.equal(ruby('puts [Sidekiq::ProcessSet.new.size].to_json')[0], 0);
  assert.equal(system.redis.command('LLEN', 'queue:default'), '1', 'a quiet worker claimed a job');
  worker.start();
  await until('the new one runs it', () => isDone(jid));
});
