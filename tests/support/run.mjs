// Runs one suite, or all of them, and ends with "N passed, N failed".  Counts single cmocka, node and minitest tests; a program
// that dies before it can report counts as one failure.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFilesOf, programsOf, runAll } from './pool.mjs';
import { startServers, temporaryFolder } from './servers.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.DROPSHIP_BUILD_DIR ?? path.join(root, 'build/dev');
const env = {
  ...process.env,
  DROPSHIP_BIN: path.join(build, 'bin'),
  ASAN_OPTIONS: `detect_leaks=1:abort_on_error=0:${process.env.ASAN_OPTIONS ?? ''}`,
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  LSAN_OPTIONS: `suppressions=${path.join(root, 'tests/support/lsan.supp')}:print_suppressions=0`,
};
const envs = (count) => Array.from({ length: count }, () => env);
const nodeTests = (folder) => nodeFilesOf(path.join(root, 'tests', folder));

// Each place of the pool has servers of its own: the tests flush them.
async function withServers(count, work) {
  const folder = temporaryFolder('integration');
  const servers = [];
  try {
    for (let i = 0; i < count; i++) {
      const own = path.join(folder, String(i));
      fs.mkdirSync(own);
      servers.push(await startServers(own));
    }
    return await work(servers.map(({ redis, postgres }) => ({
      ...env, DROPSHIP_TEST_REDIS_URL: redis.url, DROPSHIP_TEST_DATABASE_URL: postgres.url(),
    })));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const suites = {
  unit: () => runAll([...programsOf(build, 'unit'), ...['unit', 'lint', 'sandbox/test', 'support', 'bench'].flatMap(nodeTests)], envs(2)),
  integration: () => withServers(3, (own) => runAll(programsOf(build, 'integration'), own)),
  contract: () => runAll(nodeTests('contract'), envs(1)),
  e2e: () => runAll(nodeTests('e2e'), envs(2)),
  browser: () => runAll(nodeTests('browser'), envs(1)),
  'chaos-short': () => runAll([...nodeTests('fuzz'), ...nodeTests('chaos')], envs(2)),
};

const wanted = process.argv[2] === 'all' ? Object.keys(suites) : [process.argv[2]];
const total = { passed: 0, failed: 0 };
for (const name of wanted) {
  const started = Date.now();
  const { passed, failed, times } = await suites[name]();
  const slowest = times.sort((a, b) => b[1] - a[1]).slice(0, 3).map(([program, seconds]) => `${program} ${Math.round(seconds)} s`);
  console.log(`${name}: ${passed} ok, ${failed} not ok, ${Math.round((Date.now() - started) / 1000)} s (${slowest.join(', ')})`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
