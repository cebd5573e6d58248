// The state of one flow, for pages that belong to it.

import { Card, FlowPill, Link, Loaded, Notice, Time } from '../ui';
import { useFlows } from '../shell/stop';

/** later: what is still missing while none of the flow's jobs exists. */
export function FlowCard({ name, title, later }: { name: string; title: string; later: string }) {
  const flows = useFlows();
  return (
    <Card title={title} actions={<Link href="/automation">Automation</Link>}>
      <Loaded of={flows} what={title}>
        {(data) => {
          const flow = data.flows.find((f) => f.name === name);
          if (!flow || flow.jobs.length === 0) {
            return <div className="stack"><p><FlowPill word="OFF" /> <span className="quiet">not built yet</span></p><Notice>{later}</Notice></div>;
          }
          return (
            <div className="stack">
              <p className="row"><FlowPill word={flow.state.word} reason={flow.state.reason} /> <span>{flow.state.reason}</span></p>
              {flow.next_run_at ? <p className="quiet">next run <Time at={flow.next_run_at} /></p> : null}
              {flow.last_run ? <p className="quiet">last run <Time at={flow.last_run.at} />: {flow.last_run.text ?? flow.last_run.outcome}</p> : null}
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}
