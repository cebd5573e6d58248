// Ways to spoil a request.  refused: such a request must be answered with a 4xx.  To add one: a line.
const SQL = ["' or '1'='1", "1; select pg_sleep(3)--", "') union select null,null--", '$1', '%27', "\\'; --", "x'::int", "{1,2}", "NULL"];
const SCRIPT = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{7*7}}', '${7*7}', '=cmd|x!A1', 'javascript:alert(1)'];
const NOT_NUMBERS = ['abc', '1.5', '1e3', '0x10', '', '+1', ' 1', '１', 'NaN', '99999999999999999999', '-99999999999999999999', '1_000', '1,000', 'null', 'true'];
const BAD_BYTES = ['%00', '%ff', '%c0%af', '%ed%a0%80', '%zz', '%', '%0a', '%0d%0aX-Injected:%201', '%e2%28%a1', '%7f', '%f5%80%80%80'];
const raw = (text) => Buffer.from(text, 'latin1');
const bytesOf = (request) => Buffer.from(JSON.stringify(request.body ?? {}));
const json = (text) => (request) => { request.bytes = Buffer.from(text, 'latin1'); };
const deep = (open, close, count) => open.repeat(count) + close.repeat(count);

// A description's field of a place, or undefined.
const parameters = (request, where, fits = () => true) => (request.route.operation.parameters ?? []).filter((p) => p.in === where && fits(p));
const hasQuery = (fits) => (request) => parameters(request, 'query', fits).length > 0;
const hasPath = (request) => Object.keys(request.path).length > 0;
const bodyOf = (request) => request.route.operation.requestBody?.content['application/json'].schema;
const takesBody = (request) => Boolean(bodyOf(request)?.properties);
const typed = (type) => (p) => p.schema.type === type && !p.schema.enum;
const keyed = (request) => request.route.scope !== null;
const checked = (p) => typed('integer')(p) || p.schema.enum || p.schema.format;

function setQuery(request, name, value) {
  request.query = request.query.filter(([n]) => n !== name);
  request.query.push([name, value]);
}

const query = (name, fits, value, refused = true) => ({
  name: `query: ${name}`, refused, fits: hasQuery(fits),
  apply(request, rng) {
    const parameter = rng.pick(parameters(request, 'query', fits));
    setQuery(request, parameter.name, value(parameter, rng));
  },
});

const member = (name, type, value, refused = true) => ({
  name: `body: ${name}`, refused,
  fits: (request) => takesBody(request) && !request.bytes && Object.values(bodyOf(request).properties).some((s) => s.allOf[0].type === type && !s.allOf[0].enum),
  apply(request, rng) {
    const names = Object.entries(bodyOf(request).properties).filter(([, s]) => s.allOf[0].type === type && !s.allOf[0].enum);
    const [field, schema] = rng.pick(names);
    request.body[field] = value(schema.allOf[0], rng);
  },
});

const body = (name, apply, refused = true) => ({ name: `body: ${name}`, refused, fits: takesBody, apply });
const header = (name, add, refused) => ({ name: `header: ${name}`, refused, apply: (request, rng) => { request.headers.push(...add(request, rng)); } });
const path = (name, change, refused = true) => ({ name: `path: ${name}`, refused, apply: (request, rng) => { request.pathAs = (text) => change(text, rng); } });
const dropped = (request, ...names) => { request.headers = request.headers.filter(([name]) => !names.includes(String(name).toLowerCase())); };
const access = (name, value, refused = true) => ({
  name: `access: ${name}`, refused, fits: keyed,
  apply(request, rng, from) {
    dropped(request, 'authorization', 'cookie', 'x-csrf-token');
    request.headers.push(...value(request, rng, from));
  },
});

