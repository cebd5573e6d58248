// Reads the ledgers of a queue storm as they grow.  Producers write I (intent), A (acknowledged), U (unknown), N (refused) and
// R (tried again); handlers S (started), F (finished) and E (ended without finishing).  A line counts only when it is whole.
import fs from 'node:fs';

const producerLine = /^I (\S+) (\S+) (\S+) (\d+) \.$/;
const answerLine = /^([AUNR]) (\S+) (\d+) \.$/;
const handlerLine = /^([SFE]) (\S+) ([0-9a-f]+) (\d+) (\d+) (\S+) \.$/;

// New whole lines of a growing file.
class Tail {
  constructor(file) {
    Object.assign(this, { file, at: 0, rest: '' });
  }

  *lines() {
    let fd;
    try {
      fd = fs.openSync(this.file, 'r');
    } catch {
      return;
    }
    try {
      const chunk = Buffer.alloc(1 << 20);
      for (let got = fs.readSync(fd, chunk, 0, chunk.length, this.at); got > 0; got = fs.readSync(fd, chunk, 0, chunk.length, this.at)) {
        this.at += got;
        const lines = (this.rest + chunk.toString('latin1', 0, got)).split('\n');
        this.rest = lines.pop();
        yield* lines;
      }
    } finally {
      fs.closeSync(fd);
    }
  }
}

export class Ledger {
  constructor() {
    this.jobs = new Map(); // jid -> { type, queue, runAt, said: set of letters, repeats, attempts: [...] }
    this.byToken = new Map(); // open attempts
    this.open = new Map(); // pid -> set of open attempts
    this.counts = { intents: 0, acked: 0, unknown: 0, refused: 0, repeats: 0, starts: 0, finishes: 0, ends: 0, garbage: 0 };
    this.tails = [];
    this.watchers = new Set();
  }

  add(file) {
    this.tails.push(new Tail(file));
  }

  job(jid) {
    let job = this.jobs.get(jid);
    if (job === undefined) {
      job = { jid, type: '', queue: '', runAt: 0, said: '', saidAt: 0, repeats: 0, intended: false, attempts: [] };
      this.jobs.set(jid, job);
    }
    return job;
  }

  read() {
    for (const tail of this.tails) {
      for (const line of tail.lines()) {
        if (line !== '') this.take(line);
      }
    }
    return this;
  }

  take(line) {
    let match;
    if ((match = handlerLine.exec(line))) this.#handled(match);
    else if ((match = answerLine.exec(line))) this.#answered(match[1], this.job(match[2]), Number(match[3]));
    else if ((match = producerLine.exec(line))) {
      Object.assign(this.job(match[1]), { type: match[2], queue: match[3], runAt: Number(match[4]), intended: true });
      this.counts.intents += 1;
    } else this.counts.garbage += 1;
  }

  #answered(letter, job, at) {
    if (letter === 'R') {
      job.repeats += 1;
      this.counts.repeats += 1;
      return;
    }
    // An acknowledgement after an unknown answer is what counts.
    if (letter === 'A' && job.said !== 'A') this.counts.acked += 1;
    if (letter === 'U' && job.said === '') this.counts.unknown += 1;
    if (letter === 'N') this.counts.refused += 1;
    if (job.said !== 'A') Object.assign(job, { said: letter, saidAt: at });
  }

  #handled([, letter, jid, token, pid, at, type]) {
    const job = this.job(jid);
    if (letter === 'S') {
      const attempt = { jid, token, pid: Number(pid), start: Number(at), end: 0, how: '', type };
      job.attempts.push(attempt);
      this.byToken.set(token, attempt);
      if (!this.open.has(attempt.pid)) this.open.set(attempt.pid, new Set());
      this.open.get(attempt.pid).add(attempt);
      this.counts.starts += 1;
    } else {
      const attempt = this.byToken.get(token);
      if (attempt !== undefined) {
        Object.assign(attempt, { end: Number(at), how: letter });
        this.byToken.delete(token);
        this.open.get(attempt.pid)?.delete(attempt);
      }
      this.counts[letter === 'F' ? 'finishes' : 'ends'] += 1;
    }
  }

  // Attempts that began in a process and have no end.
  openIn(pid) {
    return [...(this.open.get(pid) ?? [])];
  }
}

// A producer's ledger written from here, synced like the C one's.
export class LedgerWriter {
  constructor(file) {
    this.fd = fs.openSync(file, 'a');
  }

  line(text) {
    fs.writeSync(this.fd, `\n${text} .\n`);
    fs.fdatasyncSync(this.fd);
  }

  close() {
    fs.closeSync(this.fd);
  }
}
