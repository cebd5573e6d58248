import assert from 'node:assert/strict';
import test from 'node:test';
import { ANTHROPIC_KEY } from '../ai/anthropic.mjs';
import { OPENAI_KEY } from '../ai/openai_requests.mjs';
import { KINDS } from '../ai/wrong.mjs';
import { startSandbox } from '../testing.mjs';

const FACTS = [
  '1. Material: Silicone',
  '2. Weight: 140 g',
  '3. Colours: Black, Blue',
  '4. Note: it cures arthritis',
];
const USER = JSON.stringify({
  language: 'en',
  facts: FACTS,
  images: 2,
  category: 'Kitchen',
  supplier_name: '2024 NEW Silicone Spatula 140g Best Kitchen Tool',
  supplier_text:
    'This very good spatula is loved by all the people who cook at home every day and it is cheap',
});
const text = { type: 'string' };
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: [
    'facts_used',
    'title',
    'description_html',
    'seo_title',
    'meta_description',
    'tags',
    'alt_texts',
  ],
  properties: {
    facts_used: { type: 'array', items: { type: 'integer' } },
    title: text,
    description_html: text,
    seo_title: text,
    meta_description: text,
    tags: { type: 'array', items: text },
    alt_texts: { type: 'array', items: text },
  },
};

const RESPONSES = {
  model: 'gpt-6-luna',
  store: false,
  instructions: 'Rules.',
  input: [{ role: 'user', content: [{ type: 'input_text', text: USER }] }],
  max_output_tokens: 4000,
  reasoning: { effort: 'low' },
  text: { format: { type: 'json_schema', name: 'listing_text', strict: true, schema: SCHEMA } },
};
const CHAT = {
  model: 'gpt-6-luna',
  messages: [
    { role: 'system', content: 'Rules.' },
    { role: 'user', content: USER },
  ],
  max_completion_tokens: 4000,
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'listing_text', strict: true, schema: SCHEMA },
  },
};
const MESSAGES = {
  model: 'claude-haiku-5-5',
  max_tokens: 4000,
  system: [{ type: 'text', text: 'Rules.', cache_control: { type: 'ephemeral' } }],
  messages: [{ role: 'user', content: [{ type: 'text', text: USER }] }],
  output_config: { effort: 'low', format: { type: 'json_schema', schema: SCHEMA } },
};
const CALLS = {
  openai: ['/openai/v1/responses', RESPONSES, { authorization: `Bearer ${OPENAI_KEY}` }],
  chat: ['/openai/v1/chat/completions', CHAT, { authorization: `Bearer ${OPENAI_KEY}` }],
  anthropic: [
    '/anthropic/v1/messages',
    MESSAGES,
    { 'x-api-key': ANTHROPIC_KEY, 'anthropic-version': '2026-10-21' },
  ],
  compatible: [
    '/compatible/v1/chat/completions',
    { ...CHAT, model: 'local', max_completion_tokens: undefined, max_tokens: 4000 },
    {},
  ],
};

async function ask(sandbox, service, changes = {}, headers = {}) {
  const [path, body, own] = CALLS[service];
  const answer = await fetch(sandbox.base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...own, ...headers },
    body: typeof changes === 'string' ? changes : JSON.stringify({ ...body, ...changes }),
  });
  const raw = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    raw,
    json: raw.startsWith('{') ? JSON.parse(raw) : null,
  };
}

function textOf(service, json) {
  if (service === 'openai') {
    return json.output
      .at(-1)
      .content.map((p) => p.text ?? '')
      .join('');
  }
  return service === 'anthropic'
    ? json.content
        .filter((b) => b.type === 'text')
        .map((b) => b.text)
        .join('')
    : json.choices[0].message.content;
}

