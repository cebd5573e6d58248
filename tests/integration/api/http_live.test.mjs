// Server-Sent Events: told what changed, within seconds, for as long as one may listen.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('live', 15); });
after(async () => { assert.deepEqual(await api.stop(), { code: 0, signal: null }); });

// A listener over a socket: events as they come.
function listen(key = api.keys.read) {
  const l = { text: '', closed: false, events: [] };
  l.socket = net.connect(api.port, '127.0.0.1', () => l.socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`));
  l.socket.on('data', (chunk) => {
    l.text += chunk;
    l.events = [...l.text.matchAll(/event: change\ndata: (.*)\n\n/g)].map((m) => JSON.parse(m[1]).topics);
  });
  l.socket.on('close', () => { l.closed = true; });
  l.socket.on('error', () => {});
  l.status = () => Number(/^HTTP\/1\.1 (\d+)/.exec(l.text)?.[1]);
  l.heard = (topic, since) => l.events.slice(since).some((topics) => topics.includes(topic));
  return l;
}

test('a listener hears of every topic at first, then of what changes', async () => {
  const l = listen();
  await until('the first event', () => l.events.length > 0);
  assert.match(l.text, /\r\nContent-Type: text\/event-stream\r\n/);
  assert.deepEqual(l.events[0].sort(), ['activity', 'analytics', 'approvals', 'flows', 'jobs', 'messages', 'orders', 'products']);
  let n = 1000;
  const next = () => { n += 1; return n; };
  const acts = {
    orders: () => api.order(next()),
    activity: () => api.sql("insert into audit (who, action, subject) values ('x', 'y', 'z')"),
    flows: () => api.sql("insert into setting (name, value, updated_by) values ('orders.grace_s', '61', 'x') on conflict (name) do update set updated_at = clock_timestamp()"),
    approvals: () => api.sql(`insert into proposal (kind, subject, text) values ('product.price', 'product:${next()}', 'x')`),
    messages: () => api.sql("insert into contact_message (email, text) values ('a@example.com', 'hello')"),
    jobs: () => api.redis('INCR', 'stat:processed'),
  };
  // Again until it is heard: what happens before the first look is part of how things were.
  for (const [topic, act] of Object.entries(acts)) {
    const since = l.events.length;
    await until(`${topic} is told`, () => { act(); return l.heard(topic, since); }, 15000, 400);
  }
  l.socket.destroy();
});

test('thirty-two may listen, the next is told when to come again', async () => {
  const all = [];
  await until('all listen', async () => { // the place of one that has just left may take a second to be free
    const l = listen();
    await until('an answer', () => l.status());
    if (l.status() === 200) all.push(l);
    return all.length === 32;
  }, 15000, 5);
  const late = listen();
  await until('one too many', () => late.status() === 503);
  assert.match(late.text, /\r\nRetry-After: 10\r\n/);
  assert.equal((await api.call('GET', '/api/v1/queues')).status, 200, 'others are answered');
  for (const l of all) l.socket.destroy();
  await until('places are free again', async () => {
    const again = listen();
    await until('an answer', () => again.status());
    again.socket.destroy();
    return again.status() === 200;
  }, 20000);
});

test('a stream with no news stays open, past the time a slow reader has', async () => {
  const l = listen();
  await until('the first event', () => l.events.length > 0);
  await until('a ping', () => l.closed || /: ping\n\n/.test(l.text), 25000, 200); // 15 s after the last news; a slow reader has 10
  assert.ok(!l.closed && !/\r\n0\r\n\r\n$/.test(l.text), l.text);
  l.socket.destroy();
});

test('a revoked key hears no more, and the end of the program ends every stream', async () => {
  const revoked = listen(JSON.parse(api.cli('key', 'create', 'shortlived', '--scope', 'read', '--json')).key);
  const kept = listen();
  await until('both listen', () => revoked.events.length > 0 && kept.events.length > 0);
  api.cli('key', 'revoke', 'shortlived');
  await until('the stream ends', () => /\r\n0\r\n\r\n$/.test(revoked.text), 8000);
  assert.ok(!kept.closed && !/\r\n0\r\n\r\n$/.test(kept.text));
  assert.deepEqual(await api.end(), { code: 0, signal: null });
  assert.match(kept.text, /\r\n0\r\n\r\n$/, 'ended in good order');
});
