// What is measured.  To add a case: a function here and a line in `cases`.
import path from 'node:path';
import * as ceilings from './ceilings.mjs';
import { percentile, rateOf } from './figures.mjs';
import { measure } from './measure.mjs';
import { sleep, until } from './stage.mjs';

const perSecond = ({ jobs, seconds }) => jobs / seconds;
const MIB = 'MiB';

// (a) Put jobs in, one call each and in groups.
async function enqueue(bench) {
  const redis = await bench.stage.redis(false);
  const { payload, call } = await ceilings.sampleCall(bench.stage, redis);
  const few = bench.scale(20000);
  const many = bench.scale(300000);
  const load = async (...args) => {
    const rate = perSecond(await bench.stage.load(redis, ...args));
    await redis.command('FLUSHALL');
    return rate;
  };
  await measure(bench, { case: 'a', name: `enqueue, one by one (${payload.length} bytes)`, unit: 'jobs/s',
    run: () => load('single', few, 'bench.noop'),
    ceilings: [{ name: 'redis-benchmark EVALSHA of the same call, -c 1', target: { atLeast: 0.9 },
      run: async () => { await bench.stage.load(redis, 'single', 1, 'bench.noop'); return ceilings.call(redis, call, few); } }],
    peers: bench.peers('enqueue', (peer) => peer.load(redis, 'single', Math.min(few, peer.few))) });
  await measure(bench, { case: 'a', name: 'enqueue, in bulk, one connection', unit: 'jobs/s',
    run: () => load('bulk', many, 'bench.noop'),
    ceilings: [{ name: 'redis-benchmark LPUSH -P 32 -c 1', target: { atLeast: 0.6 }, run: () => ceilings.push(redis, payload, many, 1) },
      { name: 'redis-benchmark LPUSH -P 32 -c 16', run: () => ceilings.push(redis, payload, many, 16) }],
    peers: bench.peers('enqueue', (peer) => peer.load(redis, 'bulk', Math.min(many, peer.jobs))) });
}

// The rate at which `processes` workers empty a queue of `total` jobs that do nothing.
async function drain(bench, redis, { processes, threads, total }) {
  await redis.command('FLUSHALL');
  await bench.stage.load(redis, 'bulk', total, 'bench.noop');
  const workers = Array.from({ length: processes }, () => bench.stage.worker(redis, threads));
  const seen = await bench.stage.watch(total, bench.stage.processed(redis), workers);
  await bench.stage.stopPrograms();
  return rateOf(seen);
}

async function peerDrain(bench, redis, peer) {
  await redis.command('FLUSHALL');
  const total = bench.scale(peer.jobs);
  await peer.load(redis, 'bulk', total);
  const worker = peer.work(redis);
  const seen = await bench.stage.watch(total, async () => total - await peer.remaining(redis), [worker]);
  await bench.stage.stopPrograms();
  return rateOf(seen);
}

// (b) Claim, run and settle jobs that do nothing.
async function throughput(bench) {
  const total = bench.scale(400000);
  const shapes = [[1, 1], [1, 8], [1, 32], [2, 8], [4, 8]];
  for (const aof of [false, true]) {
    const redis = await bench.stage.redis(aof);
    const { payload } = await ceilings.sampleCall(bench.stage, redis);
    for (const [processes, threads] of shapes) {
      const main = processes === 1 && threads === 8;
      await measure(bench, { case: 'b', unit: 'jobs/s', target: main && !aof ? { atLeast: 250000 } : undefined,
        name: `claim, run, settle: ${processes} x ${threads} thread${threads > 1 ? 's' : ''}, ${redis.name}`,
        run: () => drain(bench, redis, { processes, threads, total }),
        ceilings: [{ name: '1/(1/LMOVE + 1/LREM), -P 32 -c 16', target: main ? { atLeast: aof ? 0.5 : 0.6 } : undefined,
          run: () => ceilings.moveAndRemove(redis, payload, bench.scale(300000)) }],
        peers: main && !aof ? bench.peers('noop', (peer) => peerDrain(bench, redis, peer)) : [] });
    }
    await redis.command('FLUSHALL');
  }
}

