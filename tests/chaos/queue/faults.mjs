// Each fault of the queue storm, and the proof that it hit.  A fault is done to a storm (see storm.mjs) with a generator of
// its own and returns the proof as a sentence, or throws when it did not hit.
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/servers.mjs';
import { sleep } from '../generator.mjs';
import { LEASE_MS } from './judge.mjs';
import { now } from './processes.mjs';

const pick = (list, random) => list[Math.floor(random() * list.length)];
const between = (random, from, to) => Math.round(from + random() * (to - from));

function insist(truth, what) {
  if (!truth) throw new Error(`did not hit: ${what}`);
}

async function killSlots(slots, why) {
  const lives = await Promise.all(slots.map((slot) => slot.signal('SIGKILL', why)));
  insist(lives.every((life) => life.signal === 'SIGKILL'), 'not ended by SIGKILL');
  return `pids ${lives.map((life) => life.pid).join(', ')} gone by SIGKILL`;
}

// A clean end: code 0, and within the drain and what handing back takes.
async function term(slot, why) {
  const life = await slot.signal('SIGTERM', why);
  insist(life.code === 0 || life.abrupt && life.signal === 'SIGKILL', `${slot.name} ended with ${life.code ?? life.signal} on TERM`);
  return life;
}

async function stopBeyondLease(storm, fault, random) {
  const slot = pick(storm.stormers, random);
  await until(`${slot.name} lives`, () => slot.alive);
  const before = await storm.stat('dropship:stat:fenced');
  for (let i = 0; i < 60; i += 1) await storm.raw.push('chaos.slow', [2500]);
  await until(`${slot.name} runs slow jobs`, () => storm.ledger.read().openIn(slot.pid).some((a) => a.type === 'chaos.slow'), 20000);
  fault.pids.push(slot.pid);
  const { pid } = slot;
  process.kill(pid, 'SIGSTOP');
  await until('it is stopped', () => slot.stateLetter() === 'T', 2000);
  const held = storm.ledger.read().openIn(pid).length;
  await sleep(LEASE_MS + 5000);
  insist(slot.alive && slot.pid === pid, 'it died meanwhile');
  process.kill(pid, 'SIGCONT');
  fault.to = now();
  // Recovery judges late when Redis was disturbed as well; then nothing is there to be fenced.
  const disturbed = storm.faults.some((f) => f.track === 'server' && (f.to || Infinity) > fault.from - LEASE_MS);
  const fenced = await until('a settlement was fenced', async () => (await storm.stat('dropship:stat:fenced')) - before, 15000)
    .catch((error) => {
      if (!disturbed) throw error;
      return 0;
    });
  return `pid ${pid} was in state T with ${held} jobs, ${fenced} settlements fenced`;
}

async function clock(storm, fault, offset) {
  const slot = storm.clocked;
  await until(`${slot.name} lives`, () => slot.alive);
  const { pid } = slot;
  fault.pids.push(pid);
  fs.writeFileSync(storm.clockFile, offset);
  try {
    await sleep(8000);
    const from = fs.statSync(slot.log).size;
    process.kill(slot.pid, 'SIGTTIN'); // it writes a line
    const line = await until('a line with its clock', () => /"time":"([^"]+)"/.exec(fs.readFileSync(slot.log, 'utf8').slice(from))?.[1], 5000);
    const off = Math.round((Date.parse(line) - Date.now()) / 1000);
    insist(Math.abs(off) > 3500 && Math.sign(off) === Math.sign(Number(offset)), `its clock is off by ${off} s`);
    return `pid ${pid} logged with a clock off by ${off} s`;
  } finally {
    fs.writeFileSync(storm.clockFile, '+0');
  }
}

// Sends one evil job and gives its first attempt.
async function evil(storm, fault, type, queue = 'chaos') {
  const jid = await storm.raw.push(type, [], queue);
  const attempt = await until(`${type} starts`, () => storm.ledger.read().jobs.get(jid)?.attempts[0], 60000);
  fault.pids.push(attempt.pid);
  return attempt;
}

async function deadlyJob(storm, fault, type, withinMs) {
  const attempt = await evil(storm, fault, type);
  const life = storm.lifeOf(attempt.pid);
  life.why ??= fault.kind;
  await until(`${type} ends its process`, () => life.end, withinMs);
  return `pid ${life.pid} ended with ${life.signal ?? `code ${life.code}`}`;
}

