// What a measurement stands on: servers, programs, and the clock that watches a queue from outside.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Postgres, freePort, temporaryFolder, until } from '../../support/servers.mjs';
import { RedisServer } from './redis.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const nowUs = () => Date.now() * 1000; // the same clock as the programs

// Hundreds of job threads may want a connection each; the statement that a session runs can be read whole.
class RoomyPostgres extends Postgres {
  constructor(folder, port, settings) {
    super(folder, port);
    this.settings = ['track_activity_query_size=65536', ...settings].flatMap((setting) => ['-c', setting]);
  }

  launch(command, args) {
    super.launch(command, [...args.map((word) => (word.startsWith('max_connections=') ? 'max_connections=700' : word)), ...this.settings]);
  }
}

export class Program {
  constructor(command, args, options) {
    this.log = options.log;
    const out = fs.openSync(this.log, 'a');
    this.child = spawn(command, args, { stdio: ['ignore', options.stdout ?? out, out], env: options.env, cwd: options.cwd ?? '/' });
    fs.closeSync(out);
    this.child.on('error', (error) => { this.error = error; });
    this.gone = new Promise((resolve) => this.child.once('close', resolve));
  }

  get pid() {
    return this.child.pid;
  }

  get ended() {
    return this.error !== undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  // Ask it to end; after 20 s it is killed.
  async stop(signal = 'SIGTERM') {
    if (this.ended) return;
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 20000);
    this.child.kill(signal);
    await this.gone;
    clearTimeout(patience);
  }

  tail() {
    return fs.readFileSync(this.log, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(-600);
  }

  // Resident memory in MiB; 'RssAnon' is what it shares with nobody.
  memory(part = 'VmRSS') {
    const status = fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`^${part}:\\s+(\\d+) kB`, 'm').exec(status)[1]) / 1024;
  }
}

export class Stage {
  #servers = new Map();
  #programs = new Set();
  #logs = 0;

  constructor(bin) {
    this.bin = bin;
    this.folder = temporaryFolder('bench');
  }

  // With further settings of Postgres ("name=value").
  async start(settings = []) {
    this.postgres = new RoomyPostgres(this.folder, await freePort(), settings);
    await this.postgres.start();
    const redis = await this.redis(false);
    execFileSync(path.join(this.bin, 'dropship'), ['migrate'], { env: this.env(redis), stdio: ['ignore', 'ignore', 'inherit'] });
  }

  // The server with or without AOF, empty.
  async redis(aof) {
    const server = this.#servers.get(aof) ?? await new RedisServer(this.folder, aof).start();
    this.#servers.set(aof, server);
    await server.command('FLUSHALL');
    return server;
  }

  env(redis, extra = {}) {
    return { PATH: process.env.PATH, HOME: this.folder, LANG: 'C.UTF-8', DROPSHIP_REDIS_URL: redis.url,
      DROPSHIP_DATABASE_URL: this.postgres.url(), DROPSHIP_LOG_LEVEL: 'warn', BENCH_REDIS_PORT: String(redis.port), ...extra };
  }

  // A program that runs until it is stopped; args[0] may name a program of ours.
  launch(redis, command, args, extra = {}, options = {}) {
    const ours = path.join(this.bin, command);
    const log = path.join(this.folder, `${++this.#logs}-${path.basename(command)}.log`);
    const program = new Program(fs.existsSync(ours) ? ours : command, args, { env: this.env(redis, extra), log, ...options });
    this.#programs.add(program);
    return program;
  }

  worker(redis, threads, extra = {}) {
    return this.launch(redis, 'bench-worker', ['--queue', `default=${threads}`], extra);
  }

  // A program that ends by itself; its last line as JSON.
  async run(redis, command, args, extra = {}) {
    const program = this.launch(redis, command, args, extra, { stdout: 'pipe' });
    let out = '';
    program.child.stdout?.on('data', (bytes) => { out += bytes; });
    await program.gone;
    this.#programs.delete(program);
    if (program.child.exitCode !== 0) throw new Error(`${command} ${args[0]}: ${program.error?.message ?? program.tail()}`);
    return JSON.parse(out.trim().split('\n').at(-1));
  }

  load(redis, ...args) {
    return this.run(redis, 'bench-load', args.map(String));
  }

  // Watch a growing count until it reaches `total`: [{ at (us), count }], the first and the last one included.
  // A program that ends meanwhile, or a standstill of 60 s, is a failure.
  async watch(total, count, programs, everyMs = 4) {
    const seen = [];
    let moved = Date.now();
    for (;;) {
      const now = await count();
      const at = nowUs();
      if (seen.length === 0 || now !== seen.at(-1).count) {
        seen.push({ at, count: now });
        moved = Date.now();
      }
      if (now >= total) return seen;
      const ended = programs.find((program) => program.ended);
      if (ended) throw new Error(`it ended: ${ended.error?.message ?? ended.tail()}`);
      if (Date.now() - moved > 60000) throw new Error(`${now} of ${total} after a minute without progress: ${programs[0].tail()}`);
      await sleep(everyMs);
    }
  }

  processed(redis) {
    return () => redis.number('GET', 'stat:processed');
  }

  async stopPrograms() {
    await Promise.all([...this.#programs].map((program) => program.stop()));
    this.#programs.clear();
  }

  async stop() {
    await this.stopPrograms();
    for (const server of this.#servers.values()) await server.stop();
    await this.postgres.kill('SIGQUIT');
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export { sleep, until };
