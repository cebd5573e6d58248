// The words that both queues from npm take.  `make` gives { single(i), bulk(list of i), later(list of i, ms), storm(list of i, ms),
// latency(us), work(mode, concurrency, note), close() }.
import fs from 'node:fs';

export const padding = 'x'.repeat(30);
const nowUs = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

async function inGroups(count, push) {
  for (let at = 0; at < count; at += 1000) {
    await push(Array.from({ length: Math.min(1000, count - at) }, (_, i) => at + i));
  }
}

async function atRate(queue, perSecond, seconds) {
  const from = performance.now();
  for (let i = 0; i < perSecond * seconds; i++) {
    const pause = from + (i * 1000) / perSecond - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    await queue.latency(nowUs());
  }
}

async function work(make, mode, concurrency) {
  const lines = [];
  const note = (enqueuedUs) => {
    const now = nowUs();
    lines.push(`${enqueuedUs} ${now} ${now}\n`);
  };
  const queue = await make(true);
  process.on('SIGTERM', () => {
    if (process.env.BENCH_SAMPLES) fs.writeFileSync(process.env.BENCH_SAMPLES, lines.join(''));
    process.exit(0);
  });
  await queue.work(mode, Number(concurrency), note);
}

export async function main(make) {
  const [mode, first, second] = process.argv.slice(2);
  if (mode === 'work') return work(make, first, second);
  const queue = await make(false);
  const count = Number(first);
  const ms = Number(second);
  const result = { jobs: count };
  const started = performance.now();
  if (mode === 'single') for (let i = 0; i < count; i++) await queue.single(i);
  else if (mode === 'bulk') await inGroups(count, (group) => queue.bulk(group));
  else if (mode === 'rate') await atRate(queue, count, ms);
  else if (mode === 'storm') await inGroups(count, (group) => queue.storm(group, ms));
  else if (mode === 'later') {
    result.due_us = nowUs() + ms * 1000;
    await inGroups(count, (group) => queue.later(group, result.due_us / 1000));
  } else throw new Error(`no such mode: ${mode}`);
  result.seconds = (performance.now() - started) / 1000;
  await queue.close();
  console.log(JSON.stringify(result));
  process.exit(0);
}
