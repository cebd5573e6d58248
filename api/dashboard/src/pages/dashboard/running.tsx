// What runs, and what was done last.

import { useFlows } from '../../shell/stop';
import { Button, Card, Empty, FlowPill, Link, Loaded, Time, toast, useAction, useResource } from '../../ui';
import type { ActivityEntry, Flow } from '../../api/types';

function When({ flow }: { flow: Flow }) {
  if (flow.running.length > 0) return <span>running since <Time at={flow.running[0]?.since} /></span>;
  if (flow.state.reason) return <span>{flow.state.reason}</span>;
  if (flow.next_run_at) return <span>next <Time at={flow.next_run_at} /></span>;
  return <span>{flow.mode === 'off' ? 'switched off' : 'waits for work'}</span>;
}

export function FlowsRow() {
  const flows = useFlows();
  return (
    <Card title="Flows" actions={<Link href="/automation">Automation</Link>}>
      <Loaded of={flows} what="Flows">
        {(data) => (
          <ul className="flows-row">
            {data.flows.map((flow) => (
              <li key={flow.name} className="flow-cell">
                <div className="row"><strong>{flow.title}</strong><FlowPill word={flow.state.word} reason={flow.state.reason} /></div>
                <p className="quiet small"><When flow={flow} /></p>
                {flow.last_run ? <p className="quiet small">last <Time at={flow.last_run.at} />: {flow.last_run.text ?? flow.last_run.outcome}</p> : null}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function Act({ entry }: { entry: ActivityEntry }) {
  const act = useAction(['/api/v1/activity', '/api/v1/needs']);
  const undo = async () => {
    if (await act.run({ method: 'POST', path: `/api/v1/activity/${encodeURIComponent(entry.id)}/undo` })) toast('Undone.');
  };
  return (
    <li className="act">
      <span className="quiet act-time"><Time at={entry.at} /></span>
      <span><strong>{entry.who}</strong> {entry.object?.name ? <>· {entry.object.name} </> : null}· {entry.text}{entry.rule ? <span className="quiet"> ({entry.rule})</span> : null}{entry.read_back ? <span className="quiet"> · {entry.read_back}</span> : null}</span>
      {entry.undo.possible ? <Button look="link" icon="undo" needs="operate" busy={act.busy} onClick={() => void undo()}>Undo</Button> : null}
      {act.error ? <span className="field-error" role="alert">{act.error.message}</span> : null}
    </li>
  );
}

export function LastActs() {
  const activity = useResource<{ activity: ActivityEntry[] }>('/api/v1/activity?limit=6', { every: 60000, topics: ['activity'] });
  return (
    <Card title="Last acts" actions={<Link href="/activity">All</Link>}>
      <Loaded of={activity} what="Last acts">
        {(data) => (data.activity.length === 0 ? <Empty title="Nothing was done yet.">What people and rules do is listed here with its reason.</Empty> : <ul className="acts">{data.activity.map((entry) => <Act key={entry.id} entry={entry} />)}</ul>)}
      </Loaded>
    </Card>
  );
}
