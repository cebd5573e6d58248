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

const runOf = (jid) => system.rows(`select * from job_run where jid = '${jid}' order by finished_at desc`)[0];

test("Sidekiq's own client enqueues a job that our worker runs", async () => {
  const { jid } = ruby("puts({ jid: Sidekiq::Client.push('class' => 'noop', 'args' => ['héllo', 1], 'queue' => 'default') }.to_json)");
  const run = await until('the job ran', () => runOf(jid));
  assert.equal(run.outcome, 'done');
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
  await until('the good job behind them ran', () => runOf(jid)?.outcome === 'done');
  for (const good of ['missingtimes0000000000001', 'intmillis000000000000001', 'retrytext000000000000001', 'onemegabyte0000000000001']) {
    await until(`${good} ran`, () => runOf(good)?.outcome === 'done');
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
