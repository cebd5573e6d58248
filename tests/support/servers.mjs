// Private Redis and Postgres servers in a temporary folder, for tests.  Real servers, real kills; nothing is shared with the
// machine's own.  As root, Postgres runs as the package's user `postgres`.
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const isRoot = process.getuid() === 0;

// A loopback port nobody listens on, below those the kernel gives to outgoing connections: between this look and the server's
// start one of these could take it.
export async function freePort() {
  for (;;) {
    const port = 20000 + crypto.randomInt(12000);
    const free = await new Promise((resolve) => {
      const server = net.createServer();
      server.on('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

// Calls `probe` until it gives something truthy; throws with `what` after timeoutMs.
export async function until(what, probe, timeoutMs = 15000, everyMs = 50) {
  const end = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms (last: ${last?.message ?? JSON.stringify(last)})`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export function temporaryFolder(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `dropship-${name}-`));
  fs.chmodSync(folder, 0o755);
  return folder;
}

export function postgresBin() {
  const root = '/usr/lib/postgresql';
  const versions = fs.readdirSync(root).filter((v) => fs.existsSync(`${root}/${v}/bin/postgres`));
  if (versions.length === 0) throw new Error(`no Postgres server under ${root}`);
  return `${root}/${versions.sort((a, b) => Number(b) - Number(a))[0]}/bin`;
}

function asPostgres(command, args) {
  return isRoot ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, args];
}

// The process that really is the server: below runuser it is a child.
function pidIn(file) {
  return Number(fs.readFileSync(file, 'utf8').split('\n')[0]);
}

class Server {
  constructor(name, folder) {
    this.name = name;
    this.folder = folder;
    this.log = path.join(folder, `${name}.log`);
  }

  launch(command, args) {
    const out = fs.openSync(this.log, 'a');
    this.child = spawn(command, args, { stdio: ['ignore', out, out], cwd: '/' });
    fs.closeSync(out);
    this.gone = new Promise((resolve) => this.child.on('exit', resolve));
  }

  async kill(signal = 'SIGKILL') {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    try {
      process.kill(this.pid(), signal);
    } catch (error) {
      if (error.code === 'ENOENT') this.child.kill('SIGTERM'); // no pid file (yet, or any more)
      else if (error.code !== 'ESRCH') throw error;
    }
    await this.gone;
  }
}

export class Redis extends Server {
  constructor(folder, port) {
    super('redis', folder);
    this.port = port;
    this.url = `redis://127.0.0.1:${port}/0`;
  }

  pid() {
    return this.child.pid;
  }

  async start() {
    const data = path.join(this.folder, 'redis');
    fs.mkdirSync(data, { recursive: true });
    this.launch('redis-server', ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', data, '--appendonly', 'yes',
      '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--save', '', '--enable-debug-command', 'yes']);
    await until('redis answers', () => this.command('ping') === 'PONG');
  }

  command(...args) {
    return execFileSync('redis-cli', ['-p', String(this.port), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }
}

export class Postgres extends Server {
  constructor(folder, port) {
    super('postgres', folder);
    this.port = port;
    this.data = path.join(folder, 'postgres');
  }

  url(database = 'dropship') {
    return `postgresql://dropship@127.0.0.1:${this.port}/${database}`;
  }

  pid() {
    return pidIn(path.join(this.data, 'postmaster.pid'));
  }

  async start() {
    if (!fs.existsSync(path.join(this.data, 'PG_VERSION'))) {
      fs.mkdirSync(this.data);
      if (isRoot) execFileSync('chown', ['postgres:', this.data]);
      const [command, args] = asPostgres(`${postgresBin()}/initdb`, ['-D', this.data, '-U', 'dropship', '--auth=trust',
        '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']);
      execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
    }
    await this.#launchUntilUp();
    if (this.query("select count(*) from pg_database where datname = 'dropship'", 'postgres') === '0') {
      this.query('create database dropship', 'postgres');
    }
  }

  // After a kill -9 the orphaned backends may hold the shared memory for a moment: try again until they are gone.
  async #launchUntilUp() {
    const [command, args] = asPostgres(`${postgresBin()}/postgres`, ['-D', this.data, '-p', String(this.port),
      '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200']);
    await until('postgres answers', () => {
      if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) this.launch(command, args);
      return this.query('select 1', 'postgres') === '1';
    }, 60000, 200);
  }

  // Runs SQL through psql; rows as lines, columns separated by |.
  query(sql, database = 'dropship') {
    return execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', this.url(database), '-c', sql],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }
}

export async function startServers(folder) {
  const redis = new Redis(folder, await freePort());
  const postgres = new Postgres(folder, await freePort());
  await Promise.all([redis.start(), postgres.start()]);
  return {
    redis,
    postgres,
    async stop() {
      await Promise.all([redis.kill('SIGKILL'), postgres.kill('SIGQUIT')]);
    },
  };
}
