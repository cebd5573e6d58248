// Other job systems on the same Redis: how to start their worker, fill their queue and see what is left.  A peer that is not
// installed is a row that says why.  To add one: an entry here, and a program beside it that takes the same words:
//   work MODE CONCURRENCY | single N | bulk N | rate PER_SECOND SECONDS | later N MS | storm N MS
// The last five print {"jobs":N,"seconds":S}, and "due_us" where there is one moment for all.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const file = (name) => path.join(here, name);

function npmVersion(name) {
  const found = path.join(here, '../node_modules', name, 'package.json');
  return fs.existsSync(found) ? JSON.parse(fs.readFileSync(found, 'utf8')).version : undefined;
}

// The first line that a command prints; undefined when it fails.
function firstLine(command, ...args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim().split('\n')[0] : undefined;
}

const python = '/usr/bin/python3';
const pythonVersion = (module) => firstLine(python, '-c', `import ${module}; print(${module}.__version__)`);
const script = (command, name) => ({
  work: (stage, redis, mode, env) => stage.launch(redis, command, [file(name), 'work', mode, mode === 'latency' ? '8' : '50'], env, { cwd: here }),
  load: (stage, redis, ...words) => stage.run(redis, command, [file(name), ...words.map(String)], {}, { cwd: here }),
});
const sum = async (redis, commands) => (await Promise.all(commands.map((words) => redis.number(...words)))).reduce((a, b) => a + b, 0);

// abilities: which figures it has; jobs, few: how many it is given (at full size), in bulk and one by one.
const peers = [
  { label: 'Sidekiq', version: () => firstLine('/usr/bin/ruby', '-rsidekiq', '-e', 'puts Sidekiq::VERSION'), from: 'ruby-sidekiq of Debian',
    abilities: ['enqueue', 'noop', 'latency', 'later'], jobs: 60000, few: 5000, target: { noop: 15 },
    work: (stage, redis, mode, env) => stage.launch(redis, '/usr/bin/ruby', ['/usr/bin/sidekiq', '-r', file('sidekiq_jobs.rb'), '-c', '10', '-q', 'default'], env),
    load: (stage, redis, ...words) => stage.run(redis, '/usr/bin/ruby', [file('sidekiq_load.rb'), ...words.map(String)]),
    ready: async (redis) => await redis.number('SCARD', 'processes') > 0,
    remaining: (redis) => sum(redis, [['LLEN', 'queue:default'], ['ZCARD', 'schedule'], ['ZCARD', 'retry']]) },
  { label: 'BullMQ', version: () => npmVersion('bullmq'), from: 'npm', target: { noop: 10 },
    abilities: ['enqueue', 'noop', 'latency', 'later', 'storm'], jobs: 60000, few: 5000, ...script('node', 'bullmq.mjs'),
    ready: (redis) => redis.number('EXISTS', 'bench:ready'),
    remaining: (redis) => sum(redis, [['LLEN', 'bull:bench:wait'], ['LLEN', 'bull:bench:active'], ['ZCARD', 'bull:bench:delayed']]) },
  { label: 'bee-queue', version: () => npmVersion('bee-queue'), from: 'npm', target: { noop: 8 },
    abilities: ['enqueue', 'noop', 'latency', 'later', 'storm'], jobs: 60000, few: 5000, ...script('node', 'bee.mjs'),
    ready: (redis) => redis.number('EXISTS', 'bench:ready'),
    remaining: (redis) => sum(redis, [['LLEN', 'bq:bench:waiting'], ['LLEN', 'bq:bench:active'], ['ZCARD', 'bq:bench:delayed']]) },
  { label: 'Celery', version: () => pythonVersion('celery'), from: 'python3-celery of Debian', abilities: ['enqueue', 'noop'], jobs: 8000, few: 2000,
    ...script(python, 'celery_jobs.py'), ready: async () => true,
    remaining: (redis) => sum(redis, [['LLEN', 'celery'], ['HLEN', 'unacked']]) },
  { label: 'RQ', version: () => firstLine(python, '-c', 'from rq.version import VERSION; print(VERSION)'), from: 'python3-rq of Debian',
    abilities: ['enqueue', 'noop'], jobs: 1000, few: 1000, ...script(python, 'rq_jobs.py'), ready: async () => true,
    remaining: (redis) => redis.number('LLEN', 'rq:queue:default') },
];

let found;

// Peers with this ability, as measure() takes them.  run(peer) measures one of them.
export function peerRows(stage, ability, run, repeats) {
  found ??= peers.map((peer) => ({ ...peer, found: peer.version() }));
  return found.filter(({ abilities }) => abilities.includes(ability)).map((row) => {
    const missing = row.found === undefined ? `not installed: ${row.from}` : undefined;
    const peer = { ...row, name: row.label, work: (redis, mode = 'noop', env = {}) => row.work(stage, redis, mode, env),
      load: async (redis, ...words) => {
        const result = await row.load(stage, redis, ...words);
        return ability === 'enqueue' ? (await redis.command('FLUSHALL'), result.jobs / result.seconds) : result;
      } };
    const target = row.target?.[ability];
    return { name: `${row.label}${row.found ? ` ${row.found}` : ''}`, missing, repeats, peer, target: target ? { atLeast: target } : undefined,
      run: async () => { if (missing) throw new Error(missing); return run(peer); } };
  });
}
