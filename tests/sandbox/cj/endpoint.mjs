// /cj/<path>: method, token, rate and points, then the call.

import { GARBAGE } from '../faults.mjs';
import { OPEN_ID } from './account.mjs';
import { CATALOG_CALLS } from './catalog_calls.mjs';
import { CjError, failure, rawNumber, success, toJson } from './envelope.mjs';
import { ORDER_CALLS } from './order_calls.mjs';

const ACCOUNT_CALLS = {
  'authentication/getAccessToken': {
    method: 'POST',
    open: true,
    run: ({ account }, { body }) => success(account.login(body.apiKey)),
  },
  'authentication/refreshAccessToken': {
    method: 'POST',
    open: true,
    run: ({ account }, { body }) => success(account.refresh(body.refreshToken)),
  },
  'authentication/logout': {
    method: 'POST',
    bodyless: true,
    run: ({ account }) => success(account.logout()),
  },
  'setting/get': {
    method: 'GET',
    run: ({ settings, cjWebhooks }) =>
      success({
        openId: rawNumber(OPEN_ID),
        openName: 'Sandbox Goods',
        openEmail: 'owner@shop.example',
        root: 'GENERAL',
        isSandbox: false,
        setting: {
          qpsLimit: settings.cjQps,
          quotaLimits: [{ quotaUrl: '*', quotaLimit: settings.cjPoints, quotaType: 4 }],
        },
        callback: cjWebhooks.blocks,
      }),
  },
  'webhook/set': {
    method: 'POST',
    run: ({ cjWebhooks }, { body }) => success(cjWebhooks.set(body)),
  },
  'shop/getShops': {
    method: 'GET',
    run: () => ({ status: 200, json: { success: true, code: 0, message: null, data: [] } }),
  },
};
const CALLS = { ...ACCOUNT_CALLS, ...CATALOG_CALLS, ...ORDER_CALLS };

function bodyOf(request, call) {
  if (request.method === 'GET' || request.method === 'DELETE' || call.bodyless) {
    return {};
  }
  if (!/json/.test(request.headers['content-type'] ?? '')) {
    throw new CjError(16900203, 'Content-Type is not supported');
  }
  if (!request.text) {
    throw new CjError(16900204, 'Request body is missing');
  }
  try {
    const body = JSON.parse(request.text, (key, value, context) =>
      typeof value === 'number' && !Number.isSafeInteger(value) && context?.source
        ? context.source
        : value,
    );
    if (body && typeof body === 'object') {
      return body;
    }
  } catch {
    // told below
  }
  throw new CjError(16900205, 'JSON format error');
}

function queryOf(url) {
  const query = {};
  for (const [key, value] of url.searchParams) {
    query[key] = key in query ? [query[key], value].flat() : value;
  }
  return query;
}

export class CjEndpoint {
  /** @param world account, supplier, catalog, settings, faults */
  constructor(world) {
    this.world = world;
  }

  async handle(request) {
    const path = request.path.replace(/^\/+|\/+$/g, '');
    const reply = (answer) => ({
      status: answer.status,
      raw: toJson(answer.json),
      headers: { 'content-type': 'application/json;charset=UTF-8' },
    });
    return this.world.withFaults('cj', [path, path.split('/').pop()], {
      throttle: () => reply(failure(this.world.account.throttled())),
      garbage: { status: 200, headers: { 'content-type': 'text/html' }, raw: GARBAGE },
      work: () => reply(this.#answer(path, request)),
    });
  }

  #answer(path, request) {
    try {
      return this.#run(path, request);
    } catch (error) {
      if (error instanceof CjError) {
        return failure(error);
      }
      throw error;
    }
  }

  #run(path, request) {
    const call = CALLS[path];
    if (!call) {
      throw new CjError(1600101, 'Interface not found', 404);
    }
    if (call.method !== request.method) {
      throw new CjError(16900202, `Request method '${request.method}' not supported`);
    }
    if (!call.open) {
      this.world.account.checkToken(request.headers['cj-access-token']);
      this.world.account.checkRate();
    }
    const input = { query: queryOf(request.url), body: bodyOf(request, call) };
    this.world.account.charge(call.points ?? 0);
    return call.run(this.world, input);
  }
}