for (const service of Object.keys(CALLS)) {
  test(`${service} answers by the schema, from the facts alone`, async (t) => {
    const sandbox = await startSandbox(t);
    const answer = await ask(sandbox, service);
    assert.equal(answer.status, 200, answer.raw);
    const made = JSON.parse(textOf(service, answer.json));
    assert.deepEqual(Object.keys(made), SCHEMA.required);
    assert.deepEqual(made.facts_used, [1, 2, 3]);
    assert.ok(made.title.length >= 20 && made.title.length <= 70, made.title);
    assert.doesNotMatch(JSON.stringify(made), /2024|NEW|[Bb]est|arthritis|cheap/);
    assert.match(made.description_html, /<li><strong>Weight:<\/strong> 140 g<\/li>/);
    const words = made.description_html
      .replace(/<[^>]*>/g, ' ')
      .split(/\s+/)
      .filter(Boolean);
    assert.ok(words.length >= 80 && words.length <= 300, String(words.length));
    assert.ok(made.seo_title.length <= 60);
    assert.ok(
      made.meta_description.length >= 70 && made.meta_description.length <= 155,
      made.meta_description,
    );
    assert.equal(made.alt_texts.length, 2);
  });
}

test('any other schema gets a value that fits', async (t) => {
  const sandbox = await startSandbox(t);
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['intent', 'sure', 'marks'],
    properties: {
      intent: { type: 'string', enum: ['where', 'other'] },
      sure: { type: 'boolean' },
      marks: { type: 'array', items: { type: 'number' } },
    },
  };
  const { json } = await ask(sandbox, 'anthropic', {
    output_config: { format: { type: 'json_schema', schema } },
  });
  assert.deepEqual(JSON.parse(textOf('anthropic', json)), {
    intent: 'where',
    sure: false,
    marks: [1],
  });
});

const strictly = (schema) => ({
  text: { format: { type: 'json_schema', name: 'x', strict: true, schema } },
});
const REFUSALS = [
  ['openai', { temperature: 1 }, 400, 'unsupported_parameter'],
  ['openai', { top_p: 1 }, 400, 'unsupported_parameter'],
  ['openai', { max_tokens: 100 }, 400, 'unknown_parameter'],
  ['openai', { max_output_tokens: 8 }, 400, 'integer_out_of_range'],
  ['openai', { reasoning: { effort: 'huge' } }, 400, 'invalid_value'],
  ['openai', { reasoning: { depth: 1 } }, 400, 'unknown_parameter'],
  ['openai', { model: 'gpt-4o-mini' }, 404, 'model_not_found'],
  ['openai', { input: undefined }, 400, 'missing_required_parameter'],
  ['openai', strictly({ ...SCHEMA, additionalProperties: undefined }), 400, 'invalid_json_schema'],
  ['openai', strictly({ ...SCHEMA, required: ['title'] }), 400, 'invalid_json_schema'],
  [
    'openai',
    strictly({
      ...SCHEMA,
      properties: { ...SCHEMA.properties, title: { type: 'string', maxLength: 70 } },
    }),
    400,
    'invalid_json_schema',
  ],
  ['openai', strictly({ type: 'array', items: text }), 400, 'invalid_json_schema'],
  [
    'openai',
    { text: { format: { type: 'json_schema', name: 'two words', strict: true, schema: SCHEMA } } },
    400,
    'invalid_value',
  ],
  [
    'openai',
    { text: { format: { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA } } } },
    400,
    'unknown_parameter',
  ],
  ['openai', '{', 400, null],
  ['chat', { max_tokens: 100 }, 400, 'unsupported_parameter'],
  ['chat', { temperature: 0.5 }, 400, 'unsupported_parameter'],
  [
    'chat',
    { response_format: { type: 'json_schema', name: 'x', schema: SCHEMA } },
    400,
    'unknown_parameter',
  ],
];
for (const [service, changes, status, code] of REFUSALS) {
  test(`${service} refuses ${JSON.stringify(changes).slice(0, 70)}`, async (t) => {
    const sandbox = await startSandbox(t);
    const { json, ...answer } = await ask(sandbox, service, changes);
    assert.equal(answer.status, status);
    assert.equal(json.error.type, 'invalid_request_error');
    assert.equal(json.error.code, code);
  });
}

