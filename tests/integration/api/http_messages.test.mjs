// Messages of a contact form: taken from anybody, within limits, and kept as the text they are.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('messages', 9, { DROPSHIP_TRUSTED_PROXIES: '127.0.0.1' }); });
after(async () => { await api?.stop(); });
let sender = 0;
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate audit, contact_message restart identity; delete from shop_order');
});

// Each message comes from an address of its own unless one is given, so that the limit of one address is not everybody's.
const post = (body, options = {}) => api.call('POST', '/api/v1/messages', { scope: null, body, ...options, headers: { 'x-forwarded-for': `198.51.100.${++sender % 250}`, ...options.headers } });
const good = { email: 'anna@example.com', text: 'Where is my parcel?' };

test('a message is stored as it came and listed for the dashboard', async () => {
  const text = 'Hello,\r\n\r\n\twhere is <script>alert("x")</script> & \u202Emy parcel?\n\u05E9\u05DC\u05D5\u05DD 🙂';
  const answer = await post({ name: 'Anna <b>K.</b>', email: 'Anna@Example.com', subject: 'Order #1042', text, order: '#1042' });
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual(answer.body, { id: 1 });
  const { messages, next } = await api.ok('GET', '/api/v1/messages', { scope: 'read' });
  assert.equal(next, null);
  assert.deepEqual(messages.map((m) => [m.id, m.name, m.email, m.state, m.order]), [[1, 'Anna <b>K.</b>', 'Anna@Example.com', 'new', null]]);
  const one = await api.ok('GET', '/api/v1/messages/1', { scope: 'read' });
  assert.deepEqual([one.text, one.order_text, one.others], [text, '#1042', []]);
});

test('an order is linked only when name and e-mail are its own', async () => {
  const order = api.order(1042, 'placed');
  api.sql("update shop_order set customer_key = 'anna@example.com'");
  await post({ ...good, order: '1042' });
  await post({ ...good, email: 'ANNA@example.com', order: '#1042' });
  await post({ ...good, email: 'other@example.com', order: '#1042' });
  await post(good);
  const { messages } = await api.ok('GET', '/api/v1/messages');
  assert.deepEqual(messages.map((m) => m.order?.id ?? null), [null, null, order, order]);
  assert.deepEqual((await api.ok('GET', `/api/v1/messages/${messages[3].id}`)).others.map((m) => m.id), [messages[0].id, messages[2].id]);
});

test('what fills the field nobody sees is set aside', async () => {
  assert.equal((await post({ ...good, website: 'https://buy.example' })).status, 202);
  await post({ ...good, website: '' });
  assert.deepEqual((await api.ok('GET', '/api/v1/messages')).messages.map((m) => m.state), ['new']);
  assert.deepEqual((await api.ok('GET', '/api/v1/messages?state=spam')).messages.map((m) => m.id), [1]);
});

test('an address may write six times a minute, others go on', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  const answers = [];
  for (let i = 0; i < 8; i++) answers.push(await post(good, { headers }));
  assert.equal(answers.filter((a) => a.status === 202).length, 6);
  const refused = answers.at(-1);
  assert.equal(refused.status, 429, refused.text);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await post(good)).status, 202);
  assert.equal(api.sql('select count(*) from contact_message'), '7');
});

test('pages, states and their audit', async () => {
  for (let i = 0; i < 5; i++) await post({ ...good, text: `m${i}` });
  const first = await api.ok('GET', '/api/v1/messages?limit=2');
  const second = await api.ok('GET', `/api/v1/messages?limit=2&cursor=${first.next}`);
  assert.deepEqual([...first.messages, ...second.messages].map((m) => m.excerpt), ['m4', 'm3', 'm2', 'm1']);
  assert.equal((await api.ok('GET', '/api/v1/messages?email=ANNA@example.com')).messages.length, 5);
  const put = (id, state, options = {}) => api.call('PUT', `/api/v1/messages/${id}`, { scope: 'operate', body: { state }, ...options });
  assert.equal((await put(1, 'answered')).body.state, 'answered');
  assert.equal((await put(1, 'answered')).status, 200);
  assert.equal(api.sql('select address is null from contact_message where id = 1'), 't', 'the address is not kept longer than needed');
  assert.deepEqual(api.rows("select who, action, subject, detail ->> 'state' as state from audit"), [{ who: 'key:operate', action: 'message.state', subject: 'message:1', state: 'answered' }]);
  assert.deepEqual((await api.ok('GET', '/api/v1/messages?state=answered')).messages.map((m) => m.id), [1]);
  assert.equal((await put(99, 'closed')).status, 404);
  assert.equal((await put(1, 'burnt')).status, 400);
  assert.equal((await put(1, 'closed', { scope: 'read' })).status, 403);
  await api.refused(404, 'GET', '/api/v1/messages/99');
  await api.refused(401, 'GET', '/api/v1/messages', { scope: null });
  assert.equal((await api.ok('GET', '/api/v1/needs')).counts.service, 4);
});

test('what is no message is refused with a sentence and leaves nothing', async () => {
  for (const body of [{}, { email: good.email }, { text: 'x' }, { ...good, text: '' }, { ...good, text: 'x'.repeat(8001) }, { ...good, text: 'a\u0007b' }, { ...good, text: 5 }, { ...good, name: 'a\nb' },
    { ...good, name: 'x'.repeat(101) }, { ...good, subject: 'x'.repeat(201) }, { ...good, order: 'x'.repeat(41) }, { ...good, more: 1 }, { ...good, state: 'closed' }, [], 'text', null,
    ...['a', 'a@b', '@example.com', 'a@', 'a@@example.com', 'a@b@example.com', 'a b@example.com', 'a@example..com', 'a@-example.com', 'a@example.com.', '.a@example.com', 'a..b@example.com', 'a@exa_mple.com',
      'ä@example.com', 'a@example.com\nBcc: x@example.com', `${'x'.repeat(65)}@example.com`, `a@${'x'.repeat(64)}.com`].map((email) => ({ ...good, email }))]) {
    const answer = await post(body);
    assert.ok(answer.status === 400 || answer.status === 415, `${JSON.stringify(body).slice(0, 100)}: ${answer.status} ${answer.text}`);
    assert.match(answer.headers.get('content-type'), /problem\+json/);
  }
  assert.equal((await post(`{"email":"a@example.com","text":"${'x'.repeat(300000)}"}`, { headers: { 'content-type': 'application/json' } })).status, 413);
  assert.equal(api.sql('select count(*) from contact_message'), '0');
  for (const query of ['?state=all', '?limit=0', '?cursor=x', '?cursor=0', '?q=x']) await api.refused(400, 'GET', `/api/v1/messages${query}`);
});
