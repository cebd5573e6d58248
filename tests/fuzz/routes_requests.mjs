// Requests made from the OpenAPI description: first one that fits, then spoilt in ways that a table names.  The same seed gives the
// same requests, as long as the description and the pools are the same.
import { mutations } from './routes_mutations.mjs';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

// The characters of "^[A-Z0-9]*$" that are letters or digits, or its first one.
function lettersOf(pattern) {
  const set = new RegExp(pattern, 'u');
  const fitting = [...LETTERS].filter((c) => set.test(c));
  return fitting.length > 0 ? fitting : ['-'];
}

export class Requests {
  // pools: values that exist, by "resource name" or name; keys: { read, operate, admin, revoked }; session: () => { cookie, csrf } or undefined
  constructor(contract, rng, { pools, keys, session, skip = [] }) {
    Object.assign(this, { contract, rng, pools, keys, session });
    this.operations = Object.entries(contract.document.paths).flatMap(([path, item]) => Object.entries(item)
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation, scope: operation.security[0]?.key?.[0] ?? null })))
      .filter(({ operation }) => !skip.includes(operation.operationId));
    for (const { operation } of this.operations) this.#unfold(operation.requestBody?.content['application/json'].schema.properties ?? {});
  }

  // The members of a body with what their references mean.
  #unfold(properties) {
    for (const [name, schema] of Object.entries(properties)) properties[name] = { ...schema, allOf: [this.contract.resolve(schema.allOf[0])] };
  }

  // A value that fits the schema of a field.
  value(name, schema, path) {
    const { rng } = this;
    const at = this.contract.resolve(schema.allOf ? schema.allOf[0] : schema);
    const known = this.pools[`${path.split('/')[3]} ${name}`] ?? this.pools[name];
    if (at.enum) return rng.pick(at.enum);
    if (known && rng.chance(0.85)) return rng.pick(known);
    const type = Array.isArray(at.type) ? rng.pick(at.type) : at.type;
    switch (type) {
      case 'integer': return rng.chance(0.3) ? rng.pick([at.minimum ?? 0, Math.min(at.maximum ?? 9, Number.MAX_SAFE_INTEGER)]) : rng.int(at.minimum ?? 0, Math.min(at.maximum ?? 100, 100));
      case 'boolean': return rng.chance(0.5);
      case 'null': return null;
      case 'array': return Array.from({ length: rng.int(at.minItems ?? 0, 3) }, () => this.value(name, at.items ?? {}, path));
      case 'object': return this.members(at, path);
      case 'string': return this.text(at);
      default: return rng.pick([1, 'two', true, null, [3]]);
    }
  }

  text(schema) {
    const { rng } = this;
    if (schema.format === 'date-time') return new Date(1.7e12 + rng.int(0, 1e8) * 1000).toISOString();
    if (schema.format === 'date') return new Date(1.7e12 + rng.int(0, 1e8) * 1000).toISOString().slice(0, 10);
    const letters = schema.pattern ? lettersOf(schema.pattern) : [...LETTERS, ' ', 'é', '—'];
    const most = Math.min(schema.maxLength ?? 20, 20);
    return Array.from({ length: rng.int(Math.min(schema.minLength ?? 0, most), most) }, () => rng.pick(letters)).join('');
  }

  members(schema, path) {
    const made = {};
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (schema.required?.includes(name) || this.rng.chance(0.4)) made[name] = this.value(name, member, path);
    }
    return made;
  }

  // A request that fits its route: { route, path: {}, query: [[n, v]], headers: [[n, v]], body (value) }
  fitting() {
    const { rng } = this;
    const route = rng.pick(this.operations);
    const request = { route, path: {}, query: [], headers: [['Host', 'localhost']], method: route.method };
    for (const parameter of (route.operation.parameters ?? []).map((p) => this.contract.resolve(p))) {
      const value = () => this.value(parameter.name, parameter.schema, route.path);
      if (parameter.in === 'path') request.path[parameter.name] = value();
      else if (parameter.in === 'query' && (parameter.required || rng.chance(0.4))) request.query.push([parameter.name, value()]);
      else if (parameter.in === 'header' && (parameter.required || rng.chance(0.1))) request.headers.push([parameter.name, this.header(parameter, value)]);
    }
    const content = route.operation.requestBody?.content['application/json'];
    if (content) request.body = content.schema.properties ? this.members(content.schema, route.path) : { id: rng.int(1, 9), admin_graphql_api_id: 'gid://shopify/Order/1' };
    this.allow(request);
    return request;
  }

  header(parameter, value) {
    return parameter.name === 'If-None-Match' ? this.rng.pick(['*', 'W/"x"', '"y"']) : Buffer.from(String(value()), 'utf8').toString('latin1');
  }

  // The key or cookie that the route asks for.
  allow(request) {
    const { route } = request;
    if (route.scope === null) return;
    const session = this.rng.chance(0.2) ? this.session() : undefined;
    if (!session) {
      request.headers.push(['Authorization', `Bearer ${this.keys[route.scope]}`]);
      return;
    }
    request.headers.push(['Cookie', session.cookie]);
    if (route.method !== 'GET') request.headers.push(['X-CSRF-Token', session.csrf]);
  }

  // One request as it is sent: { method, target, headers, body (bytes), version, end, notes, refused }
  next() {
    const { rng } = this;
    const request = this.fitting();
    const count = rng.chance(0.25) ? 0 : rng.int(1, 2);
    const applied = [];
    for (let i = 0; i < count; i += 1) {
      const mutation = rng.pick(mutations.filter((m) => !m.fits || m.fits(request)));
      mutation.apply(request, rng, this);
      applied.push(mutation);
    }
    request.notes = applied.map((m) => m.name);
    request.refused = count > 0 && applied.every((m) => m.refused); // one that is unsure may undo the other
    return this.written(request);
  }

  written(request) {
    const quoted = (value) => (Buffer.isBuffer(value) ? value.toString('latin1') : encodeURIComponent(value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value)));
    const path = request.route.path.replaceAll(/\{([^}]+)\}/g, (_, name) => quoted(request.path[name]) || '%20');
    const query = request.query.map(([name, value]) => `${quoted(name)}=${quoted(value)}`).join('&');
    const target = request.target ?? `${request.pathAs?.(path) ?? path}${query && `?${query}`}${request.tail ?? ''}`;
    const body = request.bytes ?? (request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body)));
    const headers = [...request.headers];
    const given = (name) => headers.some(([n]) => String(n).toLowerCase() === name);
    if (body !== undefined && !given('content-length') && !given('transfer-encoding')) headers.push(['Content-Length', body.length]);
    if (body !== undefined && !given('content-type') && !request.typeless) headers.push(['Content-Type', 'application/json']);
    if (!given('connection')) headers.push(['Connection', 'close']);
    return { ...request, target, headers, body };
  }
}
