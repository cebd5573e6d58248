// The queue storm: real workers and schedulers on a private Redis, producers with ledgers, three tracks of faults; then all is
// healed, the queues run empty, and the ledgers are compared with what Redis holds.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Postgres, Redis, freePort, temporaryFolder, until } from '../../support/servers.mjs';
import { generator, sleep } from '../generator.mjs';
import { keyKinds, keysOf, lastingKeys, readBooks, readPlaces } from './books.mjs';
import { faultTable } from './faults.mjs';
import { judge, wrongIn } from './judge.mjs';
import { Ledger } from './ledger.mjs';
import { Slot, now, sanitizerReports } from './processes.mjs';
import { Proxy } from './proxy.mjs';
import { RawProducer } from './raw_producer.mjs';
import { RespClient } from './resp.mjs';
import { failoverTracks, plan, stormTracks } from './schedule.mjs';
import { SentinelRedis } from './sentinel.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const faketimeFolders = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime'];
const evilTypes = { 'chaos.segv': 'job segfaults', 'chaos.exit': 'job exits', 'chaos.eat': 'job eats memory', 'chaos.pill': 'poison pill' };
const SAMPLE_MS = 2000;
const DRAIN_MS = 150000;

export class QueueStorm {
  // options: seed, minutes, say(line), keep (true: the folder stays in any case), failover (Redis with Sentinel and its faults)
  constructor(options) {
    this.options = { seed: 1, minutes: 3, openingMs: 25000, say: () => {}, bin: process.env.DROPSHIP_BIN ?? path.join(root, 'build/dev/bin'), ...options };
    this.random = generator(this.options.seed);
    this.faults = [];
    this.samples = { taken: 0, wrong: [] };
    this.slots = [];
    this.tracks = this.options.failover ? failoverTracks : stormTracks;
  }

  // ---- talking to Redis ----

  async redisCall(...words) {
    return this.client.call(...words);
  }

