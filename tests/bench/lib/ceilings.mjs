// What Redis itself does with the same bytes, by redis-benchmark: no job system on this server can be faster.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { promisify } from 'node:util';
import { wordsOfMonitor } from './redis.mjs';
import { until } from './stage.mjs';

const exec = promisify(execFile);
const REQUESTS_MIN = 200000; // fewer are over before a rate can be told

// Requests per second of one command.
export async function benchmark(redis, { requests, pipeline, clients }, ...words) {
  const { stdout } = await exec('redis-benchmark', ['-p', String(redis.port), '--csv', '-n', String(requests), '-P', String(pipeline),
    '-c', String(clients), ...words], { maxBuffer: 1 << 26 });
  const row = stdout.trim().split('\n').at(-1);
  const rate = Number(/^".*?","([\d.]+)"/s.exec(row)?.[1]);
  if (!(rate > 0)) throw new Error(`redis-benchmark said: ${stdout.slice(-300)}`);
  return rate;
}

// One job as our client writes it, and the very call that pushes it.
export async function sampleCall(stage, redis) {
  const socket = net.connect({ port: redis.port, host: '127.0.0.1' });
  let seen = '';
  socket.on('data', (bytes) => { seen += bytes.toString('latin1'); });
  socket.write('MONITOR\r\n');
  await until('MONITOR', () => seen.includes('+OK'));
  await stage.load(redis, 'single', 2, 'bench.noop'); // the first call may be the one that loads the script
  const calls = () => seen.split('\r\n').filter((line) => /\] "EVALSHA" /i.test(line)).map(wordsOfMonitor);
  await until('a call of the enqueue script', () => calls().length >= 2);
  socket.destroy();
  const payload = await redis.command('LINDEX', 'queue:default', '0');
  await redis.command('DEL', 'queue:default');
  return { payload, call: calls().at(-1) };
}

// Take and remove one job per job and nothing else: 1 / (1/LMOVE + 1/LREM).
export async function moveAndRemove(redis, payload, requests) {
  const many = { requests: Math.max(requests, REQUESTS_MIN), pipeline: 32, clients: 16 };
  await redis.command('DEL', 'ceiling:from', 'ceiling:to');
  await benchmark(redis, many, 'LPUSH', 'ceiling:from', payload);
  const moved = await benchmark(redis, many, 'LMOVE', 'ceiling:from', 'ceiling:to', 'RIGHT', 'LEFT');
  const removed = await benchmark(redis, many, 'LREM', 'ceiling:to', '1', payload);
  const left = await redis.number('LLEN', 'ceiling:from') + await redis.number('LLEN', 'ceiling:to');
  if (left > 0) throw new Error(`the ceiling left ${left} jobs`);
  return 1 / (1 / moved + 1 / removed);
}

export async function push(redis, payload, requests, clients) {
  const rate = await benchmark(redis, { requests: Math.max(requests, REQUESTS_MIN), pipeline: 32, clients }, 'LPUSH', 'ceiling:from', payload);
  await redis.command('DEL', 'ceiling:from');
  return rate;
}

export async function call(redis, words, requests) {
  const rate = await benchmark(redis, { requests, pipeline: 1, clients: 1 }, ...words);
  await redis.command('DEL', 'queue:default');
  return rate;
}

// Lines of a file that a program of ours left: [enqueued, started, ended] in microseconds.
export const readSamples = (file) => fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split(' ').map(Number));
