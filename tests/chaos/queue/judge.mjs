// Compares the ledgers with what is left in Redis, Jepsen style, and explains what happened twice.  Pure: given the same
// ledger and log of faults it says the same.

export const LEASE_MS = 10000;
const SETTLE_MS = 5000; // a finished job is settled within, while Redis is there
const EARLY_MS = 20;
const TARGET_MS = 15000;
const LAG_MS = 10000; // min-replicas-max-lag of the failover storm
const failovers = ['primary kill -9', 'primary stopped', 'failover asked for'];

const overlaps = (a, b, from, to) => a <= to && b >= from;

// What a server fault may do to workers that live: their leases run out, or what they wrote is forgotten.
const mayLoseLease = {
  'redis kill -9, everysec': () => true,
  'redis kill -9, always': () => true,
  'primary kill -9': () => true,
  'primary stopped': () => true,
  'failover asked for': () => true,
  'redis MISCONF': () => true,
  'redis DEBUG SLEEP': (fault) => fault.to - fault.from > LEASE_MS / 2,
  'redis CLIENT PAUSE': (fault) => fault.to - fault.from > LEASE_MS / 2,
  'proxy delay': (fault, attempt) => fault.pids.includes(attempt.pid),
};

// Which logged fault lets `later` run although `earlier` was begun; undefined = none does.
function explain(job, earlier, later, { deaths, faults }) {
  if (job.repeats > 0) return 'enqueue repeated after an unknown answer';
  const death = deaths.get(earlier.pid);
  const lastMoment = earlier.end === 0 ? Infinity : earlier.end + SETTLE_MS;
  if (death && death.at >= earlier.start && death.at <= lastMoment && death.why) return death.why;
  for (const fault of faults) {
    const settled = earlier.end === 0 ? later.start : Math.min(later.start, earlier.end + SETTLE_MS);
    if (fault.kind === 'worker stopped beyond its lease' && fault.pids.includes(earlier.pid) &&
      overlaps(fault.from, fault.to, earlier.start, settled)) return fault.kind;
    // It had claimed the job before it was stopped, and began with it when it went on.
    if (fault.kind === 'worker stopped beyond its lease' && fault.pids.includes(later.pid) &&
      overlaps(fault.from, fault.to + SETTLE_MS, later.start, later.start)) return fault.kind;
    if (fault.kind === 'worker TERM' && fault.pids.includes(earlier.pid) && overlaps(fault.from, fault.to, earlier.start, settled)) return fault.kind;
    if (fault.kind === 'job closes all descriptors' && fault.pids.includes(earlier.pid) && fault.from <= later.start) return fault.kind;
    if (mayLoseLease[fault.kind]?.(fault, earlier) &&
      overlaps(fault.from - SETTLE_MS, fault.to + 2 * LEASE_MS, earlier.start, later.start)) return fault.kind;
  }
  return undefined;
}

function duplicatesOf(jobs, log) {
  const found = { count: 0, explained: {}, unexplained: [] };
  for (const job of jobs) {
    const runs = job.attempts.filter((a) => a.how === 'F').sort((a, b) => a.start - b.start);
    for (let i = 1; i < runs.length; i += 1) {
      found.count += 1;
      const earlier = job.attempts.filter((a) => a !== runs[i] && a.start <= runs[i].start);
      const why = earlier.map((a) => explain(job, a, runs[i], log)).find((w) => w);
      if (why) found.explained[why] = (found.explained[why] ?? 0) + 1;
      else found.unexplained.push({ jid: job.jid, type: job.type, attempts: job.attempts });
    }
  }
  return found;
}

export function quantiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q) => (sorted.length === 0 ? null : Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)]));
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

// How long after its process died a job that ran there ran again; apart: those during whose waiting Redis or both
// schedulers were disturbed, too.
function recoveriesOf(jobs, { deaths, faults }) {
  const clean = [], disturbed = [];
  const troubles = faults.filter((fault) => fault.track === 'server' || fault.kind === 'both schedulers kill -9');
  for (const job of jobs) {
    if (job.attempts.length < 2) continue;
    const runs = [...job.attempts].sort((a, b) => a.start - b.start);
    runs.forEach((run, i) => {
      const death = deaths.get(run.pid);
      if (run.end !== 0 || !death || !death.abrupt || i + 1 === runs.length || runs[i + 1].start < death.at) return;
      const took = runs[i + 1].start - death.at;
      const disturbedBy = troubles.some((f) => overlaps(f.from, f.to + LEASE_MS, death.at, runs[i + 1].start));
      (disturbedBy ? disturbed : clean).push(took);
    });
  }
  return { clean: quantiles(clean), disturbed: quantiles(disturbed) };
}

