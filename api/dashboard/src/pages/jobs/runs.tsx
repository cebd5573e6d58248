// What ran: every run of a business job, newest first.

import { Empty, FilterBar, formatMs, LinkButton, Nothing, Pill, queryOf, Table, Time, useList, useParams, type Column } from '../../ui';
import { outcomes, type Outcome, type Run } from './shapes';

const columns: Column<Run>[] = [
  { key: 'at', title: 'Started', tight: true, cell: (r) => <Time at={r.started_at} /> },
  { key: 'type', title: 'Job', main: true, cell: (r) => r.type },
  { key: 'queue', title: 'Queue', cell: (r) => r.queue, hidden: true },
  { key: 'outcome', title: 'Outcome', tight: true, cell: (r) => <Pill tone={outcomes[r.outcome].tone} word={outcomes[r.outcome].word} /> },
  { key: 'attempt', title: 'Attempt', end: true, cell: (r) => r.attempt },
  { key: 'ms', title: 'Took', end: true, cell: (r) => formatMs(r.run_ms) },
  { key: 'error', title: 'Error', cell: (r) => (r.error ? <bdi className="error-text"><strong>{r.error_class}</strong> {r.error}</bdi> : <Nothing why="It had none" />) },
  { key: 'worker', title: 'Worker', cell: (r) => <code>{r.worker}</code>, hidden: true },
  { key: 'jid', title: 'Id', cell: (r) => <code>{r.jid}</code>, hidden: true },
];

const defaults = { type: '', queue: '', outcome: '', error: '', open: '' };
const choices: (Outcome | 'failed')[] = ['done', 'failed', 'retry', 'snooze', 'dead', 'fenced', 'back', 'expired', 'cancelled'];

export function RunsTab() {
  const [url, set] = useParams(defaults);
  const filters = { type: url.type, queue: url.queue, outcome: url.outcome, error: url.error };
  const filtered = Object.values(filters).some((v) => v !== '');
  const list = useList<Run>('/api/v1/job-runs', { member: 'runs', id: (r) => `${r.jid} ${r.attempt} ${r.started_at}`, filters, every: 15000, topics: ['jobs'] });
  const exported = `/api/v1/export/jobs${queryOf({ format: 'csv', type: url.type, queue: url.queue, outcome: url.outcome === 'failed' ? '' : url.outcome })}`;
  return (
    <>
      <FilterBar filters={[
        { name: 'type', label: 'Type', kind: 'text', placeholder: 'order.track' },
        { name: 'queue', label: 'Queue', kind: 'text' },
        { name: 'outcome', label: 'Outcome', kind: 'select', options: choices.map((value) => ({ value, label: value === 'failed' ? 'failed (any)' : outcomes[value].word })) },
        { name: 'error', label: 'Error class', kind: 'text' },
      ]} />
      <Table name="Runs" beside={<a className="button button-plain" href={exported} download>Export</a>} columns={columns} list={list} id={(r) => `${r.jid} ${r.attempt} ${r.started_at}`} onOpen={(r) => set({ open: r.jid })}
        tone={(r) => (r.outcome === 'dead' ? 'bad' : r.outcome === 'retry' ? 'warn' : undefined)}
        empty={filtered ? <Empty kind="no-match" title="No run matches." action={<LinkButton href="/jobs?tab=runs">Clear filters</LinkButton>} /> : <Empty title="Nothing ran yet.">Every run of a business job is kept here with its outcome.</Empty>} />
    </>
  );
}
