// POST /admin/api/2026-10/graphql.json and /admin/oauth/access_token.

import { randomUUID } from 'node:crypto';
import { execute } from 'graphql';
import { GARBAGE } from '../faults.mjs';
import { Access } from './access.mjs';
import { Bucket, costOf } from './cost.mjs';
import { Documents } from './documents.mjs';
import { RequestError, errorBody } from './errors.mjs';
import { Idempotency } from './idempotency.mjs';
import { rootValue } from './root.mjs';

const VERSION = '2026-10';
const MAX_COST = 1000;
export const CLIENT_ID = 'sandbox-client';
export const CLIENT_SECRET = 'sandbox-secret';
export const ACCESS_TOKEN = 'shpat_sandbox';
const TOKEN_SECONDS = 86399;

export class ShopifyEndpoint {
  /** @param world shop, clock, settings, faults; @param schema from loadSchema() */
  constructor(world, { schema, access }, tokens = [], keys = []) {
    this.world = world;
    this.schema = schema;
    this.documents = new Documents(schema);
    this.access = new Access(access, world.settings);
    this.bucket = new Bucket(world.clock, world.settings);
    this.idempotency = new Idempotency(world.clock, keys);
    this.root = rootValue(world.shop, this.access);
    this.tokens = new Map(tokens);
    this.resolver = (source, args, context, info) => this.#resolve(source, args, context, info);
  }

  /** Answers one request of the prefix; `path` is without the prefix. Returns {status, headers, body} or {drop: true}. */
  async handle(request) {
    if (request.path === '/admin/oauth/access_token') {
      return this.#grant(request);
    }
    const [, version] = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(request.path) ?? [];
    if (!version || request.method !== 'POST') {
      return { status: 404, body: { errors: 'Not Found' } };
    }
    const headers = { 'x-shopify-api-version': VERSION, 'x-request-id': randomUUID() };
    if (!this.#signedIn(request.headers['x-shopify-access-token'])) {
      return {
        status: 401,
        headers,
        body: {
          errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
        },
      };
    }
    return { headers, ...(await this.#call(request)) };
  }

  #signedIn(token) {
    return token === ACCESS_TOKEN || (this.tokens.get(token) ?? 0) > this.world.clock.now();
  }

  #grant(request) {
    const form = new URLSearchParams(request.text);
    const given = request.text.startsWith('{')
      ? parseOr(request.text, {})
      : Object.fromEntries(form);
    if (given.grant_type !== 'client_credentials') {
      return {
        status: 400,
        body: {
          error: 'unsupported_grant_type',
          error_description: 'Only client_credentials is simulated',
        },
      };
    }
    if (given.client_id !== CLIENT_ID || given.client_secret !== CLIENT_SECRET) {
      return {
        status: 400,
        body: {
          error: 'application_cannot_be_found',
          error_description: 'Client id or secret is wrong',
        },
      };
    }
    const token = `shpat_${randomUUID().replaceAll('-', '')}`;
    this.tokens.set(token, this.world.clock.now() + TOKEN_SECONDS * 1000);
    return {
      status: 200,
      body: {
        access_token: token,
        scope: this.world.settings.scopes.join(','),
        expires_in: TOKEN_SECONDS,
      },
    };
  }

  async #call(request) {
    const body = parseOr(request.text, null);
    if (body === null || typeof body.query !== 'string') {
      return { status: 400, body: { errors: { query: 'Required parameter missing or invalid' } } };
    }
    const { document, errors } = this.documents.get(body.query);
    const operation = document && this.documents.operation(document, body.operationName);
    const names = operation
      ? [operation.name?.value, ...operation.selectionSet.selections.map((s) => s.name?.value)]
      : [];
    return this.world.withFaults('shopify', names, {
      throttle: () => this.#throttled(1),
      garbage: { status: 200, headers: { 'content-type': 'text/html' }, raw: GARBAGE },
      work: () =>
        errors ? { status: 200, body: { errors } } : this.#run(document, operation, body),
    });
  }

  #run(document, operation, body) {
    if (!operation) {
      return { status: 200, body: errorBody('An operation name is required', 'BAD_REQUEST') };
    }
    const bare = this.idempotency.missing(operation);
    if (bare) {
      return { status: 200, body: { errors: [bare] } };
    }
    const { values, errors } = this.documents.variables(operation, body.variables ?? {});
    if (errors) {
      return { status: 200, body: { errors } };
    }
    const requested = costOf(this.schema, document, operation, values);
    if (requested > MAX_COST) {
      return {
        status: 200,
        body: errorBody(
          `Query cost is ${requested}, which exceeds the single query max cost limit (${MAX_COST}).`,
          'MAX_COST_EXCEEDED',
          { cost: requested, maxCost: MAX_COST },
        ),
      };
    }
    if (!this.bucket.take(requested)) {
      return this.#throttled(requested);
    }
    return this.#execute(document, operation, values, requested);
  }

  #throttled(requested) {
    this.bucket.refill();
    return {
      status: 200,
      body: {
        ...errorBody('Throttled', 'THROTTLED'),
        extensions: {
          cost: {
            requestedQueryCost: requested,
            actualQueryCost: null,
            throttleStatus: this.bucket.status(),
          },
        },
      },
    };
  }

  #execute(document, operation, values, requested) {
    const context = { search: [] };
    const answer = this.idempotency.once(operation, values, () =>
      execute({
        schema: this.schema,
        document,
        rootValue: this.root,
        contextValue: context,
        variableValues: values,
        operationName: operation.name?.value,
        fieldResolver: this.resolver,
      }),
    );
    const actual = Math.min(
      requested,
      costOf(this.schema, document, operation, values, answer.data ?? null),
    );
    this.bucket.giveBack(requested - actual);
    const extensions = {
      cost: {
        requestedQueryCost: requested,
        actualQueryCost: actual,
        throttleStatus: this.bucket.status(),
      },
    };
    if (context.search.length) {
      extensions.search = context.search;
    }
    if (context.shopifyqlCost) {
      extensions.shopifyqlCost = context.shopifyqlCost;
    }
    const errors = answer.errors?.map((e) => ({
      message: e.message,
      locations: e.locations,
      path: e.path,
      extensions: e.extensions?.code
        ? e.extensions
        : { code: 'INTERNAL_SERVER_ERROR', requestId: randomUUID() },
    }));
    return {
      status: 200,
      body: {
        ...(answer.data !== undefined && { data: answer.data }),
        ...(errors && { errors }),
        extensions,
      },
    };
  }

  #resolve(source, args, context, info) {
    const field = info.parentType.getFields()[info.fieldName];
    if (info.fieldName === 'fulfillmentOrders' && !this.access.seesFulfillmentOrders()) {
      return {
        nodes: [],
        edges: [],
        pageInfo: {
          hasNextPage: false,
          hasPreviousPage: false,
          startCursor: null,
          endCursor: null,
        },
      };
    }
    this.access.check(info.parentType.name, field);
    const value = source[info.fieldName];
    if (value === undefined) {
      throw new RequestError(
        `sandbox: ${info.parentType.name}.${info.fieldName} is not simulated`,
        'SANDBOX_NOT_SIMULATED',
      );
    }
    return typeof value === 'function' ? value(args, context, info) : value;
  }
}

function parseOr(text, fallback) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : fallback;
  } catch {
    return fallback;
  }
}
