// /anthropic/v1: messages and models, version 2026-10-21.

import { Refused, check, checkSchema } from './strict.mjs';
import { HTML, talk } from './talk.mjs';

export const ANTHROPIC_KEY = 'sk-sandbox-anthropic';
const VERSIONS = ['2023-06-01', '2026-10-21'];
const MODELS = ['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5', 'claude-fable-5-2'];

const TEXT_BLOCK = {
  type: { type: 'string', required: true, values: ['text'] },
  text: { type: 'string', required: true },
  cache_control: {
    type: 'object',
    of: {
      type: { type: 'string', required: true, values: ['ephemeral'] },
      ttl: { type: 'string', values: ['5m', '1h'] },
    },
  },
  citations: 'any',
};
const MESSAGES = {
  model: { type: 'string', required: true },
  max_tokens: { type: 'integer', required: true, least: 1, most: 128000 },
  messages: {
    type: 'array',
    required: true,
    of: {
      role: { type: 'string', required: true, values: ['user', 'assistant', 'system'] },
      content: { type: 'any', required: true },
    },
  },
  system: 'any',
  metadata: { type: 'object', of: { user_id: 'string' } },
  stop_sequences: 'array',
  stream: 'boolean',
  output_config: {
    type: 'object',
    of: {
      effort: { type: 'string', values: ['low', 'medium', 'high', 'xhigh', 'max'] },
      format: 'object',
    },
  },
  thinking: {
    type: 'object',
    of: {
      type: {
        type: 'string',
        required: true,
        values: ['adaptive', 'disabled', 'enabled', 'between_tools'],
      },
      budget_tokens: 'integer',
    },
  },
  tools: 'array',
  tool_choice: 'object',
  service_tier: 'string',
  cache_control: 'object',
  container: 'any',
  inference_geo: 'string',
  speed: 'string',
  diagnostics: 'any',
  user_profile_id: 'string',
  workspace_id: 'string',
};
const SAMPLING = ['temperature', 'top_p', 'top_k'];

function checkCaller(request) {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if ((request.headers['x-api-key'] ?? bearer) !== ANTHROPIC_KEY) {
    throw new Refused('invalid x-api-key', { status: 401, type: 'authentication_error' });
  }
  const version = request.headers['anthropic-version'];
  if (!VERSIONS.includes(version)) {
    throw new Refused(
      version
        ? `anthropic-version: "${version}" is not a valid version`
        : 'anthropic-version: header is required',
    );
  }
  if (!/json/.test(request.headers['content-type'] ?? '')) {
    throw new Refused('content-type: application/json is required');
  }
  return version;
}

function readBody(text) {
  try {
    const body = JSON.parse(text);
    if (body && typeof body === 'object' && !Array.isArray(body)) {
      return body;
    }
  } catch {
    // told below
  }
  throw new Refused('The request body is not valid JSON');
}

function textOf(content, at) {
  if (typeof content === 'string') {
    return content;
  }
  check({ content }, { content: { type: 'array', of: TEXT_BLOCK } }, at);
  return content.map((b) => b.text).join('\n');
}

function checkMembers(body, version) {
  const sampling = version === VERSIONS[1] && SAMPLING.find((name) => name in body);
  if (sampling) {
    throw new Refused(`${sampling}: sampling parameters are not accepted by this version`);
  }
  check(
    Object.fromEntries(Object.entries(body).filter(([name]) => !SAMPLING.includes(name))),
    MESSAGES,
  );
  if (!MODELS.includes(body.model)) {
    throw new Refused(`model: ${body.model}`, { status: 404, type: 'not_found_error' });
  }
  if (body.messages.length === 0 || body.messages.at(-1).role === 'assistant') {
    throw new Refused('messages: the last message has to be of the user');
  }
}

function schemaOf(format) {
  if (!format) {
    return null;
  }
  check(
    format,
    {
      type: { type: 'string', required: true, values: ['json_schema'] },
      schema: { type: 'object', required: true },
    },
    'output_config.format.',
  );
  checkSchema('anthropic', format.schema, 'output_config.format.schema');
  return format.schema;
}