export const mutations = [
  query('not a number', typed('integer'), (p, rng) => rng.pick(NOT_NUMBERS)),
  query('below its range', (p) => typed('integer')(p) && p.schema.minimum > -1e15, (p) => p.schema.minimum - 1),
  query('above its range', (p) => typed('integer')(p) && p.schema.maximum < 1e15, (p) => p.schema.maximum + 1),
  query('no such choice', (p) => p.schema.enum, (p, rng) => rng.pick(['nothing', `${p.schema.enum[0]} `, p.schema.enum[0].toUpperCase() + 'X', ''])),
  query('no such time', (p) => p.schema.format === 'date-time', (p, rng) => rng.pick(['yesterday', '2026-02-30T00:00:00Z', '2026-11-20', '1700000000', '2026-11-20T25:00:00Z', '', "now'()"])),
  query('too long', (p) => p.schema.maxLength < 8000, (p) => 'a'.repeat(p.schema.maxLength + 1)),
  query('bytes that are no text', (p) => p.schema.type === 'string' || checked(p), (p, rng) => raw(rng.pick(BAD_BYTES))),
  query('SQL', () => true, (p, rng) => rng.pick(SQL), false),
  query('script', () => true, (p, rng) => rng.pick(SCRIPT), false),
  query('a bad cursor', (p) => /cursor|after/.test(p.name), (p, rng) => rng.pick(['1', '-', '1-', '-1', '0-0', '9'.repeat(40), '1-2-3', '99999999999999999-1', 'n-1', '4000000000000001-1']), false),
  { name: 'query: twice', fits: (r) => r.query.length > 0, refused: true, apply: (r, rng) => { r.query.push(rng.pick(r.query)); } },
  { name: 'query: unknown', refused: true, apply: (r, rng) => { r.query.push([rng.pick(['x', 'id', '__proto__', 'LIMIT', 'limit[]', '', 'a'.repeat(300)]), '1']); } },
  { name: 'query: bytes in a name', refused: true, apply: (r, rng) => { r.query.push([raw(rng.pick(BAD_BYTES)), '1']); } },
  { name: 'query: very long', refused: true, apply: (r) => { r.query.push(['q', 'a'.repeat(20000)]); } },
  { name: 'query: odd separators', apply: (r, rng) => { r.tail = rng.pick(['&&&', '?a=b', '&', ';x=1', '#frag', '&=', '&=1']); } },

  { name: 'path: bytes that are no text', fits: hasPath, refused: true, apply: (r, rng) => { r.path[rng.pick(Object.keys(r.path))] = raw(rng.pick(BAD_BYTES)); } },
  { name: 'path: SQL', fits: hasPath, apply: (r, rng) => { r.path[rng.pick(Object.keys(r.path))] = rng.pick(SQL); } },
  { name: 'path: script', fits: hasPath, apply: (r, rng) => { r.path[rng.pick(Object.keys(r.path))] = rng.pick(SCRIPT); } },
  { name: 'path: too long', fits: hasPath, refused: true, apply: (r, rng) => { r.path[rng.pick(Object.keys(r.path))] = 'a'.repeat(rng.pick([300, 4000, 30000])); } },
  { name: 'path: a number out of range', fits: (r) => parameters(r, 'path').length > 0 && parameters(r, 'path').every(typed('integer')), refused: true, apply: (r, rng) => { r.path[rng.pick(Object.keys(r.path))] = rng.pick(['99999999999999999999', '-1', '9223372036854775808']); } },
  path('doubled slash', (p) => `/${p}`),
  path('dots', (p, rng) => rng.pick([`/..${p}`, `${p}/../../../etc/passwd`, `/%2e%2e${p}`, `/.${p}`, `${p}/..%2f..%2fetc%2fpasswd`, '/page/../../../../etc/shadow'])),
  path('slash at the end', (p) => `${p === '/' ? '' : p}//`),
  path('other case', (p) => (p === '/' ? '/X' : p.toUpperCase())),
  path('encoded letters', (p) => (p === '/' ? '/%78' : p.replace(/[a-z]/, (c) => `%${c.charCodeAt(0).toString(16)}`))),
  path('backslash', (p) => p.replaceAll('/', '\\')),
  path('parameters after ;', (p) => `${p};jsessionid=1`),
  path('absolute', (p, rng) => rng.pick([`http://evil.example${p}`, `https://localhost:1${p}`, '*', 'x', `//evil.example${p}`]), false),
  path('null byte', (p) => `${p}%00.html`),
  path('very long', (p) => p + '/a'.repeat(20000)),

  access('none', () => []),
  access('a key that was revoked', (r, rng, from) => [['Authorization', `Bearer ${from.keys.revoked}`]]),
  access('a key that never was', (r, rng) => [['Authorization', `Bearer ds_${Array.from({ length: 64 }, () => rng.pick('0123456789abcdef')).join('')}`]]),
  access('malformed', (r, rng, from) => [['Authorization', rng.pick([`Basic ${from.keys.admin}`, `Bearer  ${from.keys.admin}x`, 'Bearer', 'Bearer ds_', `Bearer ${'a'.repeat(3000)}`, "Bearer ds_' or 1=1", `bearer\t${from.keys.admin.slice(0, 20)}`])]]),
  access('two keys', (r, rng, from) => [['Authorization', `Bearer ${from.keys.revoked}`], ['Authorization', `Bearer ${from.keys.admin}`]]),
  access('a forged cookie', (r, rng) => [['Cookie', `dropship_session=${rng.pick(['', 'x', '0'.repeat(64), '../../x', "' or 1=1", 'a'.repeat(3000)])}`]]),
  { ...access('too small a scope', (r, rng, from) => [['Authorization', `Bearer ${r.route.scope === 'admin' ? from.keys.operate : from.keys.read}`]]), fits: (r) => ['operate', 'admin'].includes(r.route.scope) },
  { ...access('a cookie without its token', (r, rng, from) => { const s = from.session(); return s ? [['Cookie', s.cookie], ...rng.pick([[], [['X-CSRF-Token', 'x'.repeat(43)]], [['X-CSRF-Token', '']]])] : []; }), fits: (r) => keyed(r) && r.method !== 'GET' },

  header('an encoding of the body', (r, rng) => [['Content-Encoding', rng.pick(['gzip', 'br', 'deflate, gzip', 'x'])]], false),
  header('two lengths', () => [['Content-Length', '3'], ['Content-Length', '4']], true),
  header('a length that is none', (r, rng) => [['Content-Length', rng.pick(['-1', 'abc', '1e3', '0x10', '99999999999999999999', '1 2', '+5'])]], true),
  header('a huge length', () => [['Content-Length', '1073741825']], true),
  { name: 'header: length and chunks', refused: true, apply: (r) => { r.headers.push(['Content-Length', '5'], ['Transfer-Encoding', 'chunked']); r.bytes = Buffer.from('0\r\n\r\n'); } },
  { name: 'header: chunks', apply: (r, rng) => { r.headers.push(['Transfer-Encoding', rng.pick(['chunked', 'xchunked', 'chunked, identity'])]); r.bytes = Buffer.from(rng.pick(['2\r\n{}\r\n0\r\n\r\n', 'zz\r\n', 'ffffffffffffffff\r\n{}', '0\r\n\r\n'])); r.end = true; } },
  { name: 'header: no host', apply: (r) => { dropped(r, 'host'); } },
  header('two hosts', () => [['Host', 'other.example']]),
  header('a name with a space', () => [['X Bad', '1']]),
  header('bytes', (r, rng) => [['X-Bytes', raw(rng.pick(['\x00', '\xff\xfe', '\x01\x02', '\x7f', '\xed\xa0\x80']))]]),
  header('a hundred', () => Array.from({ length: 100 }, (_, i) => [`X-${i}`, 'y'])),
  header('a huge one', (r, rng) => [['X-Huge', 'z'.repeat(rng.pick([9000, 70000]))]]),
  header('an expectation', (r, rng) => [['Expect', rng.pick(['100-continue', 'nonsense', '100-continue, x'])]]),
  header('an odd ETag', (r, rng) => [['If-None-Match', rng.pick(['"', 'W/', '*, *', '""', 'x'.repeat(4000), '"a", "b"', "' or 1=1"])]]),
  header('an odd idempotency key', (r, rng) => [['Idempotency-Key', rng.pick(['', 'x'.repeat(129), raw('\xff'), "' or 1=1", '{}', ' '])]]),
  header('an override of the method', () => [['X-HTTP-Method-Override', 'DELETE'], ['X-Method-Override', 'PUT']]),
  header('another address', (r, rng) => [['X-Forwarded-For', rng.pick(['127.0.0.1', '::1', "' or 1=1", 'x'.repeat(500)])], ['Forwarded', 'for=127.0.0.1']]),
  header('an upgrade', (r, rng) => [['Upgrade', rng.pick(['websocket', 'h2c'])], ['Connection', 'Upgrade'], ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='], ['Sec-WebSocket-Version', '13']]),
  header('a range', (r, rng) => [['Range', rng.pick(['bytes=0-0', 'bytes=-1', 'bytes=999999999-', 'x=1'])]]),
  header('an odd trace', (r, rng) => [['traceparent', rng.pick(['00-0-0-0', 'x', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, "00-' or 1=1"])]]),
  header('another origin', (r, rng) => [['Origin', rng.pick(['http://evil.example', 'null', '*', 'x\u00ff'])], ['Sec-Fetch-Site', 'cross-site']]),
  header('what it accepts', (r, rng) => [['Accept', rng.pick(['text/html', 'x', '*/*;q=0', ','])], ['Accept-Encoding', rng.pick(['gzip', 'br;q=1, gzip;q=0', '*', 'identity;q=0'])]]),

  { name: 'method: unknown', refused: true, apply: (r, rng) => { r.method = rng.pick(['PATCH', 'TRACE', 'CONNECT', 'get', 'FOO', 'X'.repeat(3000), 'PROPFIND', 'GE T', 'POST\x00']); } },
  { name: 'method: another', apply: (r, rng) => { r.method = rng.pick(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']); } },
  { name: 'version', apply: (r, rng) => { r.version = rng.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/1.1 x', 'ICY', '']); r.end = true; } },

  member('a text for a number', 'integer', (s, rng) => rng.pick(['1', 'abc', ''])),
  member('a number out of range', 'integer', (s, rng) => rng.pick([...(s.minimum > -1e15 ? [s.minimum - 1] : []), ...(s.maximum < 1e15 ? [s.maximum + 1] : []), 1.5, -1.5])),
  member('no scalar for a number', 'integer', (s, rng) => rng.pick([null, true, [], {}, [1]])),
  member('no text for a text', 'string', (s, rng) => rng.pick([null, true, [], {}, 17])),
  member('too long a text', 'string', (s) => 'b'.repeat((s.maxLength ?? 100) + 1)),
  member('a text with controls', 'string', (s, rng) => rng.pick(['a\u0000b', 'a\nb', '\u001b[31m', '\u007f'])),
  member('a text of half a letter', 'string', () => 'x\ud800y'),
  member('SQL', 'string', (s, rng) => rng.pick(SQL), false),
  member('script', 'string', (s, rng) => rng.pick(SCRIPT), false),
  member('no tree for an object', 'object', (s, rng) => rng.pick([null, 1, 'x', [1]])),
  member('strange members', 'object', (s, rng) => ({ [rng.pick(['__proto__', 'constructor', 'x', ''])]: rng.pick([1, null, deepValue(40), 'y'.repeat(5000)]) }), false),
  member('a deep tree', 'object', () => deepValue(500)),
  body('a member that nobody knows', (r, rng) => { r.body = { ...r.body, [rng.pick(['x', '__proto__x', 'Reason', 'id', ''])]: 1 }; }),
  body('a member twice', (r) => { const text = JSON.stringify(r.body); r.bytes = Buffer.from(text === '{}' ? '{"a":1,"a":2}' : `${text.slice(0, -1)},${text.slice(1)}`); }),
  body('an array', json('[]')),
  body('null', json('null')),
  body('a text', json('"x"')),
  body('not JSON', (r, rng) => { r.bytes = Buffer.from(rng.pick(['{', '}', '{"a":}', "{'a':1}", '{a:1}', '{"a":1,}', '/* */{}', '<a/>', 'a=1&b=2', '{"a":NaN}', '{"a":01}', '{} {}'])); }),
  body('cut off', (r) => { r.bytes = bytesOf(r).subarray(0, -1); }),
  body('bytes that are no text', (r, rng) => { r.bytes = Buffer.concat([Buffer.from('{"reason":"'), raw(rng.pick(['\xff', '\xc0\xaf', '\xed\xa0\x80'])), Buffer.from('"}')]); }),
  body('a byte order mark', (r) => { r.bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf(r)]); }),
  body('UTF-16', (r) => { r.bytes = Buffer.from(JSON.stringify(r.body ?? {}), 'utf16le'); }),
  body('deep arrays', (r) => { r.bytes = Buffer.from(`{"args":${deep('[', ']', 20000)}}`); }),
  body('deep objects', (r) => { r.bytes = Buffer.from(`{"spec":${'{"a":'.repeat(20000)}1${'}'.repeat(20000)}}`); }),
  body('a huge number', (r, rng) => { r.bytes = Buffer.from(`{"threads":${rng.pick(['1e999', '9'.repeat(400), '-0.0e-999', '1e-999', '9223372036854775808'])}}`); }),
  body('too large', (r) => { r.bytes = Buffer.from(`{"reason":"${'x'.repeat(300000)}"}`); }),
  body('of another type', (r, rng) => { r.headers.push(['Content-Type', rng.pick(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'multipart/form-data; boundary=x', 'application/jsonx', ''])]); r.body ??= {}; }),
  body('of no type', (r) => { r.typeless = true; r.body ??= {}; }),
  { name: 'body: where none belongs', refused: true, fits: (r) => ['GET', 'DELETE'].includes(r.method) && !r.bytes, apply: (r) => { r.bytes = Buffer.from('{"a":1}'); } },
  { name: 'body: empty', fits: takesBody, apply: (r) => { r.bytes = Buffer.alloc(0); } },
];

function deepValue(depth) {
  let value = 1;
  for (let i = 0; i < depth; i += 1) value = { a: value };
  return value;
}