// visible: Map jid -> place, dead: Map jid -> error class, as read from Redis at the end.
// log: { deaths: Map pid -> { at, why, abrupt }, faults: [{ kind, track, from, to, pids }], wallOffset }.
export function judge(ledger, visible, dead, log) {
  const jobs = [...ledger.jobs.values()];
  const finished = (job) => job.attempts.some((a) => a.how === 'F');
  const ids = (list) => list.map((job) => job.jid);
  const intended = jobs.filter((job) => job.intended);
  const isPill = (job) => job.type === 'chaos.pill';
  const early = jobs.filter((job) => job.runAt > 0 && job.attempts.some((a) => a.start + log.wallOffset < job.runAt - EARLY_MS));
  const gone = jobs.filter((job) => job.said === 'A' && !finished(job) && !dead.has(job.jid) && !visible.has(job.jid));
  const byFailover = (job) => log.faults.some((f) => failovers.includes(f.kind) && job.attempts.concat({ start: job.saidAt })
    .some((a) => overlaps(f.from - LAG_MS, f.until ?? f.to, a.start, a.start)));
  const report = {
    attempted: intended.length,
    acked: jobs.filter((job) => job.said === 'A').length,
    unknown: jobs.filter((job) => job.intended && (job.said === 'U' || job.said === '')).length,
    refused: jobs.filter((job) => job.said === 'N').length,
    finished: jobs.filter(finished).length,
    dead: dead.size,
    lost: ids(gone.filter((job) => !byFailover(job))),
    forgotten: ids(gone.filter(byFailover)), // by asynchronous replication
    stuck: [...visible].map(([jid, place]) => `${jid} in ${place}`),
    unexpected: [...ids(jobs.filter((job) => finished(job) && !job.intended)), ...[...dead.keys(), ...visible.keys()].filter((jid) => !ledger.jobs.get(jid)?.intended)],
    refusedButRan: ids(jobs.filter((job) => job.said === 'N' && (job.attempts.length > 0 || visible.has(job.jid) || dead.has(job.jid)))),
    early: ids(early),
    recovered: jobs.filter((job) => job.intended && (job.said === 'U' || job.said === '') && finished(job)).length,
    duplicated: duplicatesOf(jobs, log),
    recovery: recoveriesOf(jobs, log),
    deadWrongly: [...dead].filter(([jid, why]) => why !== 'WorkerLost' && ledger.jobs.get(jid)).map(([jid, why]) => `${jid} ${why}`),
    innocentsCondemned: [...dead].filter(([jid, why]) => why === 'WorkerLost' && ledger.jobs.get(jid) && !isPill(ledger.jobs.get(jid))).length,
    pillsAlive: ids(jobs.filter((job) => isPill(job) && job.said === 'A' && dead.get(job.jid) !== 'WorkerLost')),
    pillNeighboursCondemned: [...dead.keys()].filter((jid) => ledger.jobs.get(jid)?.queue === 'pills' && !isPill(ledger.jobs.get(jid))),
    condemnedInnocently: innocentDeaths(dead, ledger, log),
  };
  return report;
}

// Jobs given up as killers of their workers: each of the three losses must be a real one.
function innocentDeaths(dead, ledger, log) {
  const trouble = log.faults.some((fault) => mayLoseLease[fault.kind]);
  const wrong = [];
  for (const [jid, why] of dead) {
    const job = ledger.jobs.get(jid);
    if (why !== 'WorkerLost' || !job || trouble) continue;
    const lost = job.attempts.filter((a) => a.end === 0 && log.deaths.has(a.pid)).length;
    if (job.attempts.length > 3 + job.repeats * 3 || (lost === 0 && job.attempts.length > 0)) wrong.push(jid);
  }
  return wrong;
}

// What is wrong in a report, as lines; empty = passed.  mayForget: Redis fails over, and acknowledged jobs within the
// replication lag may be forgotten; they are counted apart.
export function wrongIn(report, mayForget = false) {
  const wrong = [];
  const few = (list) => JSON.stringify(list.slice(0, 5));
  for (const name of ['lost', 'stuck', 'unexpected', 'refusedButRan', 'early', 'deadWrongly', 'pillsAlive', 'pillNeighboursCondemned', 'condemnedInnocently',
    ...(mayForget ? [] : ['forgotten'])]) {
    if (report[name].length > 0) wrong.push(`${name} ${report[name].length}: ${few(report[name])}`);
  }
  if (report.duplicated.unexplained.length > 0) {
    wrong.push(`${report.duplicated.unexplained.length} duplicates that no fault explains: ${few(report.duplicated.unexplained)}`);
  }
  const { clean } = report.recovery;
  if (clean.count > 0 && clean.p99 >= TARGET_MS) wrong.push(`recovery of killed workers' jobs: p99 ${clean.p99} ms`);
  if (!mayForget && clean.count === 0) wrong.push('the recovery of a killed worker\'s jobs was never measured');
  if (report.finished === 0) wrong.push('nothing was finished');
  return wrong;
}