const latencyRows = [['p50', 0.5, 0.3], ['p95', 0.95], ['p99', 0.99, 1], ['max', 1]];

async function latencies(bench, launch, produce) {
  const file = path.join(bench.stage.folder, 'samples');
  const worker = launch({ BENCH_SAMPLES: file });
  await produce(worker);
  await bench.stage.stopPrograms();
  return ceilings.readSamples(file).map(([enqueued, started]) => (started - enqueued) / 1000);
}

// (c) From enqueue to start, at a pace that leaves everybody idle most of the time.
async function latency(bench) {
  const redis = await bench.stage.redis(false);
  const seconds = bench.quick ? 3 : 10;
  const collect = async (launch, produce) => {
    await redis.command('FLUSHALL');
    const all = await latencies(bench, launch, produce);
    if (all.length < 200 * seconds) throw new Error(`${all.length} of ${200 * seconds} jobs have run`);
    return all;
  };
  const ours = () => collect((env) => bench.stage.worker(redis, 8, env), async (worker) => {
    await bench.stage.load(redis, 'bulk', 1000, 'bench.noop'); // every thread has its connections
    await bench.stage.watch(1000, bench.stage.processed(redis), [worker]);
    await sleep(300);
    await bench.stage.load(redis, 'rate', 200, seconds, 'bench.latency');
    await bench.stage.watch(1000 + 200 * seconds, bench.stage.processed(redis), [worker]);
  });
  const runs = [];
  const peers = bench.peers('latency', () => 0);
  const theirs = new Map(peers.map((p) => [p, []]));
  for (let i = 0; i < bench.repeats; i++) {
    runs.push(await ours());
    for (const p of peers.filter(({ missing }) => missing === undefined)) {
      try {
        theirs.get(p).push(await collect((env) => p.peer.work(redis, 'latency', env), async (worker) => {
          await until(`${p.name} serves`, () => p.peer.ready(redis, worker), 30000);
          await p.peer.load(redis, 'rate', 200, seconds);
          await sleep(1500);
        }));
      } catch (error) {
        p.missing = error.message;
        await bench.stage.stopPrograms();
      }
    }
  }
  for (const [name, share, below] of latencyRows) {
    const at = { run: 0 };
    await measure(bench, { case: 'c', name: `enqueue to start at 200 jobs/s: ${name}`, unit: 'ms', better: 'less', repeats: runs.length,
      target: below ? { below } : undefined, run: async () => percentile(runs[at.run++], share),
      peers: peers.map((p) => ({ ...p, run: async () => {
        if (p.missing !== undefined) throw new Error(p.missing);
        return percentile(theirs.get(p)[at.run - 1], share);
      } })) });
  }
}

// Seconds from the moment they are due until all have run.
async function promote(bench, redis, total) {
  await redis.command('FLUSHALL');
  bench.stage.launch(redis, 'dropship-scheduler', []);
  const worker = bench.stage.worker(redis, 8);
  await until('the worker registers', async () => await redis.number('SCARD', 'processes') > 0);
  const { due_us: due } = await bench.stage.load(redis, 'bulk', total, 'bench.noop', '--in-ms', 1500 + total / 50);
  const seen = await bench.stage.watch(total, bench.stage.processed(redis), [worker]);
  await bench.stage.stopPrograms();
  return (seen.at(-1).at - due) / 1e6;
}

async function storm(bench, redis, total) {
  await redis.command('FLUSHALL');
  const quiet = { DROPSHIP_LOG_LEVEL: 'error' };
  bench.stage.launch(redis, 'dropship-scheduler', [], quiet);
  const worker = bench.stage.worker(redis, 8, quiet);
  await until('the worker registers', async () => await redis.number('SCARD', 'processes') > 0);
  const from = Date.now() * 1000;
  await bench.stage.load(redis, 'bulk', total, 'bench.fail_once');
  const seen = await bench.stage.watch(2 * total, bench.stage.processed(redis), [worker]);
  await bench.stage.stopPrograms();
  return (seen.at(-1).at - from) / 1e6 - 1;
}

