// Failures that are alike, most frequent first.

import { Button, Card, Empty, LinkButton, Loaded, Notice, SimpleTable, Time, useParams, useResource, type Column } from '../../ui';

type Failure = { fingerprint: string; type: string; error_class: string; runs: number; jobs: number; first_at: string; last_at: string; text: string | null; jid: string };
type Errors = { window_s: number; complete: boolean; errors: Failure[] };

const windows = [{ value: '3600', label: 'hour' }, { value: '86400', label: 'day' }, { value: '604800', label: 'week' }];
const defaults = { window: '86400', open: '' };

export function ErrorsTab() {
  const [url, set] = useParams(defaults);
  const window = windows.find((w) => w.value === url.window) ?? windows[1];
  const errors = useResource<Errors>(`/api/v1/job-errors?window_s=${window?.value ?? '86400'}`, { every: 30000, topics: ['jobs'] });
  const columns: Column<Failure>[] = [
    { key: 'type', title: 'Job', main: true, cell: (e) => e.type },
    { key: 'text', title: 'Error', cell: (e) => <bdi className="error-text"><strong>{e.error_class}</strong> {e.text}</bdi> },
    { key: 'runs', title: 'Runs', end: true, cell: (e) => e.runs },
    { key: 'jobs', title: 'Jobs', end: true, cell: (e) => e.jobs },
    { key: 'first', title: 'First', tight: true, cell: (e) => <Time at={e.first_at} /> },
    { key: 'last', title: 'Last', tight: true, cell: (e) => <Time at={e.last_at} /> },
    { key: 'act', title: '', tight: true, cell: (e) => <span className="row"><Button look="link" onClick={() => set({ open: e.jid })}>Latest job</Button><LinkButton look="link" href={`/jobs?tab=runs&outcome=failed&type=${encodeURIComponent(e.type)}&error=${encodeURIComponent(e.error_class)}`}>All runs</LinkButton><LinkButton look="link" href={`/jobs?tab=jobs&state=dead&type=${encodeURIComponent(e.type)}&error=${encodeURIComponent(e.error_class)}`}>Dead</LinkButton></span> },
  ];
  return (
    <Card title="Failures that are alike" actions={(
      <label className="row small">of the last
        <select className="select-small" value={url.window} onChange={(event) => set({ window: event.target.value })}>{windows.map((w) => <option key={w.value} value={w.value}>{w.label}</option>)}</select>
      </label>
    )}>
      <Loaded of={errors} what="Failures">
        {(data) => (data.errors.length === 0 ? <Empty title={`Nothing failed in the last ${window?.label ?? 'day'}.`} /> : (
          <div className="stack">
            {data.complete ? null : <Notice>Only the newest 5,000 failures are grouped.</Notice>}
            <SimpleTable label="Failures that are alike" columns={columns} rows={data.errors} id={(e) => e.fingerprint} />
          </div>
        ))}
      </Loaded>
    </Card>
  );
}
