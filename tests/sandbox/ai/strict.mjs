// Requests are held to what the real services take: unknown and retired members, types, limits, and the rules of structured output.

/** A request that the service refuses; the endpoint puts it into its own envelope. */
export class Refused extends Error {
  constructor(message, facts = {}) {
    super(message);
    this.status = facts.status ?? 400;
    this.param = facts.param ?? null;
    this.code = facts.code ?? null;
    this.type = facts.type ?? 'invalid_request_error';
    this.headers = facts.headers ?? {};
  }
}

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
const TYPES = {
  string: (v) => typeof v === 'string',
  integer: Number.isInteger,
  boolean: (v) => typeof v === 'boolean',
  object: isObject,
  array: Array.isArray,
  any: () => true,
};

/**
 * Holds an object to a table {name: type | {type, required?, values?, least?, most?, refused?: code, of?: table}}.
 * @param at where the object is, for messages
 */
export function check(value, table, at = '') {
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(table, name)) {
      throw new Refused(`Unknown parameter: '${at}${name}'.`, {
        param: `${at}${name}`,
        code: 'unknown_parameter',
      });
    }
  }
  for (const [name, given] of Object.entries(table)) {
    const rule = typeof given === 'string' ? { type: given } : given;
    checkMember(value[name], rule, at + name);
  }
}

function checkMember(value, rule, param) {
  if (value === undefined || value === null) {
    if (rule.required) {
      throw new Refused(`Missing required parameter: '${param}'.`, {
        param,
        code: 'missing_required_parameter',
      });
    }
    return;
  }
  if (rule.refused) {
    throw new Refused(`Unsupported parameter: '${param}' is not supported with this model.`, {
      param,
      code: rule.refused,
    });
  }
  if (!TYPES[rule.type](value)) {
    throw new Refused(`Invalid type for '${param}': expected ${rule.type}.`, {
      param,
      code: 'invalid_type',
    });
  }
  if (rule.values && !rule.values.includes(value)) {
    throw new Refused(`Invalid value for '${param}': '${value}'.`, {
      param,
      code: 'invalid_value',
    });
  }
  if (
    (rule.least !== undefined && value < rule.least) ||
    (rule.most !== undefined && value > rule.most)
  ) {
    throw new Refused(`'${param}' is out of range.`, { param, code: 'integer_out_of_range' });
  }
  if (rule.longest !== undefined && value.length > rule.longest) {
    throw new Refused(`'${param}' is too long.`, { param, code: 'string_above_max_length' });
  }
  if (rule.of) {
    (Array.isArray(value) ? value : [value]).forEach((v, i) => {
      const place = Array.isArray(value) ? `${param}[${i}].` : `${param}.`;
      if (!isObject(v)) {
        throw new Refused(`Invalid type for '${place}': expected an object.`, { param });
      }
      check(v, rule.of, place);
    });
  }
}

/* Keywords of strict schemas, by service: Anthropic takes fewer. */
const COMMON = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'description',
  'anyOf',
  '$ref',
  '$defs',
  'const',
  'title',
];
const OPENAI = [
  ...COMMON,
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
];
const ANTHROPIC = [...COMMON, 'format', 'allOf', 'default'];
const DEPTH = 10;

function badSchema(param, text) {
  throw new Refused(`Invalid schema: ${text}`, { param, code: 'invalid_json_schema' });
}

function checkNode(schema, at, keywords, param, depth) {
  if (!isObject(schema)) {
    badSchema(param, `In context=(${at}), a schema must be an object.`);
  }
  if (depth > DEPTH) {
    badSchema(param, `In context=(${at}), more than ${DEPTH} levels.`);
  }
  for (const key of Object.keys(schema)) {
    if (!keywords.includes(key)) {
      badSchema(param, `In context=(${at}), '${key}' is not permitted.`);
    }
  }
  if (!schema.type && !schema.anyOf && !schema.$ref && !schema.enum && !('const' in schema)) {
    badSchema(param, `In context=(${at}), schema must have a 'type' key.`);
  }
  if (schema.type === 'object') {
    checkObject(schema, at, keywords, param, depth);
  }
  if (schema.type === 'array') {
    checkNode(schema.items, `${at},items`, keywords, param, depth + 1);
  }
  (schema.anyOf ?? []).forEach((s, i) => checkNode(s, `${at},${i}`, keywords, param, depth + 1));
}

function checkObject(schema, at, keywords, param, depth) {
  if (schema.additionalProperties !== false) {
    badSchema(
      param,
      `In context=(${at}), 'additionalProperties' is required to be supplied and to be false.`,
    );
  }
  const names = Object.keys(schema.properties ?? {});
  const required = schema.required ?? [];
  const missing = names.filter((n) => !required.includes(n));
  if (keywords === OPENAI && missing.length > 0) {
    badSchema(
      param,
      `In context=(${at}), 'required' has to include every key. Missing '${missing[0]}'.`,
    );
  }
  for (const name of required) {
    if (!names.includes(name)) {
      badSchema(param, `In context=(${at}), 'required' names '${name}', which is no property.`);
    }
  }
  for (const name of names) {
    checkNode(schema.properties[name], `${at},${name}`, keywords, param, depth + 1);
  }
}

/** Holds a schema to the rules of structured output. */
export function checkSchema(service, schema, param) {
  if (schema?.type !== 'object' || schema.anyOf) {
    badSchema(param, 'schema must be of type object at its root.');
  }
  checkNode(schema, '', service === 'anthropic' ? ANTHROPIC : OPENAI, param, 1);
}

export const SCHEMA_NAME = /^[A-Za-z0-9_-]{1,64}$/;
