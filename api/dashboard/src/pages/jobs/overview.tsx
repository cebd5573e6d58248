// Queues with their depth and speed, the workers, and how runs went in the last hour.

import { useMemo, useState } from 'react';
import {
  Button, Card, ChartCard, confirm, Count, Empty, formatBytes, formatClock, formatMs, formatSpan, Grid, Link, Loaded, Nothing, Notice, Pill, Rate,
  SimpleTable, Time, TimeChart, toast, useAction, useResource, useZone, type Column,
} from '../../ui';
import type { Job, Queue, Stats, Sums, Worker } from './shapes';

type Totals = { jobs: { processed: number; failed: number; waiting: number; running: number; scheduled: number; retry: number; dead: number; processes: number } | null };
type Row = Queue & { sums: Sums | undefined };

function Totals() {
  const status = useResource<Totals>('/api/v1/status', { every: 5000, topics: ['jobs'] });
  return (
    <Loaded of={status} what="Counts">
      {({ jobs }) => (jobs === null ? <Notice tone="warn">The queues cannot be read just now.</Notice> : (
        <dl className="facts job-totals">
          <div><dt>Done</dt><dd><Count of={jobs.processed} compact /></dd></div>
          <div><dt>Failed</dt><dd><Count of={jobs.failed} compact /></dd></div>
          <div><dt>Running</dt><dd><Link href="/jobs?tab=jobs&state=running"><Count of={jobs.running} compact /></Link></dd></div>
          <div><dt>Waiting</dt><dd><Link href="/jobs?tab=jobs"><Count of={jobs.waiting} compact /></Link></dd></div>
          <div><dt>Scheduled</dt><dd><Link href="/jobs?tab=jobs&state=scheduled"><Count of={jobs.scheduled} compact /></Link></dd></div>
          <div><dt>To be tried again</dt><dd><Link href="/jobs?tab=jobs&state=retry"><Count of={jobs.retry} compact /></Link></dd></div>
          <div><dt>Dead</dt><dd><Link href="/jobs?tab=jobs&state=dead"><Count of={jobs.dead} compact /></Link></dd></div>
        </dl>
      ))}
    </Loaded>
  );
}

function PauseButton({ queue }: { queue: Queue }) {
  const act = useAction(['/api/v1/queues', '/api/v1/flows', '/api/v1/activity']);
  const path = `/api/v1/queues/${encodeURIComponent(queue.name)}`;
  const turn = async () => {
    const verb = queue.paused ? 'resume' : 'pause';
    if ((await act.run({ method: 'POST', path: `${path}/${verb}` })) === null) return;
    toast(queue.paused ? `${queue.name} is served again.` : `${queue.name} is paused; running jobs finish.`, queue.paused ? {} : {
      undo: () => act.run({ method: 'POST', path: `${path}/resume` }).then(() => undefined),
    });
  };
  return (
    <>
      <Button look="link" icon={queue.paused ? 'play' : 'pause'} needs="operate" busy={act.busy} onClick={() => void turn()}>{queue.paused ? 'Resume' : 'Pause'}</Button>
      {act.error ? <p className="field-error" role="alert">{act.error.message}</p> : null}
    </>
  );
}

function Scale({ queue }: { queue: Queue }) {
  const act = useAction(['/api/v1/queues', '/api/v1/workers', '/api/v1/activity']);
  const [text, setText] = useState<string | null>(null);
  if (text === null) {
    return <Button look="link" needs="operate" onClick={() => setText(String(queue.threads ?? 0))} label={`Threads of ${queue.name}`}>{queue.threads === null ? '—' : String(queue.threads)}</Button>;
  }
  const threads = Number(text);
  const wrong = !/^\d+$/.test(text) || threads > 1024;
  const save = async () => {
    if (await act.run({ method: 'POST', path: `/api/v1/queues/${encodeURIComponent(queue.name)}/scale`, body: { threads } })) {
      setText(null);
      toast(threads === 0 ? `${queue.name}: as many threads as the workers were started with.` : `${queue.name}: ${threads} threads in each worker.`);
    }
  };
  return (
    <form className="row" onSubmit={(event) => { event.preventDefault(); if (!wrong) void save(); }}>
      <input className="threads" aria-label={`Threads of ${queue.name} in each worker; 0 is as started`} autoFocus inputMode="numeric" value={text} aria-invalid={wrong || undefined} onChange={(event) => setText(event.target.value.trim())} onKeyDown={(event) => { if (event.key === 'Escape') setText(null); }} />
      <Button type="submit" look="link" busy={act.busy} disabled={wrong}>Set</Button>
      {act.error ? <span className="field-error" role="alert">{act.error.message}</span> : null}
    </form>
  );
}

