// The program `dropship` as a person or a script runs it, with a database and a Redis.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';

const wanted = ['DROPSHIP_CLI', 'DROPSHIP_TEST_DATABASE_URL', 'DROPSHIP_TEST_REDIS_URL'];
for (const name of wanted) if (!process.env[name]) throw new Error(`${name} is not set`);
export const [cli, server, redis] = wanted.map((name) => process.env[name]);

export const psql = (url, text) => execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', text], { encoding: 'utf8' }).trim();
export const keys = (...words) => execFileSync('redis-cli', ['-u', redis, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

// database: its URL.  What comes back works on that one.
export function commands(database) {
  const env = { ...process.env, USER: 'anna', SUDO_USER: '', DROPSHIP_DATABASE_URL: database, DROPSHIP_REDIS_URL: redis };
  delete env.DROPSHIP_ENV_FILE;
  // more: further environment; input: what it reads.
  function run(args, more = {}, input = undefined) {
    const { status, stdout, stderr } = spawnSync(cli, args, { encoding: 'utf8', env: { ...env, ...more }, input, timeout: 60000 });
    return { status, stdout, stderr };
  }
  function human(...args) {
    const r = run(args);
    assert.equal(r.status, 0, `${args.join(' ')}: ${r.stderr}${r.stdout}`);
    return r.stdout;
  }
  const json = (...args) => JSON.parse(human(...args, '--json'));
  function refused(status, pattern, ...args) {
    const r = run(args);
    assert.equal(r.status, status, `${args.join(' ')}: ${r.stdout}${r.stderr}`);
    assert.match(r.stderr, pattern);
    const told = run([...args, '--json']);
    assert.equal(told.status, status);
    assert.equal(typeof JSON.parse(told.stdout).error.text, 'string');
  }
  return { env, run, human, json, refused, sql: (text) => psql(database, text) };
}
