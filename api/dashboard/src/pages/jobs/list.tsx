// The jobs of one state, as they stand in Redis; many can be moved at once.

import { useState } from 'react';
import { Button, confirm, Empty, FilterBar, formatCount, LinkButton, Nothing, Pill, Table, Tabs, Time, toast, refreshAll, useList, useParams, useSelection, write, type Column } from '../../ui';
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

const defaults = { state: '', queue: '', type: '', error: '', arg: '', open: '' };

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

/** How much of the state was looked at for this page; nothing while no text was asked for. */
function Looked({ looked, of, next }: { looked: number; of: number; next: (() => void) | null }) {
  return (
    <span className="quiet">
      {next ? `the first ${formatCount(looked)} of ${formatCount(of)} were looked at` : `all ${formatCount(of)} were looked at`}
    </span>
  );
}

export function JobsTab() {
  const [url, set] = useParams(defaults);
  const state = states.find((s) => s.id === url.state)?.id ?? 'waiting';
  const arg = state === 'archived' ? '' : url.arg;
  const filters = { state, queue: url.queue, type: url.type, error: url.error, arg };
  const list = useList<Job>('/api/v1/jobs', { member: 'jobs', id: (j) => `${j.jid ?? j.payload} ${j.where}`, filters, every: 5000, topics: ['jobs'] });
  const selection = useSelection(JSON.stringify(filters));
  const number = (member: string) => (typeof list.answer?.[member] === 'number' ? (list.answer[member] as number) : null);
  const total = number('total');
  const looked = number('looked');
  const of = number('of');
  const selected = (list.rows ?? []).filter((j) => j.jid && selection.has(`${j.jid} ${j.where}`)).map((j) => j.jid as string);
  const title = states.find((s) => s.id === state)?.title ?? state;
  const narrow = url.queue !== '' || url.type !== '' || url.error !== '' || arg !== '';
  return (
    <>
      <Tabs name="state" label="States" items={states} drop={['cursor', 'back', 'open']} />
      <FilterBar filters={[
        { name: 'type', label: 'Type', kind: 'text', placeholder: 'order.track' },
        { name: 'queue', label: 'Queue', kind: 'text' },
        { name: 'error', label: 'Error class', kind: 'text' },
        ...(state === 'archived' ? [] : [{ name: 'arg', label: 'Argument', kind: 'text' as const, placeholder: '1042' }]),
      ]}>
        {arg === '' ? <BulkButtons filter={{ state, queue: url.queue, class: url.type, error: url.error }} done={() => void list.refresh()} />
          : <span className="quiet small">“All that match” knows no argument: select the rows.</span>}
      </FilterBar>
      <p className="row" role="status">
        <Pill tone={stateTones[state]} word={title} />
        {total === null ? null : <span className="quiet">{formatCount(total)} jobs</span>}
        {looked === null || of === null ? null : <Looked looked={looked} of={of} next={list.next} />}
      </p>
      <Table name="Jobs" columns={columns} list={list} id={(j) => `${j.jid ?? j.payload} ${j.where}`} selection={{ ...selection, selectAll: null }} total={total}
        onOpen={(j) => { if (j.jid) set({ open: j.jid }); }} bulk={<SelectedButtons state={state} ids={selected} clear={() => { selection.clear(); void list.refresh(); }} />}
        empty={!narrow ? <Empty title={`No job is ${title}.`} /> : list.next ? (
          <Empty kind="no-match" title="None fits so far." action={<Button onClick={list.next}>Look further</Button>}>Jobs have no index over what they say; a request looks at some thousands.</Empty>
        ) : <Empty kind="no-match" title="No job matches." action={<LinkButton href={`/jobs?tab=jobs&state=${state}`}>Clear filters</LinkButton>} />} />
    </>
  );
}
