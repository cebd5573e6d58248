// CJ's envelope and its irregularities. Oddities depend on a hash of the id, so the same thing always looks the same.

import { randomUUID } from 'node:crypto';
import { hash } from '../rng.mjs';

/** A refusal with CJ's own code. */
export class CjError extends Error {
  constructor(code, message, status = 200, extra = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.extra = extra;
  }
}

const MARK = '\u0001raw:';

/** Ids have 19 digits: more than a JavaScript number holds, so they are marked here and unquoted in toJson(). */
export const rawNumber = (digits) => MARK + digits;

export function toJson(body) {
  return JSON.stringify(body).replace(/"\\u0001raw:(-?[0-9.]+)"/g, '$1');
}

/** The id as text, or (for one id in three) as a bare number. */
export const oddId = (id) =>
  hash(`id ${id}`) % 3 === 0 && /^[0-9]+$/.test(id) ? rawNumber(id) : id;

/** An amount as number or as text. */
export function oddAmount(cents, seed) {
  return hash(`amount ${seed}`) % 2 === 0 ? cents / 100 : (cents / 100).toFixed(2);
}

/** A price as number, "11.85", or a range in one of two spellings. */
export function oddPrice(low, high, seed) {
  if (low === high) {
    return oddAmount(low, seed);
  }
  const between = hash(`range ${seed}`) % 2 === 0 ? '-' : ' -- ';
  return (low / 100).toFixed(2) + between + (high / 100).toFixed(2);
}

export const requestId = () => randomUUID().replaceAll('-', '');

/** The usual success. */
export function success(data) {
  const id = requestId();
  const plain = { code: 200, result: true, message: 'Success', data, requestId: id };
  return { status: 200, json: hash(id) % 2 === 0 ? { ...plain, success: true } : plain };
}

/** The success of the calls that know no `result`: code 0. */
export const success0 = (data) => ({
  status: 200,
  json: { success: true, code: 0, message: null, data, requestId: requestId() },
});

export function failure(error) {
  return {
    status: error.status,
    json: {
      code: error.code,
      result: false,
      message: error.message,
      data: null,
      requestId: requestId(),
      ...error.extra,
    },
  };
}