async function peerTimed(bench, redis, peer, mode, total, delayMs) {
  await redis.command('FLUSHALL');
  const worker = peer.work(redis, mode);
  await until(`${peer.name} serves`, () => peer.ready(redis, worker), 30000);
  const from = Date.now() * 1000;
  const { due_us: due } = await peer.load(redis, mode, total, delayMs);
  await bench.stage.watch(total, async () => total - await peer.remaining(redis), [worker], 10);
  const end = Date.now() * 1000;
  await bench.stage.stopPrograms();
  return (end - (due ?? from + delayMs * 1000)) / 1e6;
}

// (d) Many jobs due at one moment, and many that fail once and are due again a second later.
async function due(bench) {
  const redis = await bench.stage.redis(false);
  const many = bench.scale(100000);
  const failing = bench.scale(20000);
  await measure(bench, { case: 'd', name: `${many} jobs due at once, until all have run`, unit: 's', better: 'less', target: bench.full({ below: 2 }),
    run: () => promote(bench, redis, many),
    peers: bench.peers('later', (peer) => peerTimed(bench, redis, peer, 'later', many, 1500 + many / 5), 1) });
  await measure(bench, { case: 'd', name: `${failing} jobs that fail once, beyond the delay of 1 s`, unit: 's', better: 'less',
    target: bench.full({ below: 1.5 }), run: () => storm(bench, redis, failing),
    peers: bench.peers('storm', (peer) => peerTimed(bench, redis, peer, 'storm', failing, 1000), 1) });
}

async function lateServer(bench, redis, delayMs) {
  const server = bench.stage.launch(redis, 'bench-http', [String(delayMs)], {}, { stdout: 'pipe' });
  const port = await new Promise((resolve, reject) => {
    server.child.stdout.once('data', (bytes) => resolve(Number(String(bytes).trim())));
    server.gone.then(() => reject(new Error(server.tail())));
  });
  return `http://127.0.0.1:${port}/`;
}

// Jobs per second while `total` jobs each wait 50 ms for their answer.
async function waitFor(bench, redis, threads, total) {
  await redis.command('FLUSHALL');
  const url = await lateServer(bench, redis, 50);
  const file = path.join(bench.stage.folder, 'samples');
  const worker = bench.stage.worker(redis, threads, { BENCH_SAMPLES: file });
  const warm = 3 * threads; // every thread has its connections
  await bench.stage.load(redis, 'bulk', warm, 'bench.http', '--arg', url);
  await bench.stage.watch(warm, bench.stage.processed(redis), [worker]);
  await redis.command('SADD', 'paused', 'default');
  await sleep(100);
  await bench.stage.load(redis, 'bulk', total, 'bench.http', '--arg', url);
  await redis.command('SREM', 'paused', 'default');
  await bench.stage.watch(warm + total, bench.stage.processed(redis), [worker]);
  await bench.stage.stopPrograms();
  const samples = ceilings.readSamples(file).slice(warm);
  if (samples.length !== total) throw new Error(`${samples.length} of ${total} jobs have run`);
  return total * 1e6 / (Math.max(...samples.map((s) => s[2])) - Math.min(...samples.map((s) => s[1])));
}

// (e) Jobs that wait for somebody else.
async function waiting(bench) {
  const redis = await bench.stage.redis(false);
  for (const threads of [64, 128, 256, 512]) {
    await measure(bench, { case: 'e', name: `2,000 jobs with a GET of 50 ms, ${threads} threads`, unit: 'jobs/s',
      run: () => waitFor(bench, redis, threads, 2000),
      ceilings: [{ name: 'threads / 50 ms', target: { atLeast: 0.95 }, repeats: 5, run: async () => threads / 0.05 }] });
  }
}

async function idleMemory(bench, redis, threads, part) {
  await redis.command('FLUSHALL');
  const worker = bench.stage.worker(redis, threads);
  await until('the worker registers', async () => await redis.number('SCARD', 'processes') > 0);
  await sleep(1000);
  const used = worker.memory(part);
  await bench.stage.stopPrograms();
  return used;
}

