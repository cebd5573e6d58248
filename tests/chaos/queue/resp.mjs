// A small Redis client for the judge: one connection, pipelining, RESP2.  It shares no code with what is judged.
import net from 'node:net';

export class RedisError extends Error {}

function encode(words) {
  const parts = words.map((word) => (Buffer.isBuffer(word) ? word : Buffer.from(String(word))));
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')])]);
}

// One reply at `at`: { value, next }, or null when it is not complete yet.
export function decode(buffer, at = 0) {
  const end = buffer.indexOf('\r\n', at);
  if (end < 0) return null;
  const text = buffer.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(buffer[at])) {
    case '+': return { value: text, next };
    case '-': return { value: new RedisError(text), next };
    case ':': return { value: Number(text), next };
    case '$': {
      const size = Number(text);
      if (size < 0) return { value: null, next };
      return buffer.length < next + size + 2 ? null : { value: buffer.toString('utf8', next, next + size), next: next + size + 2 };
    }
    case '*': {
      const items = [];
      let from = next;
      for (let i = 0; i < Number(text); i += 1) {
        const item = decode(buffer, from);
        if (item === null) return null;
        items.push(item.value);
        from = item.next;
      }
      return { value: Number(text) < 0 ? null : items, next: from };
    }
    default: throw new Error(`not RESP: ${buffer.toString('latin1', at, at + 20)}`);
  }
}

export class RespClient {
  // port: a number, or a function that gives the one of the moment.
  constructor(port, host = '127.0.0.1') {
    Object.assign(this, { port, host, waiting: [], buffer: Buffer.alloc(0) });
  }

  #connect() {
    if (this.socket) return;
    const socket = net.connect(typeof this.port === 'function' ? this.port() : this.port, this.host);
    this.socket = socket;
    this.buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    const lost = (error) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      for (const { reject } of this.waiting.splice(0)) reject(error ?? new Error('connection closed'));
    };
    socket.on('error', lost);
    socket.on('close', () => lost());
  }

  #take(chunk) {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    let at = 0;
    for (let reply = decode(this.buffer, at); reply !== null; reply = at < this.buffer.length ? decode(this.buffer, at) : null) {
      at = reply.next;
      const { resolve, reject } = this.waiting.shift();
      if (reply.value instanceof RedisError) {
        reject(reply.value);
        if (/^READONLY/.test(reply.value.message)) this.socket?.destroy(); // the primary is another one now
      } else resolve(reply.value);
    }
    this.buffer = this.buffer.subarray(at);
  }

  // Several commands in one write; settles like Promise.all.  What was sent may have run even when this rejects.
  pipeline(commands, timeoutMs = 30000) {
    this.#connect();
    const { socket } = this;
    const replies = commands.map(() => new Promise((resolve, reject) => this.waiting.push({ resolve, reject })));
    socket.write(Buffer.concat(commands.map(encode)));
    const timer = setTimeout(() => socket.destroy(new Error(`no reply within ${timeoutMs} ms`)), timeoutMs);
    for (const reply of replies) reply.catch(() => {}); // all of them are awaited below; none may go unhandled before
    return Promise.all(replies).finally(() => clearTimeout(timer));
  }

  async call(...words) {
    return (await this.pipeline([words]))[0];
  }

  close() {
    this.socket?.destroy();
  }
}
