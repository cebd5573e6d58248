// Requests as bytes, answers as they come: no client library smooths anything over.
import net from 'node:net';
import zlib from 'node:zlib';

const bytes = (value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value), 'latin1'));

// head: everything before the body, as sent.
export function encode({ method, target, version = 'HTTP/1.1', headers, body }) {
  const parts = [bytes(method), bytes(' '), bytes(target), bytes(` ${version}\r\n`)];
  for (const [name, value] of headers) parts.push(bytes(name), bytes(': '), bytes(value), bytes('\r\n'));
  parts.push(bytes('\r\n'));
  if (body) parts.push(body);
  return Buffer.concat(parts);
}

function unchunk(data) {
  const out = [];
  for (let at = 0; ;) {
    const end = data.indexOf('\r\n', at, 'latin1');
    const size = end < 0 ? NaN : parseInt(data.toString('latin1', at, end), 16);
    if (Number.isNaN(size) || data.length < end + 4 + size) return undefined;
    if (size === 0) return Buffer.concat(out);
    out.push(data.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}

// The answer in `data` when it is whole: { status, headers (Map), text }.  ended: nothing more will come.
export function decode(data, { ended, head }) {
  const end = data.indexOf('\r\n\r\n', 0, 'latin1');
  if (end < 0) return undefined;
  const [first, ...lines] = data.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  const rest = data.subarray(end + 4);
  if (status >= 100 && status < 200) return decode(rest, { ended, head });
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const type = headers.get('content-type');
  const size = Number(headers.get('content-length') ?? NaN);
  const whole = (sent) => {
    const body = headers.get('content-encoding') === 'gzip' && sent.length > 0 ? zlib.gunzipSync(sent) : sent;
    const text = body.toString('utf8');
    return { status, headers, type, text, valid: Buffer.from(text).equals(body) };
  };
  if (head || status === 304 || type?.startsWith('text/event-stream')) return whole(Buffer.alloc(0));
  if (/chunked/i.test(headers.get('transfer-encoding') ?? '')) {
    const body = unchunk(rest);
    return body && whole(body);
  }
  if (!Number.isNaN(size)) return rest.length >= size ? whole(rest.subarray(0, size)) : undefined;
  return ended ? whole(rest) : undefined;
}

// Sends the bytes, then ends our side when `end`.  Resolves to the answer with `ms`, or { none: why, ms }.
export function exchange(port, data, { head = false, end = false, timeoutMs = 15000 } = {}) {
  return new Promise((resolve) => {
    const started = performance.now();
    let got = Buffer.alloc(0);
    const socket = net.connect(port, '127.0.0.1', () => (end ? socket.end(data) : socket.write(data)));
    const finish = (answer) => {
      socket.destroy();
      resolve({ ...answer, ms: performance.now() - started });
    };
    const look = (ended, why) => {
      const answer = decode(got, { ended, head });
      if (answer) finish(answer);
      else if (ended) finish({ none: why, sofar: got.toString('latin1', 0, 400) });
    };
    socket.setTimeout(timeoutMs, () => look(true, 'no answer in time'));
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      look(false);
    });
    socket.on('error', (error) => look(true, error.code ?? error.message));
    socket.on('close', () => look(true, 'closed without an answer'));
  });
}
