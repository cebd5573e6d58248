// Keeps the state in a file: written whole and atomically, at most once a second (less often when it is large), and at exit.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const LEAST_GAP_MS = 1000;
const SHARE = 20;

export function loadState(file) {
  return file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

export class StateFile {
  constructor(file, save) {
    this.file = file;
    this.save = save;
    this.last = null;
    this.gapMs = LEAST_GAP_MS;
  }

  start() {
    if (this.file) {
      this.#later();
    }
  }

  #later() {
    this.timer = setTimeout(() => {
      this.write();
      this.#later();
    }, this.gapMs);
    this.timer.unref();
  }

  stop() {
    clearTimeout(this.timer);
    this.write();
  }

  write() {
    if (!this.file) {
      return;
    }
    const began = Date.now();
    const text = JSON.stringify(this.save());
    if (text !== this.last) {
      writeFileSync(`${this.file}.new`, text, { mode: 0o600 });
      renameSync(`${this.file}.new`, this.file);
      this.last = text;
    }
    this.gapMs = Math.max(LEAST_GAP_MS, (Date.now() - began) * SHARE);
  }
}
