// One job: where it is, what it was given, what became of each run, and what can be done with it.

import { useState, type FormEvent } from 'react';
import {
  Button, confirm, Dialog, Facts, Field, formatMs, FormError, Link, Loaded, Nothing, Notice, Pill, Sheet, Timeline, toast, useAction,
  useForbidden, useHotkeys, useParams, useResource, type Step,
} from '../../ui';
import { outcomes, stateTones, type Job, type Run } from './shapes';

type Detail = { jid: string; now: Job | null; runs: Run[] };

const outside = /^(order\.(release|fulfill)|listing\.|product\.(reprice|hold)|ad\.|message\.send)/;

function Acts({ job, jid, last }: { job: Job | null; jid: string; last: Run | undefined }) {
  const act = useAction(['/api/v1/jobs', '/api/v1/status', '/api/v1/needs', '/api/v1/activity']);
  const path = `/api/v1/jobs/${encodeURIComponent(jid)}`;
  const type = job?.class ?? last?.type ?? '';
  const state = job?.state;
  const archived = state === undefined && last?.outcome === 'dead';
  const run = async (verb: 'retry' | 'kill' | 'cancel' | 'delete', said: string) => {
    const answer = await act.run(verb === 'delete' ? { method: 'DELETE', path } : { method: 'POST', path: `${path}/${verb}` });
    if (answer) toast(said);
  };
  const retry = async () => {
    const body = outside.test(type) ? <p>An act outside may have been done already: it is looked up first and not repeated.</p> : undefined;
    if (await confirm({ title: `Retry ${type}?`, body, verb: 'Retry' })) await run('retry', 'It is in its queue again.');
  };
  const kill = async () => {
    if (await confirm({ title: `Kill ${type}?`, body: <p>It goes to the dead and runs no more, unless it is retried.</p>, verb: 'Kill', danger: true })) await run('kill', 'It is dead now.');
  };
  const cancel = async () => {
    if (await confirm({ title: `Cancel ${type}?`, body: <p>One that waits is not started; one that runs is told, and ends at its next safe point.</p>, verb: 'Cancel it', danger: true })) await run('cancel', 'It was asked to end.');
  };
  const remove = async () => {
    if (await confirm({ title: `Delete ${type}?`, body: <p>It is gone for good.</p>, verb: 'Delete', tier: 'final', type: 'delete' })) await run('delete', 'It is deleted.');
  };
  const canRetry = state === 'retry' || state === 'dead' || state === 'scheduled' || archived;
  const forbidden = useForbidden('operate');
  useHotkeys(canRetry && forbidden === null ? [{ keys: 'r', help: 'Retry the job', run: () => void retry() }] : []);
  return (
    <>
      <div className="row">
        {canRetry ? <Button look="primary" needs="operate" busy={act.busy} onClick={() => void retry()}>Retry…</Button> : null}
        {state === 'waiting' || state === 'scheduled' || state === 'retry' ? <Button needs="operate" busy={act.busy} onClick={() => void kill()}>Kill…</Button> : null}
        {state === 'waiting' || state === 'running' ? <Button needs="operate" busy={act.busy} onClick={() => void cancel()}>Cancel…</Button> : null}
        {state !== undefined && state !== 'running' ? <Button needs="operate" busy={act.busy} onClick={() => void remove()}>Delete…</Button> : null}
      </div>
      <FormError error={act.error} />
    </>
  );
}

function stepsOf(detail: Detail): Step[] {
  const { now, runs } = detail;
  const steps: Step[] = [];
  if (now?.enqueued_at ?? now?.created_at) steps.push({ key: 'enqueued', at: now?.created_at ?? now?.enqueued_at ?? null, title: 'Enqueued' });
  for (const run of runs) {
    const outcome = outcomes[run.outcome];
    steps.push({
      key: `${run.attempt} ${run.started_at}`, at: run.started_at, tone: outcome.step,
      title: `Attempt ${run.attempt}: ${outcome.word}`,
      text: <>{formatMs(run.run_ms)} on <code>{run.worker}</code>{run.error ? <><br /><bdi><strong>{run.error_class}</strong> {run.error}</bdi></> : null}</>,
    });
  }
  if (now) {
    const next = now.state === 'retry' || now.state === 'scheduled';
    steps.push({ key: 'now', at: next ? now.at : null, tone: now.state === 'dead' ? 'bad' : 'next', title: next ? `Next attempt (${now.state})` : `Now ${now.state}${now.worker ? ` on ${now.worker}` : ''}` });
  }
  return steps;
}

const listOf = (text: string): unknown[] | null => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
};

