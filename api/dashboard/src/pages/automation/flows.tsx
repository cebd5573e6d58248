// What runs by itself, how far it may go, and how often.

import { useState, type FormEvent } from 'react';
import type { Flow, Mode } from '../../api/types';
import { useFlows } from '../../shell/stop';
import {
  Button, confirm, Empty, FlowPill, FormError, formatSpan, get, Link, Loaded, Money, Nothing, Notice, Time, toast, useAction,
  useForbidden,
} from '../../ui';
import type { Money as Sum } from '../../lib/money';

type Preview = {
  flow: string;
  mode: Mode;
  text: string;
  complete: boolean;
  steps: { what: string; count: number; charged: Sum[]; goods: Sum[]; goods_unknown: number; text: string }[];
};

const modeTitles: Record<Mode, string> = { off: 'Off', dry_run: 'Dry run', approve: 'Ask me', auto: 'By itself' };
const modeHelp: Record<Mode, string> = {
  off: 'Nothing runs.',
  dry_run: 'Everything is looked at and decided; nothing is done.',
  approve: 'Each act waits for a person.',
  auto: 'Acts are done without asking.',
};
const rank: Record<Mode, number> = { off: 0, dry_run: 1, approve: 2, auto: 3 };

function Foretold({ preview }: { preview: Preview }) {
  return (
    <>
      <p>{modeHelp[preview.mode]}</p>
      <p><strong>The next run:</strong> {preview.text}</p>
      {preview.steps.length > 0 ? (
        <ul>
          {preview.steps.map((step) => (
            <li key={step.what}>
              {step.text}
              {step.goods.map((money) => <span key={money.currency}> · goods <Money of={money} /></span>)}
              {step.goods_unknown > 0 ? <span className="quiet"> · {step.goods_unknown} with goods of unknown price</span> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {preview.complete ? null : <p className="quiet">There is more than was looked at.</p>}
    </>
  );
}

/** A mode is changed after seeing what its next run would do; going back needs no question. */
function ModeChoice({ flow }: { flow: Flow }) {
  const act = useAction(['/api/v1/flows', '/api/v1/health', '/api/v1/needs', '/api/v1/activity']);
  const [failed, setFailed] = useState<string | null>(null);
  const forbidden = useForbidden('admin');
  const choose = async (mode: Mode) => {
    setFailed(null);
    if (rank[mode] > rank[flow.mode]) {
      try {
        const preview = (await get<Preview>(`/api/v1/flows/${flow.name}/preview?mode=${mode}`));
        if (!(await confirm({ title: `${flow.title}: ${modeTitles[mode]}?`, body: <Foretold preview={preview} />, verb: `Set to “${modeTitles[mode]}”` }))) return;
      } catch (error) {
        setFailed(`The next run cannot be told: ${error instanceof Error ? error.message : String(error)}`);
        return;
      }
    }
    const before = flow.mode;
    if ((await act.run({ method: 'PUT', path: `/api/v1/flows/${flow.name}`, body: { mode } })) === null) return;
    toast(`${flow.title}: ${modeTitles[mode]}.`, rank[mode] < rank[before] ? {} : {
      undo: () => act.run({ method: 'PUT', path: `/api/v1/flows/${flow.name}`, body: { mode: before } }).then(() => undefined),
    });
  };
  return (
    <div>
      <div className="modes" role="radiogroup" aria-label={`Mode of ${flow.title}`}>
        {flow.modes.map((mode) => (
          <label key={mode} className="mode" title={forbidden ?? modeHelp[mode]}>
            <input type="radio" name={`mode-${flow.name}`} checked={flow.mode === mode} disabled={act.busy || forbidden !== null} onChange={() => void choose(mode)} />
            <span>{modeTitles[mode]}</span>
          </label>
        ))}
      </div>
      {failed ? <p className="field-error" role="alert">{failed}</p> : null}
      <FormError error={act.error} />
    </div>
  );
}

function Interval({ flow }: { flow: Flow }) {
  const { interval } = flow;
  const act = useAction(['/api/v1/flows', '/api/v1/settings', '/api/v1/activity']);
  const [text, setText] = useState<string | null>(null);
  if (!interval) return <Nothing why="It is woken by events alone" />;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const seconds = Number(text);
    if (await act.run({ method: 'PUT', path: `/api/v1/flows/${flow.name}/interval`, body: { seconds } })) {
      setText(null);
      toast(`${flow.title}: every ${formatSpan(seconds * 1000)}.`);
    }
  };
  const value = text ?? String(interval.value_s);
  const seconds = Number(value);
  const wrong = !/^\d+$/.test(value) || seconds < interval.min_s || seconds > interval.max_s;
  return (
    <form className="interval" onSubmit={(event) => void save(event)}>
      <label className="row small">
        every
        <input aria-label={`Seconds between two runs of ${flow.title}`} inputMode="numeric" value={value} onChange={(event) => setText(event.target.value.trim())} aria-invalid={wrong || undefined} size={7} />
        s
      </label>
      <span className="quiet small">{wrong ? `${interval.min_s} to ${interval.max_s}` : formatSpan(seconds * 1000)}</span>
      {text !== null && text !== String(interval.value_s) ? <Button type="submit" needs="admin" busy={act.busy} disabled={wrong}>Save</Button> : null}
      <FormError error={act.error} />
    </form>
  );
}

function RunNow({ flow }: { flow: Flow }) {
  const act = useAction(['/api/v1/flows', '/api/v1/jobs', '/api/v1/activity']);
  const run = async () => {
    const answer = await act.run<{ jid: string; duplicate: boolean }>({ method: 'POST', path: `/api/v1/flows/${flow.name}/run` });
    if (answer) toast(answer.duplicate ? `${flow.title} was waiting to run already.` : `${flow.title} runs now.`);
  };
  return (
    <>
      <Button needs="operate" icon="play" busy={act.busy} disabled={flow.mode === 'off'} title={flow.mode === 'off' ? 'It is off' : undefined} onClick={() => void run()}>Run now</Button>
      {act.error ? <p className="field-error" role="alert">{act.error.message}</p> : null}
    </>
  );
}

function FlowRow({ flow }: { flow: Flow }) {
  const built = flow.jobs.length > 0;
  return (
    <li className="card flow-row">
      <div className="stack">
        <div className="row"><h2>{flow.title}</h2><FlowPill word={flow.state.word} reason={flow.state.reason} /></div>
        <p className="quiet">{flow.state.reason ?? flow.help}</p>
        {flow.running.map((job) => <p key={job.jid} className="small">running: <Link href={`/jobs?open=${encodeURIComponent(job.jid)}`}>{job.type}</Link> since <Time at={job.since} /></p>)}
        {flow.limits.map((limit) => <p key={limit} className="small quiet">{limit}</p>)}
      </div>
      {built ? (
        <div className="stack">
          {flow.modes.length > 0 ? <ModeChoice flow={flow} /> : <p className="quiet small">Its mode is that of the flow it belongs to.</p>}
          <Interval flow={flow} />
          <div className="row"><RunNow flow={flow} /></div>
        </div>
      ) : <Notice>Its jobs are not built yet.</Notice>}
      <dl className="facts">
        <div><dt>Next run</dt><dd><Time at={flow.next_run_at} why="Nothing is planned" /></dd></div>
        <div><dt>Last run</dt><dd>{flow.last_run ? <><Time at={flow.last_run.at} />: {flow.last_run.text ?? flow.last_run.outcome}</> : <Nothing why="It has not run yet" />}</dd></div>
      </dl>
    </li>
  );
}

export function FlowsTab() {
  const flows = useFlows();
  return (
    <Loaded of={flows} what="Flows">
      {(data) => (data.flows.length === 0 ? <Empty title="There are no flows." /> : (
        <ul className="flow-rows">{data.flows.map((flow) => <FlowRow key={flow.name} flow={flow} />)}</ul>
      ))}
    </Loaded>
  );
}