async function neverEnds(storm, fault) {
  const attempt = await evil(storm, fault, 'chaos.hang');
  const life = storm.lifeOf(attempt.pid);
  await until('it hangs beyond the lease', () => life.end || now() - attempt.start > LEASE_MS + 3000, LEASE_MS + 10000);
  const runs = storm.ledger.read().jobs.get(attempt.jid).attempts;
  if (life.end === 0) {
    const disturbed = storm.faults.some((f) => f.track === 'server' && (f.to || Infinity) > fault.from);
    insist(runs.length === 1 || disturbed, 'it was given to another while its worker lives');
    life.why ??= fault.kind;
    life.abrupt = true;
    life.child.kill('SIGKILL'); // what an operator does in the end
    await life.gone;
  }
  return `job ${attempt.jid} held pid ${attempt.pid} for ${life.end - attempt.start} ms`;
}

async function closesAll(storm, fault) {
  const attempt = await evil(storm, fault, 'chaos.close');
  await until('it ended', () => attempt.end || storm.lifeOf(attempt.pid).end, 20000);
  return `pid ${attempt.pid} ${storm.lifeOf(attempt.pid).end ? 'died' : 'went on without its descriptors'}`;
}

async function forks(storm, fault, random) {
  const attempt = await evil(storm, fault, 'chaos.fork');
  const life = storm.lifeOf(attempt.pid);
  const child = await until('the child is there', () => life.end || childrenOf(attempt.pid)[0], 5000, 10);
  if (life.end === 0 && random() < 0.5) {
    life.why ??= fault.kind;
    life.abrupt = true;
    life.child.kill('SIGKILL'); // its connections live on in the child
    await life.gone;
  }
  return `pid ${attempt.pid} had child ${child}`;
}

function childrenOf(pid) {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).flatMap((task) => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ')).filter(Boolean);
  } catch {
    return [];
  }
}

// A pill among innocents; how they fare is judged in the end, since three losses take their time.
async function pill(storm, fault) {
  const mates = [];
  for (let i = 0; i < 5; i += 1) mates.push(storm.raw.push('chaos.slow', [30], 'pills'));
  const attempt = await evil(storm, fault, 'chaos.pill', 'pills');
  for (let i = 0; i < 5; i += 1) mates.push(storm.raw.push('chaos.slow', [30], 'pills'));
  await Promise.all(mates);
  const life = storm.lifeOf(attempt.pid);
  await until('the pill kills', () => life.end, 10000);
  return `pid ${life.pid} died of it, with 10 innocents about`;
}

async function killRedis(storm, fault, random, policy) {
  await storm.config('appendfsync', policy);
  await sleep(between(random, 300, 800));
  const old = await storm.info('run_id');
  const pid = storm.redis.pid();
  const file = await storm.info('aof_enabled');
  await storm.redis.kill('SIGKILL');
  await sleep(between(random, 0, 1500));
  await storm.redis.start();
  const fresh = await storm.info('run_id');
  insist(fresh !== old && file === '1' && storm.redis.pid() !== pid, 'the same server goes on');
  return `pid ${pid} gone, appendfsync was ${policy}, run_id ${old.slice(0, 6)} -> ${fresh.slice(0, 6)}`;
}

async function scriptFlush(storm) {
  const before = await storm.errors('NOSCRIPT');
  await storm.redisCall('SCRIPT', 'FLUSH');
  const seen = await until('scripts are missed', async () => (await storm.errors('NOSCRIPT')) - before, 10000);
  return `${seen} times NOSCRIPT`;
}

async function debugSleep(storm, random, short) {
  const seconds = !short && random() < 0.2 ? 12 : between(random, 10, 30) / 10;
  const from = now();
  await storm.redisCall('DEBUG', 'SLEEP', String(seconds));
  insist(now() - from >= seconds * 990, 'it answered too soon');
  return `silent for ${now() - from} ms`;
}

async function clientPause(storm, random) {
  const ms = between(random, 1500, 4000);
  const mode = random() < 0.5 ? 'ALL' : 'WRITE';
  const from = now();
  await storm.redisCall('CLIENT', 'PAUSE', String(ms), mode);
  await storm.redisCall('SET', 'chaos:probe', '1', 'PX', '1000');
  insist(now() - from > ms * 0.9, `a write passed after ${now() - from} ms`);
  return `${mode}: a write waited ${now() - from} ms`;
}

