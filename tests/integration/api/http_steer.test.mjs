// Steering many jobs, the threads of queues, and workers, through the API.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('steer', 14); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate audit, dead_job restart identity');
});

const fill = (key, n) => api.redis('EVAL', `for i = 1, ${n} do
  local job = string.format('{"class":"%s","queue":"q","args":[%d],"jid":"job-%d","error_class":"E%d"}', i % 2 == 0 and 'a' or 'b', i, i, i % 5)
  if KEYS[1] == 'queue:q' then redis.call('LPUSH', KEYS[1], job) else redis.call('ZADD', KEYS[1], 1000000 + i, job) end end
  redis.call('SADD', 'queues', 'q')`, '1', key);
const bulk = (body, options = {}) => api.call('POST', '/api/v1/jobs/bulk', { scope: 'operate', body, ...options });

// Until the cursor is null; the sum of what was done.
async function whole(body) {
  let done = 0;
  for (let cursor, rounds = 0; rounds < 1000; rounds++) {
    const answer = await bulk({ ...body, ...(cursor ? { cursor } : {}) });
    assert.equal(answer.status, 200, answer.text);
    done += answer.body.done;
    cursor = answer.body.cursor;
    if (cursor === null) return done;
  }
  throw new Error('no end');
}

test('jobs that fit are counted, run again, killed and deleted', async () => {
  fill('dead', 1000);
  assert.equal(await whole({ action: 'count', state: 'dead', class: 'a', error: 'E0' }), 100);
  assert.equal(api.sql('select count(*) from audit'), '0');
  assert.equal(await whole({ action: 'retry', state: 'dead', class: 'a', error: 'E0' }), 100);
  assert.equal(api.redis('LLEN', 'queue:q'), '100');
  assert.equal(api.sql("select who || ' ' || action || ' ' || subject || ' ' || (detail->>'done') from audit"), 'key:operate jobs.retry dead 100');
  assert.equal(await whole({ action: 'delete', state: 'dead', limit: 50 }), 50);
  assert.equal(await whole({ action: 'delete', state: 'dead', newer_than_s: 3600 }), 0);
  assert.equal(await whole({ action: 'delete', state: 'dead', older_than_s: 3600 }), 850);
  assert.equal(await whole({ action: 'kill', state: 'waiting', queue: 'q' }), 100);
  assert.equal(api.redis('ZCARD', 'dead'), '100');
});

test('what takes longer than a request goes on by its cursor', async () => {
  fill('dead', 45000);
  const first = await bulk({ action: 'delete', state: 'dead' });
  assert.equal(first.status, 200, first.text);
  assert.ok(first.body.done <= 20500, 'a request is bounded');
  assert.match(first.body.cursor, /^s,/);
  const second = await bulk({ action: 'delete', state: 'dead', cursor: first.body.cursor });
  assert.ok(second.body.done > 0);
  assert.equal(first.body.done + second.body.done + await whole({ action: 'delete', state: 'dead', cursor: second.body.cursor ?? undefined }), 45000);
  assert.equal(api.redis('EXISTS', 'dead'), '0');
});

test('the limit holds over all requests of a bulk', async () => {
  fill('dead', 30000);
  assert.equal(await whole({ action: 'delete', state: 'dead', limit: 25000 }), 25000);
  assert.equal(api.redis('ZCARD', 'dead'), '5000');
});

test('a bulk that cannot be is refused', async () => {
  fill('dead', 3);
  for (const body of [{}, { action: 'delete' }, { action: 'burn', state: 'dead' }, { action: 'kill', state: 'dead' }, { action: 'retry', state: 'waiting' }, { action: 'delete', state: 'running' },
    { action: 'delete', state: 'dead', limit: 0 }, { action: 'delete', state: 'dead', cursor: 'x' }, { action: 'delete', state: 'dead', cursor: 'w,1,q,0,0,0,0,0,0,0' }, { action: 'delete', state: 'dead', cursor: 's,1,2,3,4,-1' },
    { action: 'count', state: 'waiting', cursor: 'w,1,q,0,9223372036854775807,1,1,1,1,1' },
    { action: 'delete', state: 'waiting', queue: 'q', cursor: 'w,1,other,0,1,1,1,1,1,1' },
    { action: 'delete', state: 'dead', queue: 'two words' }, { action: 'delete', state: 'dead', older_than_s: -1 }, { action: 'delete', state: 'dead', more: 1 }]) {
    const answer = await bulk(body);
    assert.ok(answer.status === 400 || answer.status === 422, `${JSON.stringify(body)}: ${answer.status}`);
  }
  assert.equal((await bulk({ action: 'delete', state: 'dead' }, { scope: 'read' })).status, 403);
  assert.equal(api.redis('ZCARD', 'dead'), '3');
  assert.equal(api.sql('select count(*) from audit'), '0');
});

