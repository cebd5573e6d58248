// Load over HTTP, and the statements behind it.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { postgresBin } from '../../support/servers.mjs';

const run = promisify(execFile);
const milliseconds = { us: 0.001, ms: 1, s: 1000, m: 60000 };

// { rate, p99 } of `connections` that ask for `url` for so many seconds; throws when an answer was not 2xx.
export async function load(url, { connections = 32, seconds = 5, headers = {} } = {}) {
  const words = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const { stdout } = await run('wrk', ['-t', String(Math.min(2, connections)), '-c', String(connections), '-d', `${seconds}s`, '--timeout', '20s', '--latency', ...words, url]);
  return readWrk(stdout);
}

export function readWrk(text) {
  const faults = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(text);
  if (faults) throw new Error(`wrk: ${faults[0]}`);
  const [, value, unit] = /^\s+99%\s+([\d.]+)(us|ms|s|m)\s*$/m.exec(text) ?? [];
  if (value === undefined) throw new Error(`wrk told no p99: ${text.slice(-300)}`);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), p99: Number(value) * milliseconds[unit] };
}

// The text of the statement whose head comment says `about`, as the running dropship-api sent it.
export function statementOf(postgres, about) {
  const said = postgres.query(`select replace(encode(convert_to(query, 'utf8'), 'base64'), E'\\n', '') from pg_stat_activity
    where application_name = 'dropship-api' and query ilike '%${about}%' limit 1`);
  const text = Buffer.from(said, 'base64').toString('utf8');
  if (text.length < 100) throw new Error(`no session of dropship-api says "${about}"`);
  return text;
}

// A script for pgbench in which each client prepares the statement once, under its own name, and then executes it.
export function pgbenchScript(text, params) {
  const body = text.split('\n').filter((line) => !line.trimStart().startsWith('--')).join(' ').replace(/\s+/g, ' ').trim();
  const words = params.map((p) => (p === null ? 'null' : `'${p}'`)).join(', ');
  return `\\if :ready = 0\nprepare measured as ${body};\n\\set ready 1\n\\endif\nexecute measured(${words});\n`;
}

// Transactions per second of as many clients.
export async function pgbench(folder, url, script, { clients = 32, seconds = 5 } = {}) {
  const file = path.join(folder, 'script.pgbench');
  fs.writeFileSync(file, script);
  const { stdout } = await run(path.join(postgresBin(), 'pgbench'), ['-n', '-D', 'ready=0', '-f', file, '-c', String(clients), '-j', '2', '-T', String(seconds), url]);
  if (!/number of failed transactions: 0/.test(stdout)) throw new Error(`pgbench: ${stdout.slice(-300)}`);
  return Number(/^tps = ([\d.]+)/m.exec(stdout)[1]);
}

export function has(command) {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// nginx that gives one file of these bytes, kept by the stage.
export function nginx(stage, redis, port, bytes) {
  const folder = path.join(stage.folder, 'nginx');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'answer.json'), bytes);
  fs.chmodSync(folder, 0o755);
  fs.writeFileSync(path.join(folder, 'nginx.conf'), `worker_processes auto; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http { access_log off; default_type application/json; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=10;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; root ${folder}; } }\n`);
  return stage.launch(redis, 'nginx', ['-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'error.log')]);
}