  async patiently(...words) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.client.call(...words);
      } catch (error) {
        if (tries === 60) throw error;
        await sleep(250);
      }
    }
  }

  async config(name, value) {
    await this.patiently('CONFIG', 'SET', name, value);
    const [, read] = await this.patiently('CONFIG', 'GET', name);
    if (read !== value) throw new Error(`${name} reads ${read} after it was set to ${value}`);
  }

  async info(field) {
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await this.patiently('INFO', 'everything'))?.[1];
  }

  async errors(word) {
    return Number(/count=(\d+)/.exec((await this.info(`errorstat_${word}`)) ?? '')?.[1] ?? 0);
  }

  // Calls that Redis refused or failed, by command.
  async refusedCalls() {
    const text = await this.patiently('INFO', 'everything');
    const rows = [...text.matchAll(/^cmdstat_(\S+?):.*rejected_calls=(\d+),failed_calls=(\d+)/gm)];
    return Object.fromEntries(rows.map(([, name, rejected, failed]) => [name, Number(rejected) + Number(failed)]).filter(([, count]) => count > 0));
  }

  async stat(key) {
    return Number((await this.patiently('GET', key)) ?? 0);
  }

  // ---- start ----

  async start() {
    const { seed, failover } = this.options;
    this.folder = temporaryFolder('queue-storm');
    this.ledgerFolder = path.join(this.folder, 'ledger');
    fs.mkdirSync(path.join(this.ledgerFolder, 'attempts'), { recursive: true });
    this.redis = failover ? new SentinelRedis(this.folder) : new Redis(this.folder, await freePort());
    this.postgres = new Postgres(this.folder, await freePort());
    await Promise.all([this.redis.start(), this.postgres.start()]);
    this.client = new RespClient(() => this.redis.port);
    this.proxy = new Proxy(this.redis.port, generator(seed + 17));
    await this.proxy.start();
    this.ledger = new Ledger();
    this.ledger.add(path.join(this.ledgerFolder, 'handlers'));
    execFileSync(path.join(this.options.bin, 'dropship'), ['migrate'], { env: this.#env(), stdio: 'pipe' });
    this.#makeSlots();
    this.raw = this.#rawProducer('f0a1');
    this.rawLoop = this.#rawProducer('f0a2');
    this.started = now();
    this.wallOffset = Date.now() - now();
    for (const slot of this.slots) slot.start();
    await until('the workers have registered', async () => (await this.redisCall('SCARD', 'processes')) >= this.workers.length, 60000, 200);
  }

  #rawProducer(prefix) {
    const file = path.join(this.ledgerFolder, `raw-${prefix}`);
    this.ledger.add(file);
    return new RawProducer(() => this.redis.port, file, prefix);
  }

  #env(url = this.redis.url) {
    return { PATH: process.env.PATH, LANG: 'C.UTF-8', DROPSHIP_REDIS_URL: url, DROPSHIP_DATABASE_URL: this.postgres.url(),
      DROPSHIP_DRAIN_MS: '2000', CHAOS_LEDGER: this.ledgerFolder, UBSAN_OPTIONS: process.env.UBSAN_OPTIONS ?? '',
      // Leaks are looked for elsewhere; a quarantine would look like one in the memory check.
      ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0:quarantine_size_mb=1:handle_abort=0` };
  }

  #slot(name, program, args, env = this.#env(), restartMs = 300) {
    const slot = new Slot(name, path.join(this.options.bin, program), { args, env, restartMs, log: path.join(this.folder, `${name}.log`) });
    this.slots.push(slot);
    return slot;
  }

  #makeSlots() {
    const everything = ['--queue', 'chaos=6'];
    // With Sentinel they find the primary themselves.
    const throughProxy = this.#env(this.options.failover ? undefined : `redis://127.0.0.1:${this.proxy.port}/0`);
    this.schedulers = [0, 1].map((i) => this.#slot(`scheduler${i}`, 'dropship-scheduler', []));
    this.direct = [0, 1].map((i) => this.#slot(`worker${i}`, 'chaos_worker', everything));
    this.proxied = [2, 3].map((i) => this.#slot(`worker${i}`, 'chaos_worker', everything, throughProxy));
    this.stormers = [...this.direct, ...this.proxied];
    this.clocked = this.#slot('clocked', 'chaos_worker', ['--queue', 'chaos=2'], this.#clockEnv());
    this.pillWorker = this.#slot('pills', 'chaos_worker', ['--queue', 'pills=4']);
    this.elder = this.#slot('elder', 'chaos_worker', ['--queue', 'calm=4']);
    this.workers = [...this.stormers, this.clocked, this.pillWorker, this.elder];
    this.producers = [['single', 'all', 3000, 1, this.#env()], ['proxied', 'all', 5000, 1, throughProxy], ['bulk', 'all', 400000, 100, this.#env()]]
      .map(([name, mix, pauseUs, batch, env], i) => this.#producer(name, i, 'chaos', mix, pauseUs, batch, env));
    this.calmProducer = this.#producer('calm', 3, 'calm', 'plain', 20000, 1, this.#env());
  }

  // Each life of a producer has a prefix and a seed of its own.
  #producer(name, number, queue, mix, pauseUs, batch, env) {
    const file = path.join(this.ledgerFolder, `producer-${name}`);
    this.ledger.add(file);
    const args = (life) => [file, (number * 4096 + life).toString(16).padStart(4, '0'), String(this.options.seed * 1000 + number * 100 + life), queue, mix, String(pauseUs), String(batch)];
    return this.#slot(`producer-${name}`, 'chaos_producer', args, env);
  }

  #clockEnv() {
    const library = faketimeFolders.map((folder) => path.join(folder, 'libfaketimeMT.so.1')).find((file) => fs.existsSync(file));
    if (!library) throw new Error('libfaketime is not installed (package faketime)');
    this.clockFile = path.join(this.folder, 'clock');
    fs.writeFileSync(this.clockFile, '+0');
    const sanitizer = execFileSync('ldd', [path.join(this.options.bin, 'chaos_worker')], { encoding: 'utf8' }).match(/=> (\S*lib[at]san\S*)/)?.[1];
    return { ...this.#env(), LD_PRELOAD: [sanitizer, library].filter(Boolean).join(' '), FAKETIME_TIMESTAMP_FILE: this.clockFile, FAKETIME_NO_CACHE: '1',
      // Without the last one it ends every wait on a monotonic condition at once.
      FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_FORCE_MONOTONIC_FIX: '0' };
  }

  lifeOf(pid) {
    for (const slot of this.slots) {
      const life = slot.lives.find((l) => l.pid === pid);
      if (life) return life;
    }
    throw new Error(`no process ${pid}`);
  }

  // ---- storm ----

  async #track(track, endAt) {
    for (const next of plan(this.tracks, track, this.options.seed)) {
      if (next.round > 0 && now() >= endAt) return;
      const fault = { kind: next.kind, track, from: now(), to: 0, pids: [], hit: false };
      this.faults.push(fault);
      try {
        fault.proof = await faultTable[next.kind](this, fault, next.random);
        fault.hit = true;
      } catch (error) {
        fault.proof = error.message;
      }
      fault.to ||= now();
      this.options.say(`${((fault.from - this.started) / 1000).toFixed(1).padStart(7)} s  ${fault.kind}: ${fault.hit ? '' : 'MISSED: '}${fault.proof}`);
      // Between two bursts on the server there is a time in which a killed worker alone is the trouble.
      const quiet = track === 'server' && next.random() < 0.2 ? 20000 : 0;
      await sleep(next.restMs + (this.options.minutes >= 5 ? quiet : 0));
    }
  }

  // Acknowledged before <= what Redis has <= attempted after.
  async #sample() {
    const least = this.ledger.read().counts.acked;
    let books;
    try {
      books = await readBooks((...words) => this.sampler.call(...words));
    } catch {
      return; // Redis is away
    }
    const { intents, repeats } = this.ledger.read().counts;
    this.samples.taken += 1;
    if (books.total < least || books.total > intents + repeats) {
      this.samples.wrong.push({ at: now() - this.started, least, most: intents + repeats, ...books });
    }
  }

  async #sampling() {
    this.sampler = new RespClient(() => this.redis.port);
    while (!this.samplingOver) {
      if (!this.options.failover) await this.#sample(); // what a failover forgets is counted in the end
      await sleep(SAMPLE_MS);
    }
    this.sampler.close();
  }

  async #footprint() {
    const books = await readBooks((...words) => this.patiently(...words));
    return { rssKib: this.elder.status('VmRSS'), descriptors: this.elder.descriptors(), threads: this.elder.status('Threads'),
      redisBytes: Number(await this.info('used_memory_dataset')), keys: books.keys,
      lasting: keyKinds(await lastingKeys((...words) => this.patiently(...words))) };
  }

  // Two workers are killed in the middle of jobs while all else is well.
  async #opening() {
    for (const slot of this.direct) {
      const fault = { kind: 'worker kill -9', track: 'process', from: now(), to: 0, pids: [], hit: false };
      this.faults.push(fault);
      for (let i = 0; i < 40; i += 1) await this.raw.push('chaos.slow', [500]);
      await until(`${slot.name} runs slow jobs`, () => this.ledger.read().openIn(slot.pid).length > 2, 20000, 10);
      const life = await slot.signal('SIGKILL', fault.kind);
      Object.assign(fault, { to: now(), hit: life.signal === 'SIGKILL', proof: `pid ${life.pid} gone by SIGKILL with ${this.ledger.read().openIn(life.pid).length} jobs` });
      this.options.say(`opening    ${fault.kind}: ${fault.proof}`);
    }
  }

  async run() {
    const { seed, minutes, say, openingMs } = this.options;
    const endAt = now() + minutes * 60000;
    const sampling = this.#sampling();
    const raw = this.rawLoop.run(25, generator(seed + 23));
    await sleep(openingMs / 3);
    this.before = await this.#footprint();
    if (!this.options.failover) await this.#opening();
    // For some time only processes die, so that recovery is seen by itself.
    const ended = await Promise.allSettled(Object.keys(this.tracks).map(async (track) => {
      if (track === 'server' && minutes >= 1) await sleep(openingMs);
      await this.#track(track, endAt);
    }));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    this.stormMs = now() - this.started;
    say(`storm over after ${Math.round(this.stormMs / 1000)} s, now it is healed and drained`);
    await this.#heal();
    this.rawLoop.stopping = true;
    await raw;
    await this.#drain();
    this.samplingOver = true;
    await sampling;
    this.after = await this.#footprint();
    return this.#report();
  }

  async #heal() {
    this.proxy.set('pass');
    for (const slot of [...this.producers, this.calmProducer]) {
      Object.assign(slot, { restart: false, takesTerm: true });
      if (slot.alive) await slot.signal('SIGTERM', 'the end');
    }
    for (const slot of this.workers) await until(`${slot.name} lives`, () => slot.alive, 20000);
  }

  async #drain() {
    const from = now();
    let empty = 0;
    while (empty < 3 && now() - from < DRAIN_MS) {
      const books = await readBooks((...words) => this.patiently(...words));
      empty = books.open === 0 ? empty + 1 : 0;
      await sleep(500);
    }
    this.drainedMs = now() - from;
  }

  // ---- judgement ----

  // Why each process ended, by its driver's word or by the evil job it ran.
  #deaths() {
    const deaths = new Map();
    const unasked = [];
    for (const slot of this.slots) {
      for (const life of slot.lives.filter((l) => l.end > 0)) {
        const evil = this.ledger.openIn(life.pid).map((attempt) => evilTypes[attempt.type]).find(Boolean);
        const closed = this.faults.find((fault) => fault.kind === 'job closes all descriptors' && fault.pids.includes(life.pid));
        const why = life.why ?? evil ?? closed?.kind ?? null;
        deaths.set(life.pid, { at: life.end, why, abrupt: life.abrupt });
        if (why === null) unasked.push(`${slot.name} (pid ${life.pid}) ended by itself with ${life.signal ?? `code ${life.code}`}`);
      }
    }
    return { deaths, unasked };
  }

  #footprintWrong() {
    const { before, after } = this;
    const wrong = [];
    if (after.rssKib > before.rssKib * 1.5 + 30000) wrong.push(`memory of a worker grew from ${before.rssKib} to ${after.rssKib} KiB`);
    if (after.descriptors > before.descriptors + 8) wrong.push(`open descriptors grew from ${before.descriptors} to ${after.descriptors}`);
    if (after.threads > before.threads) wrong.push(`threads grew from ${before.threads} to ${after.threads}`);
    const total = (kinds) => Object.values(kinds).reduce((sum, count) => sum + count, 0);
    if (total(after.lasting) > total(before.lasting) + 12) wrong.push(`keys in Redis that never expire grew from ${JSON.stringify(before.lasting)} to ${JSON.stringify(after.lasting)}`);
    if (after.redisBytes > before.redisBytes + 4000000) wrong.push(`data in Redis grew from ${before.redisBytes} to ${after.redisBytes} bytes`);
    return wrong;
  }

  #tally() {
    const kinds = Object.keys(faultTable).filter((kind) => Object.values(this.tracks).some((track) => kind in track.kinds));
    return Object.fromEntries(kinds.map((kind) => {
      const these = this.faults.filter((fault) => fault.kind === kind);
      return [kind, { done: these.length, hits: these.filter((fault) => fault.hit).length }];
    }));
  }

  // exit() takes libraries away under the threads that go on, and a process whose memory a job has eaten may say so.
  #brokenByJob(report) {
    const ofPids = (kind) => this.faults.some((fault) => fault.kind === kind && fault.pids.some((pid) => report.includes(`==${pid}==`)));
    return ofPids('job exits') || (ofPids('job eats memory') && /failed to allocate|out of memory/i.test(report.slice(0, 300)));
  }

  async #report() {
    this.ledger.read();
    const call = (...words) => this.patiently(...words);
    const { visible, dead } = await readPlaces(call);
    const books = await readBooks(call);
    this.kinds = keyKinds(await keysOf(call));
    const { deaths, unasked } = this.#deaths();
    const judged = judge(this.ledger, visible, dead, { deaths, faults: this.faults, wallOffset: this.wallOffset });
    const faults = this.#tally();
    const never = Object.entries(faults).filter(([, { hits }]) => hits === 0).map(([kind, { done }]) => `${kind} never hit (${done} tries)`);
    const missed = this.faults.filter((fault) => !fault.hit).map((fault) => `${fault.kind} at ${((fault.from - this.started) / 1000).toFixed(1)} s missed: ${fault.proof}`);
    const sanitizers = sanitizerReports(this.folder).filter(({ text }) => !this.#brokenByJob(text)).map(({ name, text }) => `${name}: ${text.slice(0, 600)}`);
    const wrong = [...wrongIn(judged, this.options.failover), ...unasked, ...never, ...sanitizers, ...this.#footprintWrong()];
    if (this.samples.wrong.length > 0) wrong.push(`the books were wrong ${this.samples.wrong.length} of ${this.samples.taken} times: ${JSON.stringify(this.samples.wrong[0])}`);
    return { seed: this.options.seed, minutes: this.options.minutes, stormMs: this.stormMs, drainedMs: this.drainedMs, faults, missed, judged, books,
      samples: { taken: this.samples.taken, wrong: this.samples.wrong.slice(0, 5) }, ledger: this.ledger.counts, before: this.before, after: this.after,
      keyKinds: this.kinds, proxy: this.proxy.hits, wrong, folder: this.folder };
  }

  async stop() {
    this.samplingOver = true;
    if (this.rawLoop) this.rawLoop.stopping = true;
    await Promise.all(this.slots.map((slot) => slot.end()));
    this.raw?.close();
    this.rawLoop?.close();
    this.client?.close();
    await this.proxy?.stop();
    await Promise.all([this.redis?.kill('SIGKILL'), this.postgres?.kill('SIGQUIT')]);
  }
}

// Runs one storm and gives its report; the folder with logs and ledgers stays when anything is wrong.
export async function queueStorm(options) {
  const storm = new QueueStorm(options);
  let report;
  try {
    await storm.start();
    report = await storm.run();
    return report;
  } finally {
    await storm.stop();
    if (report && report.wrong.length === 0 && !options.keep) fs.rmSync(storm.folder, { recursive: true, force: true });
    else if (storm.folder) {
      fs.writeFileSync(path.join(storm.folder, 'faults.json'), JSON.stringify(storm.faults, null, 1));
      (options.say ?? console.log)(`logs and ledgers: ${storm.folder}`);
    }
  }
}
