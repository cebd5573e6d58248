// The outside services: whether they answer, what went wrong last, and how much of their limits is left.

import type { Service } from '../../api/types';
import { useHealth } from '../../shell/shell';
import { Card, Empty, Facts, Grid, Loaded, Nothing, Progress, ServicePill, Time } from '../../ui';

type Limit = Service['limits'][number];

const toneOf = (used: number, of: number) => (used >= of ? 'bad' : used * 10 >= of * 8 ? 'warn' : 'info');

function LimitBar({ limit }: { limit: Limit }) {
  if (limit.used === null || limit.of === null) {
    return <p className="small"><span className="quiet">{limit.name}: </span>{limit.used === null ? <Nothing why="Not told yet" /> : `${limit.used} ${limit.unit}`}</p>;
  }
  return (
    <div>
      <Progress label={limit.name} value={limit.used} of={limit.of} text={`${limit.used} of ${limit.of} ${limit.unit}`} tone={toneOf(limit.used, limit.of)} />
      {limit.resets_at ? <p className="quiet small">fresh <Time at={limit.resets_at} /></p> : null}
    </div>
  );
}

function One({ service }: { service: Service }) {
  return (
    <Card title={service.title} actions={<ServicePill state={service.state} simulated={service.simulated} />}>
      <div className="stack">
        {service.text ? <p>{service.text}</p> : null}
        {service.limits.map((limit) => <LimitBar key={limit.name} limit={limit} />)}
        {service.state === 'off' ? null : (
          <Facts items={[
            ['In this state', <Time key="since" at={service.since} why="Not known since when" />],
            ['Last good answer', <Time key="ok" at={service.last_ok_at} why="None was seen yet" />],
            ['Last error', service.last_error ?? <Nothing key="error" why="None was seen" />],
          ]} />
        )}
      </div>
    </Card>
  );
}

export function ServicesTab() {
  const health = useHealth();
  return (
    <Loaded of={health} what="Services">
      {(data) => (data.services.length === 0 ? <Empty title="No service is known." /> : <Grid>{data.services.map((s) => <One key={s.name} service={s} />)}</Grid>)}
    </Loaded>
  );
}