const CLAUDE_REFUSALS = [
  [{ temperature: 1 }, 400, 'invalid_request_error'],
  [{ top_k: 5 }, 400, 'invalid_request_error'],
  [{ max_tokens: undefined }, 400, 'invalid_request_error'],
  [{ surprise: 1 }, 400, 'invalid_request_error'],
  [{ model: 'claude-2' }, 404, 'not_found_error'],
  [{ messages: [{ role: 'assistant', content: '{' }] }, 400, 'invalid_request_error'],
  [
    { output_config: { format: { type: 'json_schema', name: 'x', schema: SCHEMA } } },
    400,
    'invalid_request_error',
  ],
  [
    {
      output_config: {
        format: { type: 'json_schema', schema: { ...SCHEMA, additionalProperties: true } },
      },
    },
    400,
    'invalid_request_error',
  ],
  [
    { output_config: { format: { type: 'json_schema', schema: { ...SCHEMA, minProperties: 1 } } } },
    400,
    'invalid_request_error',
  ],
];
for (const [changes, status, type] of CLAUDE_REFUSALS) {
  test(`anthropic refuses ${JSON.stringify(changes).slice(0, 70)}`, async (t) => {
    const sandbox = await startSandbox(t);
    const { json, ...answer } = await ask(sandbox, 'anthropic', changes);
    assert.equal(answer.status, status);
    assert.equal(json.type, 'error');
    assert.equal(json.error.type, type);
  });
}

test('keys and the version are wanted', async (t) => {
  const sandbox = await startSandbox(t);
  assert.equal((await ask(sandbox, 'openai', {}, { authorization: 'Bearer x' })).status, 401);
  assert.equal((await ask(sandbox, 'anthropic', {}, { 'x-api-key': 'x' })).status, 401);
  assert.equal(
    (await ask(sandbox, 'anthropic', {}, { 'anthropic-version': '2020-01-01' })).status,
    400,
  );
  const old = await ask(
    sandbox,
    'anthropic',
    { temperature: 1 },
    { 'anthropic-version': '2023-06-01' },
  );
  assert.equal(old.status, 200);
});

const SPOILT = {
  number: /987 ml/,
  health: /arthritis/,
  brand: /Dyson/,
  absolute: /guaranteed/,
  price: /\$9\.99/,
  markup: /<script>/,
  copied: /loved by all the people who cook at home/,
};
for (const [kind, pattern] of Object.entries(SPOILT)) {
  test(`a text with a wrong ${kind} comes as often as asked for`, async (t) => {
    const sandbox = await startSandbox(t);
    await sandbox.control('POST', '/ai', { kind, count: 1 });
    const first = textOf('openai', (await ask(sandbox, 'openai')).json);
    assert.match(JSON.parse(first).description_html, pattern);
    assert.doesNotMatch(textOf('openai', (await ask(sandbox, 'openai')).json), pattern);
  });
}

const FAILURES = {
  rate: [429, 429, 429],
  quota: [429, 429, 429],
  auth: [401, 401, 401],
  error: [500, 500, 500],
  overload: [503, 529, 503],
  html: [502, 502, 502],
  error200: [200, 200, 200],
};
for (const [kind, statuses] of Object.entries(FAILURES)) {
  test(`a service fails with ${kind} in its own words`, async (t) => {
    const sandbox = await startSandbox(t);
    await sandbox.control('POST', '/ai', { kind });
    for (const [i, service] of ['openai', 'anthropic', 'compatible'].entries()) {
      const answer = await ask(sandbox, service);
      assert.equal(answer.status, statuses[i]);
      assert.equal(Boolean(answer.json?.error), kind !== 'html');
    }
    await sandbox.control('DELETE', '/ai');
    assert.equal((await ask(sandbox, 'openai')).status, 200);
  });
}