const queueColumns: Column<Row>[] = [
  { key: 'name', title: 'Queue', main: true, cell: (q) => <Link href={`/jobs?tab=jobs&queue=${encodeURIComponent(q.name)}`}>{q.name}</Link> },
  { key: 'waiting', title: 'Waiting', end: true, cell: (q) => <Count of={q.waiting} /> },
  { key: 'oldest', title: 'Next waits', end: true, cell: (q) => (q.oldest_ms === null ? <Nothing why="Nothing waits" /> : formatSpan(q.oldest_ms)) },
  { key: 'running', title: 'Running', end: true, cell: (q) => <Count of={q.running} /> },
  { key: 'rate', title: 'Done/min', end: true, cell: (q) => (q.sums ? (q.sums.done / 60).toFixed(1) : <Nothing why="Nothing ran in the last hour" />) },
  { key: 'fail', title: 'Failed', end: true, cell: (q) => <Rate ppm={q.sums?.fail_ppm ?? null} why="Nothing ran in the last hour" /> },
  { key: 'p95', title: 'p95', end: true, cell: (q) => (q.sums ? formatMs(q.sums.p95_ms) : <Nothing why="Nothing ran in the last hour" />) },
  { key: 'threads', title: 'Threads', end: true, cell: (q) => <Scale queue={q} /> },
  { key: 'state', title: 'State', cell: (q) => (q.paused ? <Pill tone="warn" icon="pause" word="paused" /> : q.processes === 0 ? <Pill tone={q.waiting > 0 ? 'bad' : 'off'} word="no worker" /> : <Pill tone="good" word="served" />) },
  { key: 'act', title: '', cell: (q) => <PauseButton queue={q} /> },
];

function Queues({ stats }: { stats: Stats | undefined }) {
  const queues = useResource<{ queues: Queue[] }>('/api/v1/queues', { every: 5000, topics: ['jobs'] });
  return (
    <Card title="Queues">
      <Loaded of={queues} what="Queues">
        {(data) => (data.queues.length === 0 ? <Empty title="There is no queue yet.">A queue appears with its first job.</Empty> : (
          <SimpleTable label="Queues" columns={queueColumns} rows={data.queues.map((q) => ({ ...q, sums: stats?.queues.find((s) => s.name === q.name) }))} id={(q) => q.name} />
        ))}
      </Loaded>
    </Card>
  );
}

function AskWorker({ of }: { of: Worker }) {
  const act = useAction(['/api/v1/workers', '/api/v1/activity']);
  const path = `/api/v1/workers/${encodeURIComponent(of.identity)}`;
  const quiet = async () => {
    if (!(await confirm({ title: `Quiet ${of.identity}?`, body: <p>It finishes what it runs and claims no more until it is started anew.</p>, verb: 'Quiet' }))) return;
    if (await act.run({ method: 'POST', path: `${path}/quiet` })) toast('It was asked to claim no more.');
  };
  const stop = async () => {
    if (!(await confirm({ title: `Stop ${of.identity}?`, body: <p>It gets {of.busy} running jobs to an end or hands them back, then ends. Whatever started it may start it anew.</p>, verb: 'Stop it', danger: true }))) return;
    if (await act.run({ method: 'POST', path: `${path}/stop` })) toast('It was asked to end.');
  };
  return (
    <span className="row">
      {of.quiet ? null : <Button look="link" needs="operate" busy={act.busy} onClick={() => void quiet()}>Quiet…</Button>}
      <Button look="link" needs="operate" busy={act.busy} onClick={() => void stop()}>Stop…</Button>
      {act.error ? <span className="field-error" role="alert">{act.error.message}</span> : null}
    </span>
  );
}

const workerColumns: Column<Worker>[] = [
  { key: 'identity', title: 'Worker', main: true, cell: (w) => <code>{w.identity}</code> },
  { key: 'state', title: 'State', cell: (w) => (!w.alive ? <Pill tone="bad" word="gone" /> : w.quiet ? <Pill tone="warn" word="quiet" /> : <Pill tone="good" word="alive" />) },
  { key: 'busy', title: 'Busy', end: true, cell: (w) => `${w.busy} of ${w.concurrency}` },
  { key: 'queues', title: 'Queues', cell: (w) => (w.info?.queues ? w.info.queues.join(', ') : <Nothing why="It does not say" />) },
  { key: 'rss', title: 'Memory', end: true, cell: (w) => formatBytes(w.rss_kib * 1024) },
  { key: 'beat', title: 'Last beat', end: true, cell: (w) => <Time at={w.beat_at} /> },
  { key: 'act', title: '', cell: (w) => (w.ours && w.alive ? <AskWorker of={w} /> : null) },
];

const most = 3;

