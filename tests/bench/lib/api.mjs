// A dropship-api to measure, and the orders it reads.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, until } from '../../support/servers.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

// Runs lib/FILE with psql and these variables, against the database of the stage.
export function script(stage, file, variables) {
  const words = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  return new Promise((resolve, reject) => {
    const psql = spawn('psql', ['-Xq', ...words, '-d', stage.postgres.url(), '-f', path.join(here, file)], { stdio: ['ignore', 'ignore', 'inherit'] });
    psql.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${file}: exit ${code}`))));
  });
}

// Half of the orders by each of two sessions.
export async function seedOrders(stage, orders) {
  const half = Math.floor(orders / 2);
  console.error(`  seeding ${orders} orders`);
  await Promise.all([script(stage, 'seed_orders.sql', { first: 0, orders: half }), script(stage, 'seed_orders.sql', { first: half, orders: orders - half })]);
  stage.postgres.query('vacuum analyze');
}

// { url, headers, launch() -> Program }; on another database of the stage's server when one is named.
export async function startApi(stage, redis, database = 'dropship') {
  const more = { DROPSHIP_DATABASE_URL: stage.postgres.url(database) };
  const cli = (...args) => execFileSync(path.join(stage.bin, 'dropship'), args, { env: stage.env(redis, more), encoding: 'utf8' });
  cli('settings', 'api.rate_per_minute', '1000000000');
  const { key } = JSON.parse(cli('key', 'create', `bench-${database}`, '--scope', 'read', '--json'));
  const headers = { authorization: `Bearer ${key}` };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const launch = async () => {
    const program = stage.launch(redis, 'dropship-api', [], { ...more, DROPSHIP_LISTEN: `127.0.0.1:${port}` });
    // Until it has read the settings, the ordinary limit of requests holds.
    await until('dropship-api knows its settings', async () => {
      const said = (await fetch(`${url}/api/v1/flows`, { headers })).headers;
      return ['ratelimit-policy', 'ratelimit', 'ratelimit-limit'].some((name) => said.get(name)?.includes('1000000000'));
    }, 20000);
    return program;
  };
  return { url, launch, headers };
}
