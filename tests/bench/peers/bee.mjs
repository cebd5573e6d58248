// bee-queue, keeping nothing of finished jobs and sending no events.
import Queue from 'bee-queue';
import { main, padding } from './load.mjs';

async function make(works) {
  const queue = new Queue('bench', { redis: { host: '127.0.0.1', port: Number(process.env.BENCH_REDIS_PORT) }, isWorker: works,
    getEvents: false, sendEvents: false, storeJobs: false, removeOnSuccess: true, removeOnFailure: true, activateDelayedJobs: works,
    nearTermWindow: 20000 });
  await queue.ready();
  const many = async (group, prepare) => {
    const failed = await queue.saveAll(group.map((i) => prepare(queue.createJob([i, padding]))));
    if (failed.size > 0) throw new Error(`${failed.size} jobs were not taken`);
  };
  return {
    single: (i) => queue.createJob([i, padding]).save(),
    bulk: (group) => many(group, (job) => job),
    later: (group, dueMs) => many(group, (job) => job.delayUntil(Math.round(dueMs))),
    storm: (group, ms) => many(group, (job) => job.retries(1).backoff('fixed', ms)),
    latency: (us) => queue.createJob([us, padding]).save(),
    close: () => queue.close(),
    async work(mode, concurrency, note) {
      const run = {
        latency: async (job) => note(job.data[0]),
        storm: async (job) => { if (job.options.retries === 1) throw new Error('fails the first time'); },
      }[mode] ?? (async () => {});
      queue.process(concurrency, run);
      await new Promise((resolve, reject) => queue.client.set('bench:ready', 1, (error) => (error ? reject(error) : resolve())));
    },
  };
}

await main(make);
