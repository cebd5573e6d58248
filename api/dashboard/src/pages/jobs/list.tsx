// The jobs of one state, as they stand in Redis; many can be moved at once.

import { useState } from 'react';
import { Button, confirm, Empty, FilterBar, LinkButton, Nothing, Notice, Pill, Table, Tabs, Time, toast, refreshAll, useList, useParams, useSelection, write, type Column } from '../../ui';
import { BulkButtons } from './bulk';
import { stateTones, type Job, type JobState } from './shapes';

const shortArgs = (args: unknown) => {
  const text = JSON.stringify(args) ?? '';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

const columns: Column<Job>[] = [
  { key: 'class', title: 'Job', main: true, cell: (j) => j.class ?? j.type ?? <span className="quiet">not a job: <code>{j.payload}</code></span> },
  { key: 'args', title: 'Arguments', cell: (j) => (j.args === undefined || j.args === null ? <Nothing why="Not kept" /> : <code>{shortArgs(j.args)}</code>) },
  { key: 'queue', title: 'Queue', cell: (j) => j.queue ?? <Nothing why="Not said" /> },
  { key: 'at', title: 'Due or since', tight: true, cell: (j) => <Time at={j.at ?? j.died_at ?? j.enqueued_at} /> },
  { key: 'tries', title: 'Failed', end: true, cell: (j) => (j.retry_count === null || j.retry_count === undefined ? <Nothing why="It has not failed" /> : `${j.retry_count + 1}${j.max_retries === null ? '' : ` of ${j.max_retries + 1}`}`) },
  { key: 'error', title: 'Error', cell: (j) => (j.error_class ? <bdi className="error-text"><strong>{j.error_class}</strong> {j.error ?? j.error_message}</bdi> : <Nothing why="It has not failed" />) },
  { key: 'worker', title: 'Worker', hidden: true, cell: (j) => (j.worker ? <code>{j.worker}</code> : <Nothing why="Nobody has it" />) },
  { key: 'jid', title: 'Id', hidden: true, cell: (j) => <code>{j.jid}</code> },
];

const states: { id: JobState; title: string }[] = [
  { id: 'waiting', title: 'waiting' }, { id: 'running', title: 'running' }, { id: 'scheduled', title: 'scheduled' },
  { id: 'retry', title: 'to be tried again' }, { id: 'dead', title: 'dead' }, { id: 'archived', title: 'archived' },
];

/** What can be done with a job of a state. */
const possible: Record<JobState, string[]> = {
  waiting: ['kill', 'delete'], running: [], scheduled: ['retry', 'kill', 'delete'], retry: ['retry', 'kill', 'delete'], dead: ['retry', 'delete'], archived: ['retry'],
};

const defaults = { state: '', queue: '', class: '', error: '', open: '' };

function SelectedButtons({ state, ids, clear }: { state: JobState; ids: string[]; clear: () => void }) {
  const [busy, setBusy] = useState(false);
  const each = async (verb: 'retry' | 'kill' | 'delete', title: string) => {
    if (!(await confirm({ title: `${title} ${ids.length} jobs?`, verb: title, danger: verb !== 'retry', ...(ids.length > 10 ? { tier: 'final' as const, type: String(ids.length) } : {}) }))) return;
    const failed: string[] = [];
    setBusy(true);
    for (const jid of ids) {
      const path = `/api/v1/jobs/${encodeURIComponent(jid)}`;
      await (verb === 'delete' ? write('DELETE', path) : write('POST', `${path}/${verb}`)).catch((error: unknown) => failed.push(`${jid}: ${error instanceof Error ? error.message : String(error)}`));
    }
    setBusy(false);
    for (const prefix of ['/api/v1/jobs', '/api/v1/status', '/api/v1/needs']) void refreshAll(prefix);
    toast(failed.length === 0 ? `${title}: ${ids.length} done.` : `${title}: ${ids.length - failed.length} done, ${failed.length} not. ${failed.slice(0, 3).join(' ')}`, failed.length === 0 ? {} : { tone: 'bad' });
    clear();
  };
  const may = possible[state];
  return (
    <>
      {may.includes('retry') ? <Button needs="operate" busy={busy} onClick={() => void each('retry', 'Retry')}>Retry</Button> : null}
      {may.includes('kill') ? <Button needs="operate" busy={busy} onClick={() => void each('kill', 'Kill')}>Kill</Button> : null}
      {may.includes('delete') ? <Button needs="operate" busy={busy} onClick={() => void each('delete', 'Delete')}>Delete</Button> : null}
    </>
  );
}

export function JobsTab() {
  const [url, set] = useParams(defaults);
  const state = states.find((s) => s.id === url.state)?.id ?? 'waiting';
  const list = useList<Job>('/api/v1/jobs', { member: 'jobs', id: (j) => `${j.jid ?? j.payload} ${j.where}`, filters: { state, queue: url.queue }, every: 5000, topics: ['jobs'] });
  const selection = useSelection(`${state} ${url.queue}`);
  const total = typeof list.answer?.total === 'number' ? list.answer.total : null;
  const narrow = url.class !== '' || url.error !== '';
  const selected = (list.rows ?? []).filter((j) => j.jid && selection.has(`${j.jid} ${j.where}`)).map((j) => j.jid as string);
  return (
    <>
      <Tabs name="state" label="States" items={states} drop={['cursor', 'back', 'open']} />
      <FilterBar filters={[
        { name: 'queue', label: 'Queue', kind: 'text' },
        { name: 'class', label: 'Type, for “all that match”', kind: 'text', placeholder: 'order.track' },
        { name: 'error', label: 'Error class, likewise', kind: 'text' },
      ]}>
        <BulkButtons filter={{ state, queue: url.queue, class: url.class, error: url.error }} done={() => void list.refresh()} />
      </FilterBar>
      {narrow ? <Notice>Type and error class say which jobs “all that match” means; the list below shows every job of the state and queue.</Notice> : null}
      <p className="row"><Pill tone={stateTones[state]} word={states.find((s) => s.id === state)?.title ?? state} /> <span className="quiet">{total === null ? '' : `${total} jobs`}</span></p>
      <Table name="Jobs" columns={columns} list={list} id={(j) => `${j.jid ?? j.payload} ${j.where}`} selection={selection}
        onOpen={(j) => { if (j.jid) set({ open: j.jid }); }} bulk={<SelectedButtons state={state} ids={selected} clear={() => { selection.clear(); void list.refresh(); }} />}
        empty={url.queue ? <Empty kind="no-match" title="No job matches." action={<LinkButton href={`/jobs?tab=jobs&state=${state}`}>Clear filters</LinkButton>} /> : <Empty title={`No job is ${states.find((s) => s.id === state)?.title ?? state}.`} />} />
    </>
  );
}
