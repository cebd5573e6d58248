// Requests in OpenAI's two forms: who calls, what is allowed, and what is asked.

import { Refused, SCHEMA_NAME, check, checkSchema } from './strict.mjs';

export const OPENAI_KEY = 'sk-sandbox-openai';
export const MODELS = ['gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.1-sol', 'gpt-6-astra'];
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const gone = { type: 'any', refused: 'unsupported_parameter' };

const FORMAT = {
  type: { type: 'string', required: true, values: ['json_schema', 'json_object', 'text'] },
};
const PART = {
  type: { type: 'string', required: true, values: ['input_text'] },
  text: { type: 'string', required: true },
};
const COMMON = {
  metadata: 'object',
  parallel_tool_calls: 'boolean',
  prompt_cache_key: { type: 'string', longest: 64 },
  prompt_cache_options: 'object',
  safety_identifier: { type: 'string', longest: 128 },
  service_tier: 'string',
  store: 'boolean',
  tools: 'array',
  tool_choice: 'any',
  stream: 'boolean',
  temperature: gone,
  top_p: gone,
  user: 'string',
  moderation: 'any',
};
const RESPONSES = {
  ...COMMON,
  model: { type: 'string', required: true },
  input: { type: 'any', required: true },
  instructions: 'string',
  max_output_tokens: { type: 'integer', least: 16, most: 128000 },
  reasoning: {
    type: 'object',
    of: { effort: { type: 'string', values: EFFORTS }, summary: 'string' },
  },
  text: {
    type: 'object',
    of: { format: 'object', verbosity: { type: 'string', values: ['low', 'medium', 'high'] } },
  },
  background: 'boolean',
  include: 'array',
  previous_response_id: 'string',
  truncation: 'string',
  max_tool_calls: 'integer',
};
const CHAT = {
  ...COMMON,
  model: { type: 'string', required: true },
  messages: { type: 'array', required: true },
  max_completion_tokens: { type: 'integer', least: 1, most: 128000 },
  max_tokens: 'integer',
  n: { type: 'integer', values: [1] },
  reasoning_effort: { type: 'string', values: EFFORTS },
  response_format: 'object',
  verbosity: 'string',
  seed: 'integer',
  stop: 'any',
  frequency_penalty: gone,
  presence_penalty: gone,
  logprobs: gone,
};

function readBody(text) {
  try {
    const body = JSON.parse(text);
    if (body && typeof body === 'object' && !Array.isArray(body)) {
      return body;
    }
  } catch {
    // told below
  }
  throw new Refused('We could not parse the JSON body of your request.');
}

function checkCaller(request, needsKey) {
  const [, key] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (needsKey && key !== OPENAI_KEY) {
    throw new Refused(`Incorrect API key provided: ${String(key).slice(0, 3)}***.`, {
      status: 401,
      code: 'invalid_api_key',
    });
  }
  if (!/json/.test(request.headers['content-type'] ?? '')) {
    throw new Refused('Unsupported content type.', { status: 415 });
  }
}

function checkModel(model) {
  if (!MODELS.includes(model)) {
    throw new Refused(`The model '${model}' does not exist or you do not have access to it.`, {
      status: 404,
      code: 'model_not_found',
    });
  }
}

function checkFormat(format, param, nested) {
  check({ type: format.type }, FORMAT, `${param}.`);
  if (format.type !== 'json_schema') {
    return null;
  }
  const holder = nested ? (format.json_schema ?? {}) : format;
  const place = nested ? `${param}.json_schema` : param;
  if (nested) {
    check(format, { type: 'string', json_schema: { type: 'object', required: true } }, `${param}.`);
  }
  check(
    holder,
    {
      ...(nested ? {} : { type: 'string' }),
      name: { type: 'string', required: true },
      schema: { type: 'object', required: true },
      strict: 'boolean',
      description: 'string',
    },
    `${place}.`,
  );
  if (!SCHEMA_NAME.test(holder.name)) {
    throw new Refused(`Invalid '${place}.name': does not match the pattern.`, {
      param: `${place}.name`,
      code: 'invalid_value',
    });
  }
  if (holder.strict) {
    checkSchema('openai', holder.schema, `${place}.schema`);
  }
  return holder;
}

function inputText(input) {
  if (typeof input === 'string') {
    return input;
  }
  if (!Array.isArray(input) || input.length === 0) {
    throw new Refused("Invalid type for 'input'.", { param: 'input', code: 'invalid_type' });
  }
  return input
    .map((item, i) => {
      check(
        item,
        {
          role: {
            type: 'string',
            required: true,
            values: ['user', 'assistant', 'system', 'developer'],
          },
          content: { type: 'any', required: true },
          type: 'string',
        },
        `input[${i}].`,
      );
      if (typeof item.content === 'string') {
        return item.content;
      }
      check({ content: item.content }, { content: { type: 'array', of: PART } }, `input[${i}].`);
      return item.content.map((p) => p.text).join('\n');
    })
    .join('\n');
}

export function parseResponses(request) {
  checkCaller(request, true);
  const body = readBody(request.text);
  check(body, RESPONSES);
  checkModel(body.model);
  const format = body.text?.format ? checkFormat(body.text.format, 'text.format', false) : null;
  return {
    body,
    schema: format?.schema ?? null,
    name: format?.name,
    system: body.instructions ?? '',
    user: inputText(body.input),
    limit: body.max_output_tokens ?? 128000,
    stored: body.store !== false,
  };
}

function messageText(messages, roles) {
  return messages
    .filter((m) => roles.includes(m.role))
    .map((m) => (typeof m.content === 'string' ? m.content : ''))
    .join('\n');
}

export function parseChat(request, strict) {
  checkCaller(request, strict);
  const body = readBody(request.text);
  check(
    body,
    strict ? CHAT : { ...CHAT, max_completion_tokens: 'any', temperature: 'any', top_p: 'any' },
  );
  if (strict) {
    checkModel(body.model);
    checkMember(body);
  }
  body.messages.forEach((m, i) =>
    check(
      m,
      {
        role: {
          type: 'string',
          required: true,
          values: ['system', 'developer', 'user', 'assistant'],
        },
        content: { type: 'any', required: true },
        name: 'string',
      },
      `messages[${i}].`,
    ),
  );
  const format = body.response_format
    ? checkFormat(body.response_format, 'response_format', true)
    : null;
  return {
    body,
    schema: format?.schema ?? null,
    name: format?.name,
    system: messageText(body.messages, ['system', 'developer']),
    user: messageText(body.messages, ['user']),
    limit: (strict ? body.max_completion_tokens : body.max_tokens) ?? 128000,
    stored: strict && body.store === true,
  };
}

/* Reasoning models refuse the old name of the limit. */
function checkMember(body) {
  if (body.max_tokens !== undefined) {
    throw new Refused(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      {
        param: 'max_tokens',
        code: 'unsupported_parameter',
      },
    );
  }
}
