// The whole system in a temporary folder: Redis, Postgres, sandbox, any number of schedulers, workers and apis.  Programs can be
// killed and started again by name; nothing restarts by itself.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contract } from './openapi.mjs';
import { freePort, startServers, temporaryFolder, until } from './servers.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = process.env.DROPSHIP_BIN ?? path.join(root, 'build/dev/bin');

// Short waits through ordinary settings.  Discovery runs where a test asks for it.
export const quickSettings = {
  'flow.fulfillment': 'auto',
  'flow.discovery': 'off',
  'mapping.confirm_exact_sku': '1',
  'orders.check_s': '5',
  'orders.overlap_s': '120',
  'orders.grace_s': '2',
  'orders.flag_s': '4',
  'orders.risk_wait_s': '5',
  'orders.track_first_s': '2',
  'orders.track_max_s': '5',
  'orders.sweep_s': '5',
  'orders.reconcile_s': '10',
};

class Program {
  constructor(name, command, args, env, log) {
    Object.assign(this, { name, command, args, env, log, crashes: [] });
  }

  start() {
    const out = fs.openSync(this.log, 'a');
    this.#noteEnd();
    this.ended = undefined;
    this.killed = false;
    this.child = spawn(this.command, this.args, { env: this.env, stdio: ['ignore', out, out], cwd: '/' });
    fs.closeSync(out);
    this.gone = new Promise((resolve) => this.child.on('exit', (code, signal) => {
      this.ended = { code, signal };
      resolve(this.ended);
    }));
  }

  // An end that nobody asked for.
  #noteEnd() {
    if (this.ended && !this.killed) this.crashes.push(`${this.name} ended by itself: ${JSON.stringify(this.ended)}`);
  }

  // What went wrong with it: ends that nobody asked for, and reports of the sanitizers.
  faults() {
    this.#noteEnd();
    const log = fs.existsSync(this.log) ? fs.readFileSync(this.log, 'utf8') : '';
    const reports = log.match(/^.*(?:ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|: runtime error: )[^]{0,3000}/m) ?? [];
    return [...this.crashes, ...reports.map((text) => `${this.name}: ${text}`)];
  }

  get alive() {
    return Boolean(this.child) && this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill(signal = 'SIGKILL') {
    if (!this.alive) return this.gone;
    this.killed = true;
    this.child.kill(signal);
    return this.gone;
  }
}

export class System {
  // options: workers, schedulers, workerArgs, sandboxArgs (list), settings, env (objects), webhooks (boolean)
  static async start(name, options = {}) {
    const system = new System();
    system.options = { workers: 1, schedulers: 1, workerArgs: [], sandboxArgs: [], settings: {}, env: {}, ...options };
    system.folder = temporaryFolder(name);
    system.programs = new Map();
    try {
      await system.#startAll();
    } catch (error) {
      const more = await system.stop().then(() => '', (fault) => `\n${fault.message}`);
      throw more ? new Error(error.message + more, { cause: error }) : error;
    }
    return system;
  }

