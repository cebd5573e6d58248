// A primary, a replica and three sentinels on this machine, for the failover storm.  It answers to what a storm asks of its
// Redis: url, port (of the primary of the moment), start, kill.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePort, until } from '../../support/servers.mjs';
import { sleep } from '../generator.mjs';
import { RespClient } from './resp.mjs';

export const SERVICE = 'chaos';
const DOWN_AFTER_MS = 2000;

class Node {
  constructor(folder, name, port) {
    Object.assign(this, { name, port, folder: path.join(folder, name), log: path.join(folder, `${name}.log`) });
    fs.mkdirSync(this.folder, { recursive: true });
  }

  launch(args) {
    const out = fs.openSync(this.log, 'a');
    this.child = spawn('redis-server', args, { stdio: ['ignore', out, out], cwd: this.folder });
    fs.closeSync(out);
    this.gone = new Promise((resolve) => this.child.on('exit', resolve));
    this.client ??= new RespClient(this.port);
    return until(`${this.name} answers`, async () => (await this.client.call('PING')) === 'PONG', 20000);
  }

  async end() {
    this.client?.close();
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGCONT');
      this.child.kill('SIGKILL');
      await this.gone;
    }
  }
}

export class SentinelRedis {
  constructor(folder) {
    this.folder = folder;
  }

  async start() {
    this.servers = [];
    this.sentinels = [];
    for (let i = 0; i < 2; i += 1) this.servers.push(new Node(this.folder, `redis${i}`, await freePort()));
    for (let i = 0; i < 3; i += 1) this.sentinels.push(new Node(this.folder, `sentinel${i}`, await freePort()));
    this.primary = this.servers[0];
    await this.startServer(this.servers[0]);
    await this.startServer(this.servers[1], this.servers[0].port);
    for (const sentinel of this.sentinels) await this.#startSentinel(sentinel);
    this.url = `redis+sentinel://${this.sentinels.map((s) => `127.0.0.1:${s.port}`).join(',')}/${SERVICE}/0`;
    await until('the sentinels know all', async () => {
      const rows = await Promise.all(this.sentinels.map((s) => s.client.call('SENTINEL', 'MASTER', SERVICE)));
      const number = (row, name) => Number(row[row.indexOf(name) + 1]);
      return rows.every((row) => number(row, 'num-slaves') === 1 && number(row, 'num-other-sentinels') === 2);
    }, 30000);
    await this.inSync();
  }

  // min-replicas bounds what an isolated primary may promise.
  startServer(node, replicaOf) {
    return node.launch(['--bind', '127.0.0.1', '--port', String(node.port), '--dir', node.folder, '--appendonly', 'yes', '--appendfsync', 'everysec',
      '--maxmemory-policy', 'noeviction', '--save', '', '--enable-debug-command', 'yes', '--repl-diskless-sync-delay', '0', '--repl-timeout', '10',
      '--min-replicas-to-write', '1', '--min-replicas-max-lag', '10', ...(replicaOf ? ['--replicaof', '127.0.0.1', String(replicaOf)] : [])]);
  }

  #startSentinel(node) {
    const file = path.join(node.folder, 'sentinel.conf');
    fs.writeFileSync(file, [`port ${node.port}`, 'bind 127.0.0.1', `dir ${node.folder}`, `sentinel monitor ${SERVICE} 127.0.0.1 ${this.servers[0].port} 2`,
      `sentinel down-after-milliseconds ${SERVICE} ${DOWN_AFTER_MS}`, `sentinel failover-timeout ${SERVICE} 10000`, `sentinel parallel-syncs ${SERVICE} 1`, ''].join('\n'));
    return node.launch([file, '--sentinel']);
  }

  get port() {
    return this.primary.port;
  }

  get replica() {
    return this.servers.find((node) => node !== this.primary);
  }

  // The primary that the sentinels name, once it says so itself.
  async find() {
    for (const sentinel of this.sentinels) {
      const [, port] = await sentinel.client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', SERVICE);
      const node = this.servers.find((s) => s.port === Number(port));
      if (node && (await node.client.pipeline([['ROLE']], 1000))[0][0] === 'master') { // a stopped one says nothing
        this.primary = node;
        return node;
      }
    }
    return null;
  }

  async inSync() {
    await until('the replica is in sync', async () => {
      const [role, , replicas] = await this.primary.client.call('ROLE');
      return role === 'master' && replicas.length === 1;
    }, 60000, 200);
    await sleep(1000); // sentinels look once a second
  }

  async kill() {
    await Promise.all([...this.sentinels, ...this.servers].map((node) => node.end()));
  }
}