/** What a worker has in hand, of the jobs that one request shows. */
function Runs({ jobs, busy }: { jobs: Job[] | undefined; busy: number }) {
  if (jobs === undefined) return <Nothing why="Not known just now" />;
  if (jobs.length === 0 && busy > 0) return <Nothing why="None of its jobs is among those that were looked at" />;
  if (jobs.length === 0) return <span className="quiet">idle</span>;
  const name = (j: Job) => `${j.class ?? 'a job'}${Array.isArray(j.args) && ['number', 'string'].includes(typeof j.args[0]) ? ` ${String(j.args[0])}` : ''}`;
  return (
    <span className="figures small">
      {jobs.slice(0, most).map((j) => <span key={j.jid}>{j.jid ? <Link href={`/jobs?open=${encodeURIComponent(j.jid)}`}><bdi>{name(j)}</bdi></Link> : <bdi>{name(j)}</bdi>}</span>)}
      {jobs.length > most ? <Link href="/jobs?tab=jobs&state=running">{Math.max(busy, jobs.length) - most} more</Link> : null}
    </span>
  );
}

function Workers() {
  const running = useResource<{ jobs: Job[] }>('/api/v1/jobs?state=running&limit=200', { every: 5000, topics: ['jobs'] });
  const columns = workerColumns.toSpliced(3, 0, { key: 'runs', title: 'Runs', cell: (w) => <Runs busy={w.busy} jobs={running.data?.jobs.filter((j) => j.worker === w.identity)} /> });
  const workers = useResource<{ workers: Worker[] }>('/api/v1/workers', { every: 5000, topics: ['jobs'] });
  return (
    <Card title="Workers">
      <Loaded of={workers} what="Workers">
        {(data) => (data.workers.length === 0 ? <Empty title="No worker is running.">Jobs wait until one is started: <code>dropship-worker</code>.</Empty> : (
          <SimpleTable label="Workers" columns={columns} rows={data.workers} id={(w) => w.identity} />
        ))}
      </Loaded>
    </Card>
  );
}

type Slice = Stats['series'][number];

const sliceColumns: Column<Slice>[] = [
  { key: 'at', title: 'From', main: true, cell: (s) => <Time at={s.at} as="clock" /> },
  { key: 'done', title: 'Done', end: true, cell: (s) => <Count of={s.done} /> },
  { key: 'failed', title: 'Failed', end: true, cell: (s) => <Count of={s.failed} /> },
  { key: 'p50', title: 'p50', end: true, cell: (s) => formatMs(s.p50_ms) },
  { key: 'p95', title: 'p95', end: true, cell: (s) => formatMs(s.p95_ms) },
];

function Charts({ stats }: { stats: Stats }) {
  const zone = useZone();
  const clock = (at: string) => (at === '' ? '' : formatClock(at, zone));
  const done = stats.series.reduce((sum, s) => sum + s.done, 0);
  const failed = stats.series.reduce((sum, s) => sum + s.failed, 0);
  const slow = useMemo(() => Math.max(0, ...stats.series.map((s) => s.p95_ms ?? 0)), [stats]);
  const more = stats.complete ? '' : ' Only the newest 50,000 runs are counted.';
  if (done + failed === 0) return <Card title="The last hour"><Empty title="Nothing ran in the last hour." /></Card>;
  return (
    <Grid min="large">
      <ChartCard title="Done and failed, last hour" summary={`${done} done, ${failed} failed.${more}`} columns={sliceColumns} rows={stats.series} id={(s) => s.at}>
        <TimeChart label="Runs per minute, done and failed" height={200} points={stats.series} x="at" formatX={clock} formatY={(n) => String(n)} series={[
          { key: 'done', title: 'Done', kind: 'bar', colour: 'c1', stack: 'runs' },
          { key: 'failed', title: 'Failed', kind: 'bar', colour: 'c2', stack: 'runs' },
        ]} />
      </ChartCard>
      <ChartCard title="How long runs took, last hour" summary={`The slowest minute had a p95 of ${formatMs(slow)}.`} columns={sliceColumns} rows={stats.series} id={(s) => s.at}>
        <TimeChart label="Run time, p50 and p95" height={200} points={stats.series} x="at" formatX={clock} formatY={formatMs} series={[
          { key: 'p95_ms', title: 'p95', kind: 'area', colour: 'c4' },
          { key: 'p50_ms', title: 'p50', kind: 'line', colour: 'c3' },
        ]} />
      </ChartCard>
    </Grid>
  );
}

export function OverviewTab() {
  const stats = useResource<Stats>('/api/v1/job-stats?window_s=3600', { every: 30000, topics: [] });
  return (
    <>
      <Totals />
      <Queues stats={stats.data} />
      <Workers />
      <Loaded of={stats} what="Runs of the last hour">{(data) => <Charts stats={data} />}</Loaded>
    </>
  );
}