  async #startAll() {
    this.servers = await startServers(this.folder);
    this.redis = this.servers.redis;
    this.postgres = this.servers.postgres;
    await this.#startSandbox();
    this.apiPort = await freePort();
    this.env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '',
      UBSAN_OPTIONS: process.env.UBSAN_OPTIONS ?? '',
      LSAN_OPTIONS: process.env.LSAN_OPTIONS ?? '',
      DROPSHIP_REDIS_URL: this.redis.url,
      DROPSHIP_DATABASE_URL: this.postgres.url(),
      DROPSHIP_LISTEN: `127.0.0.1:${this.apiPort}`,
      DROPSHIP_DASHBOARD_DIR: process.env.DROPSHIP_DASHBOARD_DIR ?? path.join(root, 'api/dashboard/dist'),
      DROPSHIP_SANDBOX: 'shopify,cj,openai,anthropic',
      SHOPIFY_SHOP: 'sandbox',
      SHOPIFY_BASE_URL: `http://127.0.0.1:${this.sandboxPort}/shopify`,
      SHOPIFY_ACCESS_TOKEN: 'shpat_sandbox',
      SHOPIFY_CLIENT_SECRET: 'sandbox-secret',
      CJ_BASE_URL: `http://127.0.0.1:${this.sandboxPort}/cj`,
      CJ_API_KEY: 'CJ0000001@api@sandbox',
      OPENAI_BASE_URL: `http://127.0.0.1:${this.sandboxPort}/openai/v1`,
      OPENAI_API_KEY: 'sk-sandbox-openai',
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${this.sandboxPort}/anthropic/v1`,
      ANTHROPIC_API_KEY: 'sk-sandbox-anthropic',
      ...this.options.env,
    };
    await this.cli('migrate');
    for (const [key, value] of Object.entries({ ...quickSettings, ...this.options.settings })) {
      await this.cli('settings', key, value);
    }
    this.key = JSON.parse(await this.cli('key', 'create', 'test', '--scope', 'admin', '--json')).key;
    for (let i = 0; i < this.options.schedulers; i += 1) this.add(`scheduler${i}`, 'dropship-scheduler', []);
    for (let i = 0; i < this.options.workers; i += 1) this.add(`worker${i}`, 'dropship-worker', this.options.workerArgs);
    this.add('api', 'dropship-api', []);
    for (const program of this.programs.values()) program.start();
    await until('api is ready', async () => (await fetch(`${this.apiUrl}/readyz`)).ok, 30000);
    if (this.options.webhooks) {
      await this.control('POST', '/control/webhooks', { url: `${this.apiUrl}/webhooks/shopify`, secret: 'sandbox-secret', enabled: true });
    }
  }

  async #startSandbox() {
    this.sandboxPort = await freePort();
    this.sandbox = new Program('sandbox', 'node', [path.join(root, 'tests/sandbox/main.mjs'), '--port', String(this.sandboxPort),
      '--ship-after', '2', '--deliver-after', '4', '--cj-qps', '50', '--image-base', `http://127.0.0.1:${this.sandboxPort}/cj-images`, ...this.options.sandboxArgs], { ...process.env },
    path.join(this.folder, 'sandbox.log'));
    this.sandbox.start();
    await until('sandbox is ready', () => this.control('GET', '/control/health'), 30000);
  }

  get apiUrl() {
    return `http://127.0.0.1:${this.apiPort}`;
  }

  add(name, program, args, extraEnv = {}) {
    const made = new Program(name, path.join(bin, program), args, { ...this.env, ...extraEnv }, path.join(this.folder, `${name}.log`));
    this.programs.set(name, made);
    return made;
  }

  program(name) {
    const found = this.programs.get(name);
    if (!found) throw new Error(`no program ${name}`);
    return found;
  }

  log(name) {
    return fs.readFileSync(path.join(this.folder, `${name}.log`), 'utf8');
  }

  async cli(...args) {
    return new Promise((resolve, reject) => {
      execFile(path.join(bin, 'dropship'), args, { env: this.env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`dropship ${args.join(' ')}: exit ${error.code}: ${stderr || stdout}`));
        else resolve(stdout);
      });
    });
  }

  // The sandbox's control port.
  async control(method, target, body) {
    const answer = await fetch(`http://127.0.0.1:${this.sandboxPort}${target}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  // The REST API with the admin key: { status, body, headers }.  Throws when the answer is not as /openapi.yaml describes it.
  async api(method, target, body) {
    const answer = await fetch(`${this.apiUrl}${target}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    this.contract ??= await Contract.of(this.apiUrl);
    this.contract.check(method, target, { status: answer.status, type: answer.headers.get('content-type'), text });
    return { status: answer.status, headers: answer.headers, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  }

  // Rows of a query as objects.
  rows(sql) {
    return JSON.parse(this.postgres.query(`select coalesce(json_agg(x), '[]') from (${sql}) x`));
  }

  // Throws, after all is stopped, when a program had ended by itself or a sanitizer had found something.
  async stop() {
    const programs = [...(this.programs?.values() ?? []), ...(this.sandbox ? [this.sandbox] : [])];
    await Promise.all(programs.map((p) => p.kill('SIGKILL')));
    await this.servers?.stop();
    const faults = programs.flatMap((p) => p.faults());
    if (!process.env.DROPSHIP_KEEP) fs.rmSync(this.folder, { recursive: true, force: true });
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }
}
