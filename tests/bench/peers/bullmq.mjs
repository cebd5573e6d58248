// BullMQ, keeping nothing of finished jobs.
import { Queue, Worker } from 'bullmq';
import { main, padding } from './load.mjs';

const connection = { host: '127.0.0.1', port: Number(process.env.BENCH_REDIS_PORT), maxRetriesPerRequest: null };
const defaultJobOptions = { removeOnComplete: true, removeOnFail: false };

async function make() {
  const queue = new Queue('bench', { connection, defaultJobOptions });
  await queue.waitUntilReady();
  const many = (group, opts) => queue.addBulk(group.map((i) => ({ name: 'noop', data: [i, padding], opts: opts() })));
  return {
    single: (i) => queue.add('noop', [i, padding]),
    bulk: (group) => many(group, () => ({})),
    later: (group, dueMs) => many(group, () => ({ delay: Math.max(1, Math.round(dueMs - Date.now())) })),
    storm: (group, ms) => many(group, () => ({ attempts: 2, backoff: { type: 'fixed', delay: ms } })),
    latency: (us) => queue.add('latency', [us, padding]),
    close: () => queue.close(),
    async work(mode, concurrency, note) {
      const run = {
        latency: async (job) => note(job.data[0]),
        storm: async (job) => { if (job.attemptsMade === 0) throw new Error('fails the first time'); },
      }[mode] ?? (async () => {});
      const worker = new Worker('bench', run, { connection, concurrency });
      worker.on('error', (error) => console.error(error.message));
      await worker.waitUntilReady();
      await (await queue.client).set('bench:ready', 1);
    },
  };
}

await main(make);