async function maxmemory(storm, random) {
  const refused = await storm.errors('OOM');
  const done = await storm.stat('stat:processed');
  const full = String(Number(await storm.info('used_memory')) - 1000);
  await storm.config('maxmemory', full);
  const from = now();
  let seen = 0;
  try {
    await until('enqueues are refused', async () => { seen = (await storm.errors('OOM')) - refused; return seen > 3; }, 20000);
    await sleep(between(random, 2000, 5000));
  } finally {
    await storm.config('maxmemory', '0');
  }
  return `maxmemory ${full} for ${now() - from} ms: ${seen} refused, ${(await storm.stat('stat:processed')) - done} jobs settled meanwhile`;
}

// The dump cannot be renamed to a name that is a folder: root may write everywhere, but not that.
async function misconf(storm, random) {
  const blocked = path.join(storm.folder, 'redis', 'dump.rdb');
  const before = await storm.errors('MISCONF');
  const refusedBefore = await storm.refusedCalls();
  fs.rmSync(blocked, { force: true, recursive: true });
  fs.mkdirSync(path.join(blocked, 'in-the-way'), { recursive: true });
  try {
    await storm.config('save', '3600 1');
    await storm.redisCall('BGSAVE').catch(() => {});
    await until('the save fails', async () => (await storm.info('rdb_last_bgsave_status')) === 'err', 10000);
    await until('writes are refused', async () => (await storm.errors('MISCONF')) > before, 10000);
    await sleep(between(random, 500, 4000));
  } finally {
    fs.rmSync(blocked, { force: true, recursive: true });
    await storm.config('save', '');
    await until('the save works', async () => {
      await storm.redisCall('BGSAVE').catch(() => {});
      return (await storm.info('rdb_last_bgsave_status')) === 'ok';
    }, 20000, 300);
  }
  const refused = await storm.refusedCalls();
  const by = Object.keys(refused).map((name) => `${name} ${refused[name] - (refusedBefore[name] ?? 0)}`).join(', ');
  return `last save err, ${(await storm.errors('MISCONF')) - before} times MISCONF (${by})`;
}

async function proxied(storm, fault, mode, chance, ms, delayMs) {
  const before = storm.proxy.hits[mode];
  fault.pids.push(...storm.proxied.map((slot) => slot.pid));
  storm.proxy.set(mode, chance, delayMs);
  try {
    await sleep(ms);
    await until(`an answer was hit (${mode})`, () => storm.proxy.hits[mode] > before, 15000);
  } finally {
    storm.proxy.set('pass');
  }
  return `${storm.proxy.hits[mode] - before} answers`;
}

// Until the sentinels have named another primary and the old one, back again, follows it.
async function newPrimary(storm, old, withinMs = 60000) {
  await until('another primary is found', async () => {
    const found = await storm.redis.find();
    return found !== null && found !== old;
  }, withinMs, 200);
}

async function moved(storm, fault, old, how) {
  fault.to = now();
  storm.client.close();
  await storm.redis.inSync();
  fault.until = now(); // until then the old primary may have said OK, and forgot it when it became a replica
  return `${how}; primary ${old.port} -> ${storm.redis.port} after ${fault.to - fault.from} ms`;
}

async function primaryKilled(storm, fault, random) {
  const old = storm.redis.primary;
  old.child.kill('SIGKILL');
  await old.gone;
  await newPrimary(storm, old);
  await sleep(between(random, 500, 4000));
  await storm.redis.startServer(old); // the sentinels make it a replica
  return moved(storm, fault, old, 'gone by SIGKILL');
}

async function primaryStopped(storm, fault) {
  const old = storm.redis.primary;
  process.kill(old.child.pid, 'SIGSTOP');
  try {
    await newPrimary(storm, old);
  } finally {
    process.kill(old.child.pid, 'SIGCONT');
  }
  return moved(storm, fault, old, 'stopped until it was replaced');
}

async function failoverAsked(storm, fault) {
  const old = storm.redis.primary;
  // A sentinel may take the order and give it up again, when it finds the replica not good enough yet.
  await until('another primary is found', async () => {
    await storm.redis.sentinels[0].client.call('SENTINEL', 'FAILOVER', 'chaos').catch(() => {});
    return newPrimary(storm, old, 5000).then(() => true, () => false);
  }, 90000, 500);
  return moved(storm, fault, old, 'asked for');
}

