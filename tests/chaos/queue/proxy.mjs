// A TCP proxy before Redis that spoils answers after the command has run.  Modes, each with a chance per answer:
//   cut: the answer is swallowed and both ends are closed;  truncate: only its beginning goes through, then the same;
//   delay: it comes late;  half: the client gets the end of the stream, but what it still sends goes on to Redis.
import net from 'node:net';

export class Proxy {
  constructor(target, random) {
    Object.assign(this, { target, random, mode: 'pass', chance: 0, delayMs: 0, hits: { cut: 0, truncate: 0, delay: 0, half: 0 }, pairs: new Set() });
  }

  async start() {
    this.server = net.createServer((client) => this.#serve(client));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  set(mode, chance = 0, delayMs = 0) {
    Object.assign(this, { mode, chance, delayMs });
  }

  #serve(client) {
    const redis = net.connect(this.target, '127.0.0.1');
    const pair = { client, redis, last: Promise.resolve(), deaf: false };
    this.pairs.add(pair);
    const close = () => {
      client.destroy();
      redis.destroy();
      this.pairs.delete(pair);
    };
    for (const socket of [client, redis]) {
      socket.setNoDelay(true);
      socket.on('error', close);
      socket.on('close', close);
    }
    client.on('data', (chunk) => redis.write(chunk));
    redis.on('data', (chunk) => {
      pair.last = pair.last.then(() => this.#answer(pair, chunk, close));
    });
  }

  async #answer(pair, chunk, close) {
    if (pair.deaf || pair.client.destroyed) return;
    if (this.mode === 'pass' || this.random() >= this.chance) {
      pair.client.write(chunk);
      return;
    }
    this.hits[this.mode] += 1;
    if (this.mode === 'delay') {
      await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      if (!pair.client.destroyed) pair.client.write(chunk);
    } else if (this.mode === 'half') {
      pair.deaf = true;
      pair.client.end();
      setTimeout(close, 3000).unref();
    } else if (this.mode === 'truncate') {
      pair.client.write(chunk.subarray(0, Math.floor(chunk.length * this.random())), close);
    } else {
      close();
    }
  }

  async stop() {
    for (const { client, redis } of this.pairs) {
      client.destroy();
      redis.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }
}