/** Another job of the same type with other arguments; this one stays as it is. */
function Another({ type, queue, args, onClose }: { type: string; queue: string; args: unknown; onClose: () => void }) {
  const [text, setText] = useState(JSON.stringify(args ?? [], null, 2));
  const [, set] = useParams({ open: '' });
  const act = useAction(['/api/v1/jobs', '/api/v1/status', '/api/v1/activity']);
  const list = listOf(text);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await act.run<{ jid: string }>({ method: 'POST', path: '/api/v1/jobs', body: { type, queue, args: list } });
    if (!answer) return;
    toast('A new job is on its way.');
    onClose();
    set({ open: answer.jid });
  };
  return (
    <Dialog title={`Run ${type} with other arguments`} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <p>A new job runs with these; the one that was shown stays as it is. {outside.test(type) ? 'What was done outside for the same order or product already is looked up and not repeated.' : null}</p>
        <Field label="Arguments" hint="A JSON array" error={list === null ? 'This is no JSON array.' : null}>
          {(wired) => <textarea {...wired} rows={8} value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <FormError error={act.error} />
        <div className="dialog-foot">
          <Button data-autofocus onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" needs="operate" busy={act.busy} disabled={list === null}>Run it</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Arguments({ type, queue, args }: { type: string; queue: string | null; args: unknown }) {
  const [editing, setEditing] = useState(false);
  const text = typeof args === 'string' ? args : JSON.stringify(args, null, 2);
  const copy = () => void navigator.clipboard.writeText(text).then(() => toast('Copied.'), () => toast('Copying is not allowed here; select the text.', { tone: 'bad' }));
  if (args === null || args === undefined) return <p className="quiet">None are kept.</p>;
  return (
    <>
      <pre className="args" tabIndex={0}><bdi>{text}</bdi></pre>
      <div className="row">
        <Button onClick={copy}>Copy</Button>
        {queue !== null && Array.isArray(args) ? <Button needs="operate" onClick={() => setEditing(true)}>Run with other arguments…</Button> : null}
      </div>
      {editing && queue !== null ? <Another type={type} queue={queue} args={args} onClose={() => setEditing(false)} /> : null}
    </>
  );
}

/** Others that failed alike. */
function Alike({ now }: { now: Job }) {
  if (!now.error_class || (now.state !== 'dead' && now.state !== 'retry')) return null;
  const query = `type=${encodeURIComponent(now.class ?? '')}&error=${encodeURIComponent(now.error_class)}`;
  return <p className="small"><Link href={`/jobs?tab=jobs&state=${now.state}&${query}`}>All {now.state === 'dead' ? 'dead' : 'to be tried again'} with this error</Link> · <Link href={`/jobs?tab=runs&outcome=failed&${query}`}>its failed runs</Link></p>;
}

const subjects: Record<string, string> = { order: '/orders?open=', product: '/products?open=' };

/** The order or product a job is about, by its type and first argument. */
function Subject({ type, args }: { type: string; args: unknown }) {
  const kind = /^(order|product|listing)\./.exec(type)?.[1];
  const first = Array.isArray(args) ? args[0] : undefined;
  const base = subjects[kind === 'listing' ? 'product' : kind ?? ''];
  if (!base || (typeof first !== 'number' && typeof first !== 'string')) return <Nothing why="It is about no single order or product" />;
  return <Link href={`${base}${encodeURIComponent(String(first))}`}>{kind === 'order' ? 'order' : 'product'} {String(first)}</Link>;
}

function Body({ detail }: { detail: Detail }) {
  const { now, runs } = detail;
  const last = runs.at(-1);
  const type = now?.class ?? last?.type ?? detail.jid;
  let args: unknown = now?.args;
  if (args === undefined || args === null) {
    const text = (last as (Run & { args?: string | null }) | undefined)?.args ?? null;
    try {
      args = text === null ? null : JSON.parse(text);
    } catch {
      args = text;
    }
  }
  return (
    <div className="stack">
      <div className="row">{now ? <Pill tone={stateTones[now.state]} word={now.state} /> : <Pill tone="off" word={last ? outcomes[last.outcome].word : 'gone'} />}</div>
      <Facts items={[
        ['Type', type],
        ['Queue', now?.queue ?? last?.queue ?? <Nothing key="q" />],
        ['About', <Subject key="s" type={type} args={args} />],
        ['Attempts', now?.retry_count !== null && now?.retry_count !== undefined ? `${now.retry_count + 1}${now.max_retries === null ? '' : ` of ${now.max_retries + 1}`} failed` : `${runs.length} kept`],
        ['Id', <code key="id">{detail.jid}</code>],
        ['Trace', now?.trace_id ?? last?.trace_id ? <code key="t">{now?.trace_id ?? last?.trace_id}</code> : <Nothing key="t" why="It has none" />],
      ]} />
      {now?.error ? <Notice tone={now.state === 'dead' ? 'bad' : 'warn'}><strong>{now.error_class}</strong> <bdi>{now.error}</bdi></Notice> : null}
      {now ? <Alike now={now} /> : null}
      <Acts job={now} jid={detail.jid} last={last} />
      <h3>Arguments</h3>
      <Arguments type={type} queue={now?.queue ?? last?.queue ?? null} args={args} />
      <h3>What happened</h3>
      <Timeline steps={stepsOf(detail)} />
    </div>
  );
}

export function JobSheet({ jid, onClose }: { jid: string; onClose: () => void }) {
  const job = useResource<Detail>(`/api/v1/jobs/${encodeURIComponent(jid)}`, { every: 5000, topics: ['jobs'] });
  return (
    <Sheet title={job.data?.now?.class ?? job.data?.runs.at(-1)?.type ?? `Job ${jid}`} onClose={onClose}>
      <Loaded of={job} what="Job">{(detail) => <Body detail={detail} />}</Loaded>
    </Sheet>
  );
}