// name -> function(storm, fault, random).  To add a fault: a row here and its name in schedule.mjs.
export const faultTable = {
  'worker kill -9': async (storm, fault, random) => killSlots([pick(storm.stormers, random)], fault.kind),
  'all workers kill -9': async (storm, fault) => killSlots([...storm.stormers, storm.clocked], fault.kind),
  'scheduler kill -9': async (storm, fault, random) => killSlots([pick(storm.schedulers, random)], fault.kind),
  'both schedulers kill -9': async (storm, fault) => killSlots(storm.schedulers, fault.kind),
  'worker stopped beyond its lease': stopBeyondLease,
  'worker TERM': async (storm, fault, random) => {
    const life = await term(pick(storm.stormers, random), fault.kind);
    fault.pids.push(life.pid);
    return `pid ${life.pid} ended with code ${life.code} after ${life.end - fault.from} ms`;
  },
  'TERM storm': async (storm, fault, random) => {
    const lives = storm.stormers.filter((slot) => slot.alive).map((slot) => Object.assign(slot.life, { why: slot.life.why ?? 'worker TERM' }));
    for (let i = 0; i < 6; i += 1) {
      for (const life of lives) if (life.end === 0) life.child.kill('SIGTERM');
      await sleep(between(random, 20, 150));
    }
    await until('all ended', () => lives.every((life) => life.end), 20000);
    return `pids ${lives.map((life) => `${life.pid} (${life.signal ?? life.code})`).join(', ')} ended`;
  },
  'rolling restart': async (storm, fault) => {
    for (const slot of storm.stormers) {
      const life = await term(slot, 'worker TERM');
      fault.pids.push(life.pid);
      await until(`${slot.name} is back`, () => slot.alive && slot.life !== life, 5000);
    }
    return `pids ${fault.pids.join(', ')} replaced`;
  },
  'worker TERM twice': async (storm, fault, random) => {
    const slot = pick(storm.stormers, random);
    await until(`${slot.name} lives`, () => slot.alive);
    await until(`${slot.name} runs something`, () => slot.alive && storm.ledger.read().open.has(slot.pid), 20000);
    const { life } = slot;
    for (let i = 0; i < 12; i += 1) await storm.raw.push('chaos.slow', [2000]);
    await until('it runs slow jobs', () => life.end || storm.ledger.read().openIn(life.pid).some((a) => a.type === 'chaos.slow'), 20000);
    life.why ??= 'worker TERM';
    life.child.kill('SIGTERM');
    await sleep(200);
    life.child.kill('SIGTERM');
    await until('it ended', () => life.end, 10000);
    return `pid ${life.pid} ended with ${life.signal ?? life.code}, ${storm.ledger.read().openIn(life.pid).length} jobs cut short`;
  },
  'producer kill -9': async (storm, fault, random) => killSlots([pick(storm.producers, random)], fault.kind),
  'clock one hour ahead': async (storm, fault) => clock(storm, fault, '+3600'),
  'clock one hour behind': async (storm, fault) => clock(storm, fault, '-3600'),

  'job segfaults': async (storm, fault) => deadlyJob(storm, fault, 'chaos.segv', 5000),
  'job exits': async (storm, fault) => deadlyJob(storm, fault, 'chaos.exit', 15000),
  'job eats memory': async (storm, fault) => deadlyJob(storm, fault, 'chaos.eat', 30000),
  'job never ends': neverEnds,
  'job closes all descriptors': closesAll,
  'job forks': forks,
  'poison pill': pill,

  'redis kill -9, everysec': async (storm, fault, random) => killRedis(storm, fault, random, 'everysec'),
  'redis kill -9, always': async (storm, fault, random) => killRedis(storm, fault, random, 'always'),
  'redis CLIENT KILL': async (storm) => {
    const killed = await storm.redisCall('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    insist(killed > 0, 'no connection was there');
    return `${killed} connections`;
  },
  'redis SCRIPT FLUSH': async (storm) => scriptFlush(storm),
  'redis DEBUG SLEEP': async (storm, fault, random) => debugSleep(storm, random, storm.options.minutes < 5),
  'redis CLIENT PAUSE': async (storm, fault, random) => clientPause(storm, random),
  'redis maxmemory': async (storm, fault, random) => maxmemory(storm, random),
  'redis MISCONF': async (storm, fault, random) => misconf(storm, random),
  'primary kill -9': primaryKilled,
  'primary stopped': primaryStopped,
  'failover asked for': failoverAsked,
  'proxy cut': async (storm, fault, random) => proxied(storm, fault, 'cut', 0.05, between(random, 2000, 5000)),
  'proxy truncate': async (storm, fault, random) => proxied(storm, fault, 'truncate', 0.05, between(random, 2000, 5000)),
  'proxy delay': async (storm, fault, random) => proxied(storm, fault, 'delay', 0.1, between(random, 2000, 5000), between(random, 50, 6000)),
  'proxy half-close': async (storm, fault, random) => proxied(storm, fault, 'half', 0.05, between(random, 2000, 5000)),
};
