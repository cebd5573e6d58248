// /openai/v1: Responses, chat completions and models. /compatible/v1: a server that speaks chat completions its own way.

import { MODELS, parseChat, parseResponses } from './openai_requests.mjs';
import { Refused } from './strict.mjs';
import { HTML, talk } from './talk.mjs';

const message = (text, phase) => ({
  type: 'message',
  id: `msg_${phase}`,
  role: 'assistant',
  status: 'completed',
  phase,
  content: [{ type: 'output_text', text, annotations: [] }],
});

function outputOf(said, wrong) {
  if (wrong?.kind === 'refusal') {
    return [
      {
        ...message('', 'final_answer'),
        content: [{ type: 'refusal', refusal: 'I cannot help with that.' }],
      },
    ];
  }
  const before =
    wrong?.kind === 'commentary' ? [message('Let me look at the facts first.', 'commentary')] : [];
  return [
    { type: 'reasoning', id: 'rs_1', summary: [] },
    ...before,
    message(said.text, 'final_answer'),
  ];
}

function speakResponses(ask, said, wrong, id) {
  const filtered = wrong?.kind === 'filtered';
  const incomplete = said.truncated || filtered;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model: ask.body.model,
    error: null,
    status: incomplete ? 'incomplete' : 'completed',
    incomplete_details: incomplete
      ? { reason: filtered ? 'content_filter' : 'max_output_tokens' }
      : null,
    store: ask.body.store ?? true,
    output: outputOf(said, wrong),
    usage: {
      input_tokens: said.tokensIn,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: said.tokensOut,
      output_tokens_details: { reasoning_tokens: said.reasoning },
      total_tokens: said.tokensIn + said.tokensOut,
    },
  };
}

function finishOf(said, wrong) {
  return wrong?.kind === 'filtered' ? 'content_filter' : said.truncated ? 'length' : 'stop';
}

function speakChat(ask, said, wrong, id) {
  const refused = wrong?.kind === 'refusal';
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: ask.body.model,
    choices: [
      {
        index: 0,
        finish_reason: finishOf(said, wrong),
        logprobs: null,
        message: {
          role: 'assistant',
          content: refused ? null : said.text,
          refusal: refused ? 'I cannot help with that.' : null,
        },
      },
    ],
    usage: {
      prompt_tokens: said.tokensIn,
      completion_tokens: said.tokensOut,
      total_tokens: said.tokensIn + said.tokensOut,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: said.reasoning },
    },
  };
}

const envelope = (status, { message: text, type, param = null, code = null }, headers = {}) => ({
  status,
  headers,
  body: { error: { message: text, type, param, code } },
});
const again = (wrong) =>
  wrong.retry_after === null ? {} : { 'retry-after': String(wrong.retry_after) };

const FAILS = {
  rate: (w) =>
    envelope(
      429,
      { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' },
      again(w),
    ),
  quota: () =>
    envelope(429, {
      message: 'You exceeded your current quota.',
      type: 'insufficient_quota',
      code: 'credit_balance_exhausted',
    }),
  auth: () =>
    envelope(401, {
      message: 'Incorrect API key provided: sk-***.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    }),
  error: () => envelope(500, { message: 'The server had an error.', type: 'server_error' }),
  overload: (w) =>
    envelope(
      503,
      { message: 'The engine is currently overloaded.', type: 'server_error' },
      again(w),
    ),
  html: () => ({ status: 502, headers: { 'content-type': 'text/html' }, raw: HTML }),
};
const FAILED_RESPONSE = {
  status: 200,
  body: {
    id: 'resp_failed',
    object: 'response',
    status: 'failed',
    error: { code: 'server_error', message: 'The model failed.' },
    output: [],
    usage: null,
  },
};

const refuse = (error) => {
  if (!(error instanceof Refused)) {
    throw error;
  }
  return envelope(error.status, error, error.headers);
};

export class OpenAiEndpoint {
  /** @param world with ai; strict: as OpenAI itself, else as a compatible server */
  constructor(world, strict) {
    this.world = world;
    this.strict = strict;
  }

  async handle(request) {
    const path = request.path.replace(/^\/v1\//, '');
    if (request.method === 'POST' && path === 'responses' && this.strict) {
      return talk(
        this.world,
        this.#dialect(path, parseResponses, speakResponses, FAILED_RESPONSE),
        request,
      );
    }
    if (request.method === 'POST' && path === 'chat/completions') {
      const failed = {
        status: 200,
        body: { error: { code: 502, message: 'Provider returned error', metadata: {} } },
      };
      return talk(
        this.world,
        this.#dialect(path, (r) => parseChat(r, this.strict), speakChat, failed),
        request,
      );
    }
    return this.#models(request, path);
  }

  #dialect(path, parse, speak, error200) {
    const id = this.world.ai.calls.seq + 1;
    const headers = () => ({ 'x-request-id': `req_sandbox_${id}`, 'openai-processing-ms': '20' });
    const fail = (wrong) => {
      const made = wrong.kind === 'error200' ? error200 : FAILS[wrong.kind]?.(wrong);
      return made ? { ...made, headers: { ...headers(), ...made.headers } } : null;
    };
    return {
      service: this.strict ? 'openai' : 'compatible',
      path,
      parse,
      refuse,
      headers,
      fail,
      speak: (a, s, w) => speak(a, s, w, id),
    };
  }

  #models(request, path) {
    const [, id] = /^models(?:\/(.+))?$/.exec(path) ?? [null, undefined];
    const models = (this.strict ? MODELS : ['local']).filter(
      (m) => !this.world.ai.fates.get(m)?.gone,
    );
    const show = (m) => ({
      id: m,
      object: 'model',
      created: 1790000000,
      owned_by: 'openai',
      shutdown_date: this.world.ai.fates.get(m)?.ends ?? null,
    });
    if (request.method !== 'GET' || !path.startsWith('models')) {
      return envelope(404, {
        message: `Invalid URL (${request.method} /v1/${path})`,
        type: 'invalid_request_error',
      });
    }
    if (!id) {
      return { status: 200, body: { object: 'list', data: models.map(show) } };
    }
    return models.includes(id)
      ? { status: 200, body: show(id) }
      : envelope(404, {
          message: `The model '${id}' does not exist`,
          type: 'invalid_request_error',
          code: 'model_not_found',
        });
  }
}