async function loadedMemory(bench, redis) {
  let most = 0;
  const total = bench.scale(400000);
  await redis.command('FLUSHALL');
  await bench.stage.load(redis, 'bulk', total, 'bench.noop');
  const worker = bench.stage.worker(redis, 8);
  await bench.stage.watch(total, async () => {
    most = Math.max(most, worker.memory());
    return redis.number('GET', 'stat:processed');
  }, [worker], 50);
  await bench.stage.stopPrograms();
  return most;
}

async function inFlightMemory(bench, redis, threads) {
  await redis.command('FLUSHALL');
  const url = await lateServer(bench, redis, 4000);
  const worker = bench.stage.worker(redis, threads);
  await until('the worker registers', async () => await redis.number('SCARD', 'processes') > 0);
  await bench.stage.load(redis, 'bulk', threads, 'bench.http', '--arg', url);
  await until('all are claimed', async () => await redis.number('LLEN', 'queue:default') === 0);
  await sleep(1500);
  const used = worker.memory();
  await bench.stage.watch(threads, bench.stage.processed(redis), [worker]);
  await bench.stage.stopPrograms();
  return used;
}

// (f) Resident memory.
async function memory(bench) {
  const redis = await bench.stage.redis(false);
  const less = { case: 'f', unit: MIB, better: 'less' };
  const idle = await measure(bench, { ...less, name: 'idle worker, 4 threads', target: { below: 8 }, run: () => idleMemory(bench, redis, 4) });
  await measure(bench, { ...less, name: 'idle worker, without the pages of programs and libraries', run: () => idleMemory(bench, redis, 4, 'RssAnon') });
  await measure(bench, { ...less, name: 'worker under load (b), 8 threads', run: () => loadedMemory(bench, redis) });
  const full = await measure(bench, { ...less, name: '512 threads, each with a GET in flight', target: { below: 64 },
    run: () => inFlightMemory(bench, redis, 512) });
  if (idle.value && full.value) {
    bench.add({ ...less, name: 'per 100 threads in flight',
      value: { median: (full.value.median - idle.value.median) / 5.08, min: (full.value.min - idle.value.max) / 5.08,
        max: (full.value.max - idle.value.min) / 5.08 } });
  }
}

// (g) The same as (b) beside a mountain of jobs.
async function depth(bench) {
  const redis = await bench.stage.redis(false);
  const taken = bench.scale(200000);
  const mountain = bench.scale(1000000);
  const rate = async (fill) => {
    await fill();
    await redis.command('DEL', 'stat:processed');
    const worker = bench.stage.worker(redis, 8);
    const seen = await bench.stage.watch(taken, bench.stage.processed(redis), [worker]);
    await bench.stage.stopPrograms();
    return rateOf(seen);
  };
  const deep = async () => {
    const [waits, later] = [await redis.number('LLEN', 'queue:default'), await redis.number('ZCARD', 'schedule')];
    if (later < mountain) await bench.stage.load(redis, 'bulk', mountain - later, 'bench.noop', '--in-ms', 3000000);
    if (waits < mountain + taken) await bench.stage.load(redis, 'bulk', mountain + taken - waits, 'bench.noop');
  };
  // Both on the same server at the same depth would be one case: the small one has its own server.
  const small = await bench.stage.redis(true);
  await small.command('CONFIG', 'SET', 'appendonly', 'no');
  try {
    await measure(bench, { case: 'g', name: `(b) with ${mountain} more waiting and ${mountain} scheduled`, unit: 'jobs/s',
      run: () => rate(deep),
      ceilings: [{ name: `(b) with ${taken} waiting`, target: { atLeast: 0.9 },
        run: () => drain(bench, small, { processes: 1, threads: 8, total: taken }) }] });
  } finally {
    await small.command('CONFIG', 'SET', 'appendonly', 'yes');
    await redis.command('FLUSHALL');
  }
}

export const cases = { a: enqueue, b: throughput, c: latency, d: due, e: waiting, f: memory, g: depth };
