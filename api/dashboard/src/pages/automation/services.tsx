// The outside services: whether they answer, what went wrong last, and how much of their limits is left.

import type { Service } from '../../api/types';
import { useHealth } from '../../shell/shell';
import { Card, Empty, Facts, formatBytes, formatScaled, Grid, Loaded, Nothing, Progress, ServicePill, Time } from '../../ui';

type Limit = Service['limits'][number];

const toneOf = (used: number, of: number) => (used >= of ? 'bad' : used * 10 >= of * 8 ? 'warn' : 'info');

const figure = (limit: Limit, n: number) => (limit.unit === 'bytes' ? formatBytes(n) : formatScaled(n, limit.decimals));
const unitOf = (limit: Limit) => (limit.unit === 'bytes' ? '' : ` ${limit.unit}`);

/** What of a limit is known: how much of it is used, how much is left, or the limit alone. */
function known(limit: Limit): string | null {
  if (limit.left !== undefined) return `${figure(limit, limit.left)}${unitOf(limit)}`;
  const only = limit.used ?? limit.of;
  return only === null ? null : `${limit.used === null ? 'at most ' : ''}${figure(limit, only)}${unitOf(limit)}`;
}

function LimitBar({ limit }: { limit: Limit }) {
  if (limit.used === null || limit.of === null) {
    return (
      <p className="small">
        <span className="quiet">{limit.name}: </span>{known(limit) ?? <Nothing why="Not told yet" />}
        {limit.as_of ? <span className="quiet">, seen <Time at={limit.as_of} /></span> : null}
      </p>
    );
  }
  return (
    <div>
      <Progress label={limit.name} value={limit.used} of={limit.of} text={`${figure(limit, limit.used)} of ${figure(limit, limit.of)}${unitOf(limit)}`} tone={toneOf(limit.used, limit.of)} />
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
