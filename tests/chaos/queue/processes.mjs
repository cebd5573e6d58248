// The programs of a queue storm, with every life of theirs and why it ended.  What ends is started again, until the storm is over.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/servers.mjs';

export const now = () => Number(process.hrtime.bigint() / 1000000n); // CLOCK_MONOTONIC in ms, as in the C ledgers

export class Slot {
  // options: env, args (list or function), log, restart (default true)
  constructor(name, command, options) {
    Object.assign(this, { name, command, lives: [], restart: true, restartMs: 300, ...options });
  }

  get pid() {
    return this.life?.pid;
  }

  get alive() {
    return Boolean(this.life) && this.life.end === 0;
  }

  start() {
    const out = fs.openSync(this.log, 'a');
    const args = typeof this.args === 'function' ? this.args(this.lives.length) : this.args;
    const child = spawn(this.command, args, { env: this.env, stdio: ['ignore', out, out], cwd: '/' });
    fs.closeSync(out);
    const life = { slot: this.name, pid: child.pid, child, start: now(), end: 0, why: null, abrupt: false };
    life.gone = new Promise((resolve) => child.on('exit', (code, signal) => {
      Object.assign(life, { code, signal, end: now() });
      life.abrupt ||= signal !== null || code !== 0;
      if (this.restart) setTimeout(() => this.restart && !this.alive && this.start(), this.restartMs);
      resolve(life);
    }));
    this.lives.push(life);
    this.life = life;
  }

  // Sends a signal and notes why; with SIGKILL and SIGTERM the end is awaited.  Gives the life that was meant.
  async signal(signal, why, withinMs = 30000) {
    await until(`${this.name} lives`, () => this.alive, 20000);
    // A program that has not yet blocked TERM dies of it like any other: that is no drain.
    if (signal === 'SIGTERM') await until(`${this.name} takes signals`, () => !this.alive || this.#blocksTerm(), 20000, 20);
    const { life } = this;
    life.why ??= why;
    if (signal === 'SIGKILL') life.abrupt = true;
    life.child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await within(life.gone, withinMs, `${this.name} did not end within ${withinMs} ms of ${signal}`);
    return life;
  }

  // Line of /proc/PID/status as a number (VmRSS in kB), null when it is gone.
  status(field) {
    try {
      return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(fs.readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]);
    } catch {
      return null;
    }
  }

  descriptors() {
    return fs.readdirSync(`/proc/${this.pid}/fd`).length;
  }

  // Signals are blocked before the first thread is made; while main waits for them its own mask does not show it.
  #blocksTerm() {
    return this.takesTerm || this.status('Threads') > 1;
  }

  stateLetter() {
    return /^State:\s+(\S)/m.exec(fs.readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1];
  }

  async end() {
    this.restart = false;
    if (this.alive) {
      this.life.child.kill('SIGCONT');
      this.life.child.kill('SIGKILL');
      await this.life.gone;
    }
  }
}

export async function within(promise, ms, what) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(what)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Reports of the sanitizers in the logs of a folder.
export function sanitizerReports(folder) {
  return fs.readdirSync(folder).filter((name) => name.endsWith('.log')).flatMap((name) => {
    const text = fs.readFileSync(path.join(folder, name), 'latin1');
    return [...text.matchAll(/^.*(?:ERROR: (?:Address|Undefined|Leak)\w*Sanitizer|WARNING: ThreadSanitizer|: runtime error: )[^]{0,1500}/gm)]
      .map(([found]) => ({ name, text: found }));
  });
}