const worker = 'host:7:abcdefabcdef';
function register(threads) {
  api.redis('SADD', 'processes', worker);
  api.redis('HSET', worker, 'info', JSON.stringify({ queues: ['fulfillment'], labels: ['dropship'], concurrency: 8, threads }), 'busy', '0', 'concurrency', '8', 'quiet', 'false', 'beat', '1795000000.5');
  api.redis('SET', `dropship:lease:${worker}`, '1', 'PX', '60000');
}

test('a queue is scaled for all workers or one, and shows its threads', async () => {
  const scale = (queue, body) => api.call('POST', `/api/v1/queues/${queue}/scale`, { scope: 'operate', body });
  register({ fulfillment: 5 });
  assert.deepEqual((await scale('fulfillment', { threads: 32 })).body, { name: 'fulfillment', worker: null, threads: 32 });
  assert.equal((await scale('fulfillment', { threads: 4, worker })).status, 200);
  assert.equal(api.redis('HGET', 'dropship:threads', 'fulfillment'), '32');
  assert.equal(api.redis('HGET', 'dropship:threads', `${worker} fulfillment`), '4');
  assert.equal((await scale('fulfillment', { threads: 0 })).body.threads, null);
  assert.equal(api.redis('HEXISTS', 'dropship:threads', 'fulfillment'), '0');
  assert.equal(api.sql("select count(*) from audit where action = 'queue.scale' and subject = 'queue:fulfillment' and who = 'key:operate'"), '3');
  assert.equal((await scale('fulfilment', { threads: 4 })).status, 404);
  assert.equal((await scale('fulfillment', { threads: 4, worker: 'nobody' })).status, 404);
  for (const body of [{}, { threads: 1025 }, { threads: -1 }, { threads: '4' }]) assert.ok((await scale('fulfillment', body)).status >= 400);
  assert.equal(api.sql('select count(*) from audit'), '3');
  api.redis('SADD', 'queues', 'fulfillment');
  const { queues } = (await api.call('GET', '/api/v1/queues')).body;
  assert.deepEqual(queues.map((q) => [q.name, q.processes, q.threads]), [['fulfillment', 1, 5]]);
});

test('a worker is asked to be quiet or to stop', async () => {
  const ask = (identity, verb) => api.call('POST', `/api/v1/workers/${identity}/${verb}`, { scope: 'operate' });
  register();
  assert.equal((await ask(worker, 'quiet')).status, 200);
  assert.equal((await ask(worker, 'stop')).status, 200);
  assert.equal(api.redis('LRANGE', `${worker}-signals`, '0', '-1'), 'TERM\nTSTP');
  assert.equal(api.sql("select string_agg(action || ' ' || subject, ',' order by id) from audit"), `worker.quiet worker:${worker},worker.stop worker:${worker}`);
  assert.equal((await ask('nobody', 'quiet')).status, 404);
  assert.equal((await api.call('POST', `/api/v1/workers/${worker}/stop`, { scope: 'read' })).status, 403);
});

test('archived jobs are listed and run again, once', async () => {
  api.sql(`insert into dead_job (digest, jid, class, queue, payload, died_at)
    values ('d1', 'old-1', 'noop', 'default', convert_to('{"class":"noop","queue":"default","args":[],"jid":"old-1"}', 'UTF8'), now())`);
  const page = (await api.call('GET', '/api/v1/jobs?state=archived')).body;
  assert.equal(page.total, 1);
  assert.equal(page.jobs[0].jid, 'old-1');
  const retry = () => api.call('POST', '/api/v1/jobs/old-1/retry', { scope: 'operate' });
  assert.equal((await retry()).status, 200);
  assert.equal(api.redis('LLEN', 'queue:default'), '1');
  assert.equal(api.sql("select retried_by from dead_job"), 'key:operate');
  api.redis('DEL', 'queue:default');
  assert.equal((await retry()).status, 404);
  assert.equal(api.sql("select count(*) from audit where action = 'job.retry'"), '1');
});