test('answers that cannot be used can be had', async (t) => {
  const sandbox = await startSandbox(t);
  const next = async (kind) => {
    await sandbox.control('DELETE', '/ai');
    await sandbox.control('POST', '/ai', { kind, service: 'openai' });
    return (await ask(sandbox, 'openai')).json;
  };
  assert.equal((await next('refusal')).output.at(-1).content[0].type, 'refusal');
  assert.equal((await next('truncated')).incomplete_details.reason, 'max_output_tokens');
  assert.equal((await next('filtered')).incomplete_details.reason, 'content_filter');
  assert.deepEqual(
    (await next('commentary')).output.slice(1).map((m) => m.phase),
    ['commentary', 'final_answer'],
  );
  const broken = textOf('openai', await next('invalid_json'));
  assert.throws(() => JSON.parse(broken));
  assert.equal(JSON.parse(textOf('openai', await next('wrong_schema'))).surprise, true);
  assert.match(
    textOf('openai', await next('duplicate_keys')),
    /^\{"facts_used":"another","facts_used":/,
  );
  assert.equal(textOf('openai', await next('empty')), '');
  assert.ok(textOf('openai', await next('large')).length > 4 * 1024 * 1024);
});

test('a mixed model is wrong in many ways', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.control('POST', '/ai', { kind: 'mixed', rate: 0.9 });
  for (let i = 0; i < 60; i++) {
    await ask(sandbox, 'anthropic');
  }
  const kinds = (await sandbox.control('GET', '/ai/calls')).map((c) => c.wrong);
  assert.ok(new Set(kinds).size > 8, [...new Set(kinds)].join());
  assert.ok(kinds.includes(null));
});

test('an answer longer than its limit is cut', async (t) => {
  const sandbox = await startSandbox(t);
  const { json } = await ask(sandbox, 'anthropic', { max_tokens: 30 });
  assert.equal(json.stop_reason, 'max_tokens');
  assert.equal(json.usage.output_tokens, 30);
});

test('every call is in the books, with what was asked and whether it was to be kept', async (t) => {
  const sandbox = await startSandbox(t);
  await ask(sandbox, 'openai');
  await ask(sandbox, 'openai', { store: undefined });
  await ask(sandbox, 'anthropic', { surprise: 1 });
  const calls = await sandbox.control('GET', '/ai/calls');
  assert.deepEqual(
    calls.map((c) => [c.service, c.status, c.stored]),
    [
      ['openai', 200, false],
      ['openai', 200, true],
      ['anthropic', 400, undefined],
    ],
  );
  assert.equal(calls[0].request.max_output_tokens, 4000);
  assert.match(calls[2].refused, /surprise/);
  assert.equal((await sandbox.control('GET', '/ai/calls?after=2')).length, 1);
});

test('models are listed, and one that is gone is missing', async (t) => {
  const sandbox = await startSandbox(t);
  const get = (path) => fetch(sandbox.base + path).then(async (r) => [r.status, await r.json()]);
  assert.equal((await get('/openai/v1/models/gpt-6-luna'))[1].shutdown_date, null);
  assert.equal((await get('/openai/v1/models/gpt-4o-mini'))[0], 404);
  assert.equal((await get('/anthropic/v1/models/claude-haiku-5-5'))[1].lifecycle, 'active');
  assert.equal((await get('/anthropic/v1/models/claude-2'))[0], 404);
  assert.equal((await get('/compatible/v1/models'))[1].data[0].id, 'local');
});

test('the end of a model can be announced', async (t) => {
  const sandbox = await startSandbox(t);
  const get = (path) => fetch(sandbox.base + path).then(async (r) => [r.status, await r.json()]);
  await sandbox.control('POST', '/ai/models/gpt-6-luna', { ends: '2027-01-14' });
  await sandbox.control('POST', '/ai/models/claude-haiku-5-5', { ends: '2027-01-14' });
  await sandbox.control('POST', '/ai/models/gpt-6-astra', { gone: true });
  assert.equal((await get('/openai/v1/models/gpt-6-luna'))[1].shutdown_date, '2027-01-14');
  assert.equal((await get('/openai/v1/models/gpt-6-astra'))[0], 404);
  const [, claude] = await get('/anthropic/v1/models/claude-haiku-5-5');
  assert.deepEqual([claude.lifecycle, claude.retires_at], ['deprecated', '2027-01-14T00:00:00Z']);
});

test('wishes that make no sense are refused', async (t) => {
  const sandbox = await startSandbox(t);
  await assert.rejects(sandbox.control('POST', '/ai', { kind: 'nonsense' }), /kind must be one of/);
  await assert.rejects(sandbox.control('POST', '/ai', { kind: KINDS[0], rate: 2 }), /rate/);
  await assert.rejects(
    sandbox.control('POST', '/ai', { kind: KINDS[0], service: 'cj' }),
    /service/,
  );
});