function parse(request) {
  const version = checkCaller(request);
  const body = readBody(request.text);
  checkMembers(body, version);
  return {
    body,
    schema: schemaOf(body.output_config?.format),
    limit: body.max_tokens,
    system: body.system === undefined ? '' : textOf(body.system, 'system.'),
    user: body.messages
      .filter((m) => m.role === 'user')
      .map((m, i) => textOf(m.content, `messages.${i}.`))
      .join('\n'),
  };
}

function speak(ask, said, wrong, id) {
  const refused = wrong?.kind === 'refusal' || wrong?.kind === 'filtered';
  const thought = { type: 'thinking', thinking: '', signature: 'sandbox' };
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: ask.body.model,
    content: refused ? [] : [thought, { type: 'text', text: said.text, citations: null }],
    stop_reason: refused ? 'refusal' : said.truncated ? 'max_tokens' : 'end_turn',
    stop_sequence: null,
    stop_details: refused
      ? { type: 'refusal', category: 'general_harms', explanation: null }
      : null,
    usage: {
      input_tokens: said.tokensIn,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: said.tokensOut,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens_details: { thinking_tokens: said.reasoning },
      service_tier: 'standard',
    },
  };
}

const envelope = (status, type, text, more = {}) => ({
  status,
  headers: more.headers ?? {},
  body: {
    type: 'error',
    error: { type, message: text, ...(more.details && { details: more.details }) },
    request_id: more.id ?? 'req_sandbox',
  },
});

const FAILS = {
  rate: (w) =>
    envelope(429, 'rate_limit_error', 'This request would exceed your rate limit.', {
      headers: { 'retry-after': String(w.retry_after ?? 1) },
    }),
  quota: () =>
    envelope(429, 'rate_limit_error', 'Your spend limit is reached.', {
      details: { error_code: 'enforced_spend_limit_reached' },
    }),
  auth: () => envelope(401, 'authentication_error', 'invalid x-api-key'),
  error: () => envelope(500, 'api_error', 'Internal server error'),
  overload: () => envelope(529, 'overloaded_error', 'Overloaded'),
  html: () => ({ status: 502, headers: { 'content-type': 'text/html' }, raw: HTML }),
  error200: () => envelope(200, 'overloaded_error', 'Overloaded'),
};

const refuse = (error) => {
  if (!(error instanceof Refused)) {
    throw error;
  }
  return envelope(error.status, error.type, error.message);
};

export class AnthropicEndpoint {
  /** @param world with ai */
  constructor(world) {
    this.world = world;
  }

  async handle(request) {
    const path = request.path.replace(/^\/v1\//, '');
    if (request.method === 'POST' && path === 'messages') {
      return talk(this.world, this.#dialect(path), request);
    }
    return this.#models(request, path);
  }

  #dialect(path) {
    const id = this.world.ai.calls.seq + 1;
    const headers = () => ({
      'request-id': `req_sandbox_${id}`,
      'anthropic-ratelimit-requests-remaining': '49',
    });
    const fail = (wrong) => {
      const made = FAILS[wrong.kind]?.(wrong);
      return made ? { ...made, headers: { ...headers(), ...made.headers } } : null;
    };
    return {
      service: 'anthropic',
      path,
      parse,
      refuse,
      headers,
      fail,
      speak: (a, s, w) => speak(a, s, w, id),
    };
  }

  #stage(model) {
    const { gone, ends } = this.world.ai.fates.get(model) ?? {};
    return gone ? 'retired' : ends ? 'deprecated' : 'active';
  }

  #models(request, path) {
    const [, id] = /^models(?:\/(.+))?$/.exec(path) ?? [null, undefined];
    const show = (m) => ({
      id: m,
      type: 'model',
      display_name: m,
      lifecycle: this.#stage(m),
      retires_at: this.world.ai.fates.get(m)?.ends
        ? `${this.world.ai.fates.get(m).ends}T00:00:00Z`
        : null,
      max_tokens: 128000,
      capabilities: { structured_outputs: { supported: true }, image_input: { supported: true } },
    });
    if (request.method === 'GET' && path === 'models') {
      return { status: 200, body: { data: MODELS.map(show), has_more: false } };
    }
    if (request.method === 'GET' && MODELS.includes(id)) {
      return { status: 200, body: show(id) };
    }
    return envelope(404, 'not_found_error', id ? `model: ${id}` : 'Not found');
  }
}
