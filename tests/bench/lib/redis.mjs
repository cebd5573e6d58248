// A Redis server of our own, and a connection to it.  The connection speaks RESP2 as far as measuring needs it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort, until } from '../../support/servers.mjs';

export class Connection {
  #socket;
  #waiting = [];
  #bytes = Buffer.alloc(0);

  static async open(port) {
    const connection = new Connection();
    connection.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    connection.#socket.on('data', (bytes) => connection.#take(bytes));
    connection.#socket.on('close', () => connection.#fail(new Error('Redis closed the connection')));
    await new Promise((resolve, reject) => connection.#socket.once('connect', resolve).once('error', reject));
    connection.#socket.on('error', (error) => connection.#fail(error));
    return connection;
  }

  command(...words) {
    const parts = words.map((word) => Buffer.from(String(word)));
    const head = parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]);
    this.#socket.write(Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...head]));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close() {
    this.#socket.destroy();
  }

  #fail(error) {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #take(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const found = parse(this.#bytes, 0);
      if (found === null) return;
      this.#bytes = this.#bytes.subarray(found.end);
      const waiter = this.#waiting.shift();
      if (found.value instanceof Error) waiter?.reject(found.value);
      else waiter?.resolve(found.value);
    }
  }
}

// One reply from `at`: { value, end }, or null while it is incomplete.
export function parse(bytes, at) {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return null;
  const text = bytes.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[at])) {
    case '+': return { value: text, end: next };
    case '-': return { value: new Error(text), end: next };
    case ':': return { value: Number(text), end: next };
    case '$': {
      const length = Number(text);
      if (length < 0) return { value: null, end: next };
      return bytes.length < next + length + 2 ? null : { value: bytes.toString('utf8', next, next + length), end: next + length + 2 };
    }
    case '*': {
      const items = [];
      let end = next;
      for (let i = 0; i < Number(text); i++) {
        const item = parse(bytes, end);
        if (item === null) return null;
        items.push(item.value);
        end = item.end;
      }
      return { value: items, end };
    }
    default: throw new Error(`not RESP: ${bytes.toString('utf8', at, at + 20)}`);
  }
}

// The words of a line of MONITOR: `1.2 [0 1:2] "EVALSHA" "a\x00b"`.
export function wordsOfMonitor(line) {
  const plain = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, text]) =>
    text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex, one) => (hex ? String.fromCharCode(parseInt(hex, 16)) : plain[one] ?? one)));
}

export class RedisServer {
  constructor(folder, aof) {
    this.aof = aof;
    this.name = aof ? 'AOF everysec' : 'AOF off';
    this.folder = path.join(folder, aof ? 'redis-everysec' : 'redis-off');
  }

  async start() {
    this.port = await freePort();
    this.url = `redis://127.0.0.1:${this.port}/0`;
    fs.mkdirSync(this.folder, { recursive: true });
    const log = fs.openSync(path.join(this.folder, 'log'), 'a');
    this.child = spawn('redis-server', ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder, '--save', '',
      '--appendonly', this.aof ? 'yes' : 'no', '--appendfsync', 'everysec', '--auto-aof-rewrite-percentage', '0',
      '--maxmemory-policy', 'noeviction'], { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.connection = await until('redis answers', async () => {
      const connection = await Connection.open(this.port);
      await connection.command('PING');
      return connection;
    });
    return this;
  }

  command(...words) {
    return this.connection.command(...words);
  }

  async number(...words) {
    return Number((await this.command(...words)) ?? 0);
  }

  async stop() {
    this.connection?.close();
    if (!this.child || this.child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }
}
