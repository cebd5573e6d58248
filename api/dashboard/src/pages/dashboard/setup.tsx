// The first days: what is still to be connected.  Gone once store and supplier work and a run has passed.

import { useEffect, useState } from 'react';
import type { Flows, Health, Service } from '../../api/types';
import { keep, kept } from '../../lib/store';
import { useHealth } from '../../shell/shell';
import { useFlows } from '../../shell/stop';
import { Button, Card, Icon, Link, Progress, Skeleton } from '../../ui';

// What no key can connect yet is no step.
const later = (services: Service[], names: string[]) => services.filter((s) => names.includes(s.name)).every((s) => /not built yet/i.test(s.text ?? ''));

type Step = { title: string; done: boolean; text: string; must: boolean };

function stepOf(services: Service[], names: string[], title: string, must: boolean): Step {
  const some = services.filter((s) => names.includes(s.name));
  const good = some.find((s) => s.state === 'ok' || s.state === 'degraded');
  const text = good ? `${good.title}${good.simulated ? ', simulated' : ''}: ${good.text ?? good.state}` : some.map((s) => `${s.title}: ${s.last_error ?? s.text ?? s.state}`).join('; ');
  return { title, done: good !== undefined, text: text || 'not known to the server', must };
}

function steps(health: Health, flows: Flows): Step[] {
  const ran = flows.flows.find((f) => f.last_run !== null);
  return [
    stepOf(health.services, ['shopify'], 'Connect the store', true),
    stepOf(health.services, ['cj'], 'Connect the supplier', true),
    stepOf(health.services, ['openai', 'anthropic'], 'Connect a text service', false),
    ...(later(health.services, ['mail']) ? [] : [stepOf(health.services, ['mail'], 'Connect mail', false)]),
    ...(later(health.services, ['tiktok', 'facebook']) ? [] : [stepOf(health.services, ['tiktok', 'facebook'], 'Connect an ad platform', false)]),
    { title: 'Let one flow run', done: ran !== undefined, text: ran ? `${ran.title}: ${ran.last_run?.text ?? ran.last_run?.outcome ?? ''}` : 'Set a flow to dry run under Automation: it says what it would do', must: true },
  ];
}

/** must: what the first steps need, on top; rest: what may be connected later, at the end. */
export function Setup({ part }: { part: 'must' | 'rest' }) {
  const health = useHealth();
  const flows = useFlows();
  const [hidden, setHidden] = useState(kept('setup') === 'hidden');
  const all = health.data && flows.data ? steps(health.data, flows.data) : null;
  const open = all?.filter((s) => !s.done) ?? [];
  const must = open.some((s) => s.must);
  const known = all !== null;
  useEffect(() => { if (known) keep('setting-up', must ? '1' : null); }, [known, must]);
  // Where the steps stood last time their place is kept: what is below does not jump when they come.
  if (all === null) return part === 'must' && kept('setting-up') !== null ? <Card title="Setting up"><Skeleton height={176} /></Card> : null;
  if (open.length === 0 || must !== (part === 'must') || (hidden && !must)) return null;
  const hide = () => {
    keep('setup', 'hidden');
    setHidden(true);
  };
  return (
    <Card title={must ? 'Setting up' : 'Not connected yet'} note={must ? undefined : 'optional'} actions={must ? undefined : <Button look="quiet" icon="close" onClick={hide}>Hide</Button>}>
      <div className="stack">
        {must ? <Progress label="Done" value={all.length - open.length} of={all.length} tone="good" /> : null}
        <ol className="setup">
          {(must ? all : open).map((step) => (
            <li key={step.title} className={step.done ? 'setup-done' : undefined}>
              <Icon name={step.done ? 'check' : step.must ? 'warn' : 'off'} />
              <span><strong>{step.title}</strong>{must && !step.done && !step.must ? ' (optional)' : ''} <span className="sr">{step.done ? 'done' : 'to do'}</span><br /><span className="quiet small">{step.text}</span></span>
            </li>
          ))}
        </ol>
        {must ? <p className="quiet small">Keys are lines of <code>deploy/dropship.env</code>; after a change run <code>deploy/up</code> again. Flows are switched on under <Link href="/automation">Automation</Link>.</p> : null}
      </div>
    </Card>
  );
}
