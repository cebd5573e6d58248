// Tests as separate processes, several at a time: most of them wait more than they compute.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const KEEP = 1 << 26; // of one program's output

/** The programs ctest knows by a label: [{name, command, cwd, env, timeoutMs, cost}]. */
export function programsOf(build, label) {
  const run = spawnSync('ctest', ['--test-dir', build, '--show-only=json-v1', '-L', `^${label}$`], { encoding: 'utf8', maxBuffer: KEEP });
  if (run.status !== 0) throw new Error(`ctest cannot list its tests: ${run.stderr || run.error}`);
  return JSON.parse(run.stdout).tests.map(({ name, command, properties }) => {
    const value = (key, otherwise) => properties.find((p) => p.name === key)?.value ?? otherwise;
    if (!command) throw new Error(`${name} is not built`);
    return {
      name,
      command,
      cwd: value('WORKING_DIRECTORY', build),
      env: Object.fromEntries(value('ENVIRONMENT', []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
      timeoutMs: 1000 * value('TIMEOUT', 300),
      cost: value('COST', 0),
    };
  });
}

/** The files of node's test runner below a folder, as programs. */
export function nodeFilesOf(folder, env = {}) {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }).map(String) : [];
  return names.filter((name) => name.endsWith('.test.mjs') && !name.includes('node_modules')).sort().map((name) => ({
    name: `${path.basename(folder)}/${name}`,
    command: [process.execPath, '--test', '--test-reporter=tap', path.join(folder, name)],
    cwd: folder,
    env,
    timeoutMs: 0, // each test has its own
    cost: 0,
  }));
}

function runOne(program, env) {
  return new Promise((resolve) => {
    const started = Date.now();
    const [file, ...args] = program.command;
    const child = spawn(file, args, { cwd: program.cwd, env: { ...env, ...program.env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let out = '';
    let ended = '';
    const take = (chunk) => { out = (out + chunk).slice(-KEEP); };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const timer = program.timeoutMs > 0 && setTimeout(() => {
      ended = `not ended after ${program.timeoutMs / 1000} s`;
      try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has just ended */ }
    }, program.timeoutMs);
    child.on('error', (error) => { ended = error.message; });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ program, out, ok: status === 0 && !ended, ended: ended || signal || `exit ${status}`, seconds: (Date.now() - started) / 1000 });
    });
  });
}

/** Counts of single tests in the output of cmocka, node or minitest; what dies without a count, or passes nothing, is a failure. */
export function countsOf({ out, ok }) {
  const sum = (pattern) => [...out.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const passed = sum(/^\[  PASSED  \] (\d+) test/gm) + sum(/^# pass (\d+)$/gm);
  let failed = sum(/^\[  FAILED  \] (\d+) test/gm) + sum(/^# fail (\d+)$/gm) + sum(/^# cancelled (\d+)$/gm);
  const ruby = out.match(/^(\d+) runs, \d+ assertions, (\d+) failures, (\d+) errors/m);
  const bad = ruby ? Number(ruby[2]) + Number(ruby[3]) : 0;
  failed += bad;
  const good = passed + (ruby ? Number(ruby[1]) - bad : 0);
  return { passed: good, failed: failed === 0 && (!ok || good === 0) ? 1 : failed };
}

/** Runs the programs, one per environment of `envs` at a time, dear ones first; tells of each failure; {passed, failed, times}. */
export async function runAll(programs, envs) {
  const waiting = [...programs].sort((a, b) => b.cost - a.cost);
  const total = { passed: 0, failed: programs.length === 0 ? 1 : 0, times: [] };
  await Promise.all(envs.map(async (env) => {
    for (let program = waiting.shift(); program; program = waiting.shift()) {
      const result = await runOne(program, env);
      const counts = countsOf(result);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.times.push([program.name, result.seconds]);
      if (counts.failed > 0) {
        console.log(`---- ${program.name}: ${counts.passed} ok, ${counts.failed} not ok, ${result.ended}; the end of what it said:\n${result.out.slice(-20000)}\n---- end of ${program.name}`);
      }
    }
  }));
  return total;
}
