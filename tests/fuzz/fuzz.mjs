// Builds the libFuzzer targets with clang and runs them, two at a time.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const build = process.env.DROPSHIP_FUZZ_BUILD ?? path.join(root, 'build/fuzz');
const sanitizers = 'address,undefined';
const flags = `-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,${sanitizers} -fno-sanitize-recover=undefined`;

export const targets = fs.readdirSync(here).filter((f) => f.endsWith('_fuzz.c')).map((f) => f.replace(/_fuzz\.c$/, '')).sort();

function must(command, args, what) {
  const run = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) {
    throw new Error(`${what}\n${run.error?.message ?? ''}${run.stdout?.slice(-6000) ?? ''}${run.stderr?.slice(-6000) ?? ''}`);
  }
}

export function prepare(names = targets) {
  must('clang', ['--version'], 'fuzzing needs clang: install the packages clang and libclang-rt-dev');
  must('cmake', ['-S', root, '-B', build, '-G', 'Ninja', '-DCMAKE_C_COMPILER=clang', '-DCMAKE_BUILD_TYPE=Debug',
    `-DCMAKE_C_FLAGS=${flags}`, '-DDROPSHIP_TESTS=OFF', '-DDROPSHIP_FUZZ=ON'], 'cmake failed');
  must('cmake', ['--build', build, '-j2', '--target', ...names.map((n) => `${n}_fuzz`)], 'the build failed (libclang-rt-dev?)');
}

// Run one target, with the seed if there is one, else a random one; resolves to { target, ok, runs, seconds, crash, log }.
export function fuzz(target, seconds, seed = 0) {
  const work = path.join(build, 'work', target);
  const crashes = path.join(build, 'crashes');
  fs.mkdirSync(work, { recursive: true });
  fs.mkdirSync(crashes, { recursive: true });
  const prefix = path.join(crashes, `${target}-`);
  const args = [`-max_total_time=${seconds}`, `-seed=${seed}`, '-timeout=10', '-rss_limit_mb=1024', '-max_len=8192', '-print_final_stats=1',
    `-artifact_prefix=${prefix}`, work, path.join(here, 'corpus', target)];
  return new Promise((resolve) => {
    const started = Date.now();
    let log = '';
    const child = spawn(path.join(build, 'bin', `${target}_fuzz`), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (data) => { log = (log + data).slice(-40000); });
    child.on('error', (error) => resolve({ target, ok: false, runs: 0, seconds: 0, crash: null, log: error.message }));
    child.on('close', (status) => resolve({
      target,
      ok: status === 0,
      runs: Number(log.match(/number_of_executed_units: (\d+)/)?.[1] ?? 0),
      seconds: Math.round((Date.now() - started) / 1000),
      crash: log.match(/Test unit written to (\S+)/)?.[1] ?? null,
      log,
    }));
  });
}

// Several targets, two at a time.
export async function fuzzAll(names, seconds, report, seed = 0) {
  const waiting = [...names];
  const results = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await fuzz(name, seconds, seed);
      results.push(result);
      report(result);
    }
  };
  await Promise.all([lane(), lane()]);
  return results;
}

export function describe(result) {
  const line = `${result.target}: ${result.runs} inputs in ${result.seconds} s${result.ok ? '' : ', BROKEN'}`;
  if (result.ok) return line;
  const input = result.crash !== null && fs.existsSync(result.crash) ? fs.readFileSync(result.crash) : Buffer.alloc(0);
  return `${line}\n${result.log.slice(-6000)}\ninput ${result.crash}, ${input.length} bytes:\n${JSON.stringify(input.toString('latin1'))}`;
}
