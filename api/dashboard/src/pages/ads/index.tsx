// Ads: what was spent and what came of it.  Launching and steering ads is a later flow; nothing here pretends to it.

import { adColumns, AdCharts, adsSummary, hasAds } from '../dashboard/charts';
import { useAnalytics, type Ads, type Campaign } from '../../api/analytics';
import { formatDay } from '../../lib/days';
import { useRange } from '../../lib/range';
import { Amount, Card, ChartCard, Count, Empty, Facts, formatPpm, Grid, Link, Loaded, Money, Page, Rate, Ratio, ServicePill, SimpleTable, Skeleton, TimeChart, type Column } from '../../ui';
import { useHealth } from '../../shell/shell';
import { FlowCard } from '../flow_card';

type Conversion = {
  range: Ads['range'];
  of: 'store_sessions' | 'ad_clicks' | null;
  why: string | null;
  days: { date: string; trials: number; successes: number; rate_ppm: number | null; low_ppm: number | null; high_ppm: number | null }[];
};

const titles = { store_sessions: 'store sessions', ad_clicks: 'ad clicks' };

function Totals({ data }: { data: Ads }) {
  const sum = (of: (d: Ads['days'][number]) => number) => data.days.reduce((total, d) => total + of(d), 0);
  const spend = sum((d) => d.spend);
  const revenue = sum((d) => d.revenue);
  const money = (minor: number) => <Money of={{ minor, currency: data.currency }} />;
  return (
    <Facts items={[
      ['Spend', money(spend)],
      ['of it for known products', money(sum((d) => d.allocated))],
      ['not allocated', money(sum((d) => d.unallocated))],
      ['Clicks', <Count key="c" of={sum((d) => d.clicks)} />],
      ['Purchases, as the platforms count', <Count key="p" of={sum((d) => d.purchases)} />],
      ['Sales, as the platforms count', money(revenue)],
      ['ROAS', <Ratio key="r" e4={spend > 0 ? Math.round((revenue / spend) * 10000) : null} why="Nothing was spent" />],
    ]} />
  );
}

function campaignColumns(currency: string): Column<Campaign>[] {
  return [
    { key: 'campaign', title: 'Campaign', main: true, cell: (c) => c.campaign },
    { key: 'platform', title: 'Platform', cell: (c) => c.platform },
    { key: 'product', title: 'Product', cell: (c) => (c.product_id === null ? <span className="quiet">not allocated</span> : <Link href={`/products?open=${c.product_id}`}>product {c.product_id}</Link>) },
    { key: 'spend', title: `Spend (${currency})`, end: true, cell: (c) => <Amount minor={c.spend} currency={currency} /> },
    { key: 'clicks', title: 'Clicks', end: true, cell: (c) => <Count of={c.clicks} /> },
    { key: 'purchases', title: 'Purchases', end: true, cell: (c) => <Count of={c.purchases} /> },
    { key: 'cpa', title: 'Per purchase', end: true, cell: (c) => <Amount minor={c.cpa_minor} currency={currency} why="No purchase yet" /> },
    { key: 'roas', title: 'ROAS', end: true, cell: (c) => <Ratio e4={c.roas_e4} why="Nothing was spent" /> },
  ];
}

function Platforms() {
  const health = useHealth();
  return (
    <Card title="Platforms">
      <Loaded of={health} what="Platforms">
        {(data) => {
          const own = data.services.filter((s) => s.name === 'tiktok' || s.name === 'facebook');
          if (own.length === 0) return <p className="quiet">The server knows no ad platform yet.</p>;
          return <ul className="stack">{own.map((s) => <li key={s.name}><div className="row"><strong>{s.title}</strong> <ServicePill state={s.state} simulated={s.simulated} /></div><p className="quiet small">{s.text}</p></li>)}</ul>;
        }}
      </Loaded>
    </Card>
  );
}

function ConversionCard() {
  const resource = useAnalytics<Conversion>('conversion');
  return (
    <Loaded of={resource} what="Conversion" waiting={<Card title="Conversion"><Skeleton height={220} /></Card>}>
      {(data) => {
        const known = data.days.filter((d) => d.rate_ppm !== null);
        if (data.of === null || known.length === 0) return <Card title="Conversion"><Empty kind="not-connected" title="The conversion rate is not known.">{data.why ?? 'No visits were counted in these days.'}</Empty></Card>;
        const trials = data.days.reduce((n, d) => n + d.trials, 0);
        const successes = data.days.reduce((n, d) => n + d.successes, 0);
        const columns: Column<Conversion['days'][number]>[] = [
          { key: 'date', title: 'Day', main: true, cell: (d) => formatDay(d.date, { weekday: true }) },
          { key: 'trials', title: titles[data.of], end: true, cell: (d) => <Count of={d.trials} /> },
          { key: 'successes', title: 'Orders', end: true, cell: (d) => <Count of={d.successes} /> },
          { key: 'rate', title: 'Rate', end: true, cell: (d) => <Rate ppm={d.rate_ppm} interval={d.trials < 200 && d.low_ppm !== null && d.high_ppm !== null ? { low_ppm: d.low_ppm, high_ppm: d.high_ppm } : null} why="No visits" /> },
        ];
        return (
          <ChartCard title="Conversion" columns={columns} rows={data.days} id={(d) => d.date} summary={`${successes} orders of ${trials} ${titles[data.of]}${trials > 0 ? `: ${formatPpm(Math.round((successes / trials) * 1000000))}` : ''}.`}>
            <TimeChart label="Conversion rate by day" height={220} points={data.days} x="date" formatX={(day) => (day ? formatDay(day) : '')} formatY={(ppm) => formatPpm(ppm)} series={[
              { key: 'rate_ppm', title: `Orders of ${titles[data.of]}`, kind: 'line', colour: 'c1' },
              { key: 'low_ppm', title: 'likely at least', kind: 'line', colour: 'quiet', dashed: true },
              { key: 'high_ppm', title: 'likely at most', kind: 'line', colour: 'quiet', dashed: true },
            ]} />
          </ChartCard>
        );
      }}
    </Loaded>
  );
}

export default function AdsPage() {
  const [range] = useRange();
  const ads = useAnalytics<Ads>('ads');
  return (
    <Page title="Ads" note={`${formatDay(range.from, { year: true })} to ${formatDay(range.to, { year: true })}`}>
      <Grid min="large">
        <FlowCard name="ads" title="The ads flow" later="Creating videos, launching, budgets and pausing come with the ads flow. Until then this page shows what the books know of ad spend." />
        <Platforms />
      </Grid>
      <Loaded of={ads} what="Ads" waiting={<Card title="Spend"><Skeleton height={320} /></Card>}>
        {(data) => (hasAds(data) ? (
          <div className="page">
            <Card title="Spend in these days"><Totals data={data} /></Card>
            <ChartCard title="By day" summary={adsSummary(data)} columns={adColumns(data.currency)} rows={data.days} id={(d) => d.date}><AdCharts data={data} /></ChartCard>
            <Card title="Campaigns"><SimpleTable label="Campaigns" columns={campaignColumns(data.currency)} rows={data.campaigns} id={(c) => `${c.platform} ${c.campaign} ${c.product_id}`} /></Card>
          </div>
        ) : (
          <Card title="Spend in these days"><Empty kind="not-connected" title="No ad spend is known for these days.">{data.why}</Empty></Card>
        ))}
      </Loaded>
      <ConversionCard />
    </Page>
  );
}
