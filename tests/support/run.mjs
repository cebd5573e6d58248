// Runs one suite, or all of them, and ends with "N passed, N failed".  Counts single cmocka and node tests; a program that
// dies before it can report counts as one failure.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServers, temporaryFolder } from './servers.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = path.join(root, 'build/dev');
const env = {
  ...process.env,
  DROPSHIP_BIN: path.join(build, 'bin'),
  ASAN_OPTIONS: `detect_leaks=1:abort_on_error=0:${process.env.ASAN_OPTIONS ?? ''}`,
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  LSAN_OPTIONS: `suppressions=${path.join(root, 'tests/support/lsan.supp')}:print_suppressions=0`,
};

function ctest(label) {
  const run = spawnSync('ctest', ['--test-dir', build, '-L', `^${label}$`, '-V', '--timeout', '300'],
    { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  const out = run.stdout + run.stderr;
  const sum = (pattern) => [...out.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const failedPrograms = [...out.matchAll(/^\s*\d+ - (\S+) \(([A-Z][A-Za-z_ :]*)\)\s*$/gm)];
  const none = /No tests were found/.test(out);
  // A program that ends well without having run a test (an exit(0) on its way, an empty list) proves nothing.
  const silent = [...out.matchAll(/^\s*\d+\/\d+ Test\s+#(\d+): (\S+) \.+\s+Passed/gm)]
    .filter(([, number]) => !new RegExp(`^${number}: .*(\\[  PASSED  \\] [1-9]|# pass [1-9]|[1-9]\\d* runs, )`, 'm').test(out)).map((match) => match[2]);
  let passed = sum(/\[  PASSED  \] (\d+) test/g) + sum(/^\d+: # pass (\d+)/gm) + sum(/^\d+: (\d+) runs, /gm);
  let failed = sum(/\[  FAILED  \] (\d+) test/g) + sum(/^\d+: # fail (\d+)/gm) + sum(/^\d+: # cancelled (\d+)/gm);
  if (none) failed += 1;
  if (failedPrograms.length > 0) {
    failed = Math.max(failed, failedPrograms.length);
    process.stdout.write(out.slice(-20000));
  } else if (run.status !== 0 && failed === 0) {
    failed = 1;
    process.stdout.write(out.slice(-20000));
  }
  for (const name of silent) console.log(`${name} ended without having passed a test`);
  return { passed, failed: failed + silent.length };
}

function nodeTests(folder, extra = {}) {
  const dir = path.join(root, 'tests', folder);
  const files = fs.existsSync(dir)
    ? fs.readdirSync(dir, { recursive: true }).map(String).filter((f) => f.endsWith('.test.mjs') && !f.includes('node_modules'))
    : [];
  if (files.length === 0) {
    console.log(`no test in tests/${folder}`);
    return { passed: 0, failed: 1 };
  }
  const run = spawnSync('node', ['--test', '--test-reporter=tap', ...files.map((f) => path.join(dir, f))],
    { encoding: 'utf8', env: { ...env, ...extra }, maxBuffer: 1 << 28 });
  const number = (name) => Number(run.stdout.match(new RegExp(`^# ${name} (\\d+)`, 'm'))?.[1] ?? NaN);
  const passed = number('pass');
  let failed = number('fail') + number('cancelled');
  if (!Number.isFinite(passed + failed)) {
    process.stdout.write(`${run.stdout.slice(-20000)}${run.stderr.slice(-5000)}\n${folder}: no summary (${run.signal ?? run.error ?? run.status})\n`);
    return { passed: 0, failed: 1 };
  }
  if (run.status !== 0 && failed === 0) failed = 1;
  if (failed > 0) process.stdout.write(run.stdout.slice(-20000) + run.stderr.slice(-5000));
  return { passed, failed };
}

const suites = {
  unit: () => [ctest('unit'), nodeTests('lint'), nodeTests('sandbox/test'), nodeTests('support'), nodeTests('bench')],
  integration: async () => {
    const folder = temporaryFolder('integration');
    const servers = await startServers(folder);
    env.DROPSHIP_TEST_REDIS_URL = servers.redis.url;
    env.DROPSHIP_TEST_DATABASE_URL = servers.postgres.url();
    try {
      return [ctest('integration')];
    } finally {
      await servers.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
  contract: () => [nodeTests('contract')],
  e2e: () => [nodeTests('e2e')],
  browser: () => [nodeTests('browser')],
  'chaos-short': () => [nodeTests('chaos'), nodeTests('fuzz')],
};

const wanted = process.argv[2] === 'all' ? Object.keys(suites) : [process.argv[2]];
const total = { passed: 0, failed: 0 };
for (const name of wanted) {
  const started = Date.now();
  const results = await suites[name]();
  const passed = results.reduce((sum, r) => sum + r.passed, 0);
  const failed = results.reduce((sum, r) => sum + r.failed, 0);
  console.log(`${name}: ${passed} ok, ${failed} not ok, ${Math.round((Date.now() - started) / 1000)} s`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
