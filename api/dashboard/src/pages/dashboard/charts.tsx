// Sales and profit by day, where the money went, the best products, and the ads.

import { useMemo, type ReactNode } from 'react';
import { useAnalytics, type Ads, type ByDate, type TopProduct, type TopProducts, type Waterfall } from '../../api/analytics';
import { formatDay } from '../../lib/days';
import { Amount, BarsChart, Card, ChartCard, Count, Empty, formatMoney, formatRatio, Link, Loaded, Nothing, Rate, Ratio, Skeleton, TimeChart, useParams, WaterfallChart, type Column, type Resource } from '../../ui';
import { pointsOf, totalOf, type Point } from './series';

const moneyIn = (currency: string) => (minor: number) => formatMoney({ minor, currency });
const shortIn = (currency: string) => (minor: number) => formatMoney({ minor, currency }, { compact: true });
const dayTick = (day: string) => (day === '' ? '' : formatDay(day));

function Waiting<T>({ title, of, children }: { title: string; of: Resource<T>; children: (data: T) => ReactNode }) {
  if (of.data === undefined || of.error) {
    return <Card title={title}><Loaded of={of} what={title} waiting={<Skeleton height={300} />}>{() => null}</Loaded></Card>;
  }
  return <>{children(of.data)}</>;
}

function salesColumns(currency: string): Column<Point>[] {
  return [
    { key: 'date', title: 'Day', main: true, cell: (p) => (p.days > 1 ? `${formatDay(p.date)}, ${p.days} days` : formatDay(p.date, { weekday: true })) },
    { key: 'orders', title: 'Orders', end: true, cell: (p) => <Count of={p.orders} /> },
    { key: 'sales', title: `Sales (${currency})`, end: true, cell: (p) => <Amount minor={p.sales} currency={currency} /> },
    { key: 'profit', title: `Profit (${currency})`, end: true, cell: (p) => <Amount minor={p.profit ?? p.late} currency={currency} why="Costs of these days are not all known" /> },
    { key: 'before', title: 'Sales before', end: true, cell: (p) => <Amount minor={p.before} currency={currency} why="Not compared" /> },
  ];
}

function salesSummary(points: Point[], currency: string): string {
  const { sales, profit, best } = totalOf(points);
  const money = moneyIn(currency);
  const late = points.filter((p) => p.late !== null && p.profit === null).length;
  const earned = profit === null ? 'the profit is not known for every day' : `${money(profit)} of profit`;
  return `${money(sales)} of sales, ${earned}${best ? `; best: ${formatDay(best.date)} with ${money(best.sales)}` : ''}.${late > 0 ? ' Dashed: costs and refunds are still coming in.' : ''}`;
}

function Sales({ data }: { data: ByDate }) {
  const points = useMemo(() => pointsOf(data.days, data.previous), [data]);
  const { currency } = data;
  if (points.every((p) => p.orders === 0 && p.sales === 0)) {
    return <Card title="Sales and profit by day"><Empty title="No sales in these days.">Orders of the store appear here within a minute of being paid.</Empty></Card>;
  }
  return (
    <ChartCard title="Sales and profit by day" summary={salesSummary(points, currency)} columns={salesColumns(currency)} rows={points} id={(p) => p.date}>
      <TimeChart label="Sales as bars and profit as a line, by day" points={points} x="date" formatX={dayTick} formatY={moneyIn(currency)} formatTick={shortIn(currency)} series={[
        { key: 'sales', title: 'Sales', kind: 'bar', colour: 'c1' },
        ...(data.previous ? [{ key: 'before', title: 'Sales, period before', kind: 'line' as const, colour: 'quiet' as const }] : []),
        { key: 'profit', title: 'Profit', kind: 'line', colour: 'c2' },
        { key: 'late', title: 'Profit so far', kind: 'line', colour: 'c2', dashed: true },
      ]} />
    </ChartCard>
  );
}

export function SalesCard() {
  const resource = useAnalytics<ByDate>('by-date');
  return <Waiting title="Sales and profit by day" of={resource}>{(data) => <Sales data={data} />}</Waiting>;
}

type Step = Waterfall['steps'][number];

const shortNames: Record<string, string> = { net_revenue: 'Net', goods: 'Goods', supplier_shipping: 'Ship', duty: 'Duty', fees: 'Fees', ads: 'Ads', other: 'Other', profit: 'Profit' };

function MoneyFlow({ data }: { data: Waterfall }) {
  const { currency, steps } = data;
  const unknown = steps.filter((s) => s.minor === null);
  const first = steps.find((s) => s.name === 'net_revenue')?.minor ?? null;
  const last = steps.find((s) => s.name === 'profit')?.minor ?? null;
  if (first === null || steps.every((s) => !s.minor)) {
    return <Card title="Where the money went"><Empty title="No money moved in these days.">Sales, goods, shipping, fees and ads appear here step by step.</Empty></Card>;
  }
  const columns: Column<Step>[] = [
    { key: 'name', title: 'Step', main: true, cell: (s) => s.label },
    { key: 'minor', title: `Amount (${currency})`, end: true, cell: (s) => <><Amount minor={s.minor} currency={currency} why="Not known for every order" />{s.estimated && s.minor !== null ? '~' : ''}</> },
  ];
  const kept = last !== null && first > 0 ? `, ${((last / first) * 100).toFixed(1)} % of it` : '';
  const money = moneyIn(currency);
  return (
    <ChartCard title="Where the money went" columns={columns} rows={steps} id={(s) => s.name}
      summary={`Of ${money(first)} of net sales ${last === null ? 'it is not known yet what remains' : `${money(last)} remains${kept}`}.${unknown.length > 0 ? ` Not known yet: ${unknown.map((s) => s.label.toLowerCase()).join(', ')}.` : ''}`}>
      <WaterfallChart label="From net sales through all costs to the profit" formatY={money} formatTick={shortIn(currency)}
        steps={steps.filter((s) => s.minor !== null && (s.minor !== 0 || s.name === 'profit')).map((s) => ({ key: s.name, title: s.name === 'other' && s.label !== 'Other' ? 'Left out' : shortNames[s.name] ?? s.label, value: s.minor ?? 0, total: s.name === 'net_revenue' || s.name === 'profit' }))} />
    </ChartCard>
  );
}

export function MoneyFlowCard() {
  const resource = useAnalytics<Waterfall>('waterfall');
  return <Waiting title="Where the money went" of={resource}>{(data) => <MoneyFlow data={data} />}</Waiting>;
}

const topDefaults = { top: 'profit' };
const measures: Record<string, { title: string; of: (p: TopProduct) => number | null }> = {
  profit: { title: 'profit', of: (p) => p.profit },
  net_revenue: { title: 'net sales', of: (p) => p.net_revenue },
  units: { title: 'units', of: (p) => p.units },
};

function topColumns(currency: string): Column<TopProduct>[] {
  return [
    { key: 'title', title: 'Product', main: true, cell: (p) => (p.product_id === null ? p.title : <Link href={`/products?open=${p.product_id}`}>{p.title}</Link>) },
    { key: 'units', title: 'Units', end: true, cell: (p) => <Count of={p.units} /> },
    { key: 'revenue', title: `Net sales (${currency})`, end: true, cell: (p) => <Amount minor={p.net_revenue} currency={currency} /> },
    { key: 'profit', title: 'Profit', end: true, cell: (p) => <><Amount minor={p.profit} currency={currency} why="Its costs are not all known" />{p.estimated && p.profit !== null ? '~' : ''}</> },
    { key: 'refunds', title: 'Refunded', end: true, cell: (p) => <Rate ppm={p.refund_rate_ppm} why="Nothing sold" /> },
  ];
}

function Top({ data, by }: { data: TopProducts; by: string }) {
  const { currency, products } = data;
  // Before any costs are known the sales still say something.
  const blind = by === 'profit' && products.every((p) => p.profit === null);
  const measure = blind ? measures.net_revenue : measures[by] ?? measures.profit;
  if (!measure || products.length === 0) return <Empty title="Nothing sold in these days.">The products that earn most appear here.</Empty>;
  const known = products.filter((p) => measure.of(p) !== null);
  const format = by === 'units' ? (n: number) => String(n) : moneyIn(currency);
  const best = known[0];
  const missing = products.length - known.length;
  return (
    <ChartCard title={`Top products by ${measure.title}`} note={<TopBy by={by} />} columns={topColumns(currency)} rows={products} id={(p) => `${p.product_id} ${p.title}`}
      summary={`${blind ? 'No profit is known yet; by net sales ' : ''}${best ? `${best.title} leads with ${format(measure.of(best) ?? 0)}.` : `No ${measure.title} is known yet.`}${missing > 0 ? ` ${missing} more without known ${measure.title} (in the table).` : ''}`}>
      {known.length > 0 ? <BarsChart label={`Top products by ${measure.title}`} formatY={format} bars={known.map((p, i) => ({ key: `${i}`, title: p.title, value: measure.of(p) ?? 0 }))} /> : <Nothing why="No costs are known yet" />}
    </ChartCard>
  );
}

function TopBy({ by }: { by: string }) {
  const [, set] = useParams(topDefaults);
  return (
    <label><span className="sr">Rank by</span>
      <select className="select-small" value={by} onChange={(event) => set({ top: event.target.value }, { replace: true })}>
        {Object.entries(measures).map(([key, m]) => <option key={key} value={key}>by {m.title}</option>)}
      </select>
    </label>
  );
}

export function TopProductsCard() {
  const [{ top }] = useParams(topDefaults);
  const by = top in measures ? top : 'profit';
  const resource = useAnalytics<TopProducts>('top-products', { by, limit: 10 });
  return <Waiting title="Top products" of={resource}>{(data) => (data.products.length === 0 ? <Card title="Top products"><Top data={data} by={by} /></Card> : <Top data={data} by={by} />)}</Waiting>;
}

type AdDayRow = Ads['days'][number];

export function adColumns(currency: string): Column<AdDayRow>[] {
  return [
    { key: 'date', title: 'Day', main: true, cell: (d) => formatDay(d.date, { weekday: true }) },
    { key: 'spend', title: `Spend (${currency})`, end: true, cell: (d) => <Amount minor={d.spend} currency={currency} /> },
    { key: 'clicks', title: 'Clicks', end: true, cell: (d) => <Count of={d.clicks} /> },
    { key: 'purchases', title: 'Purchases', end: true, cell: (d) => <Count of={d.purchases} /> },
    { key: 'roas', title: 'ROAS', end: true, cell: (d) => <Ratio e4={d.roas_e4} why="Nothing was spent" /> },
  ];
}

export function AdCharts({ data }: { data: Ads }) {
  const { currency, days } = data;
  return (
    <>
      <TimeChart label="Ad spend by day" height={140} points={days} x="date" formatX={dayTick} formatY={moneyIn(currency)} formatTick={shortIn(currency)} series={[{ key: 'spend', title: 'Spend', kind: 'bar', colour: 'c4' }]} />
      <TimeChart label="Return on ad spend by day" height={140} points={days} x="date" formatX={dayTick} formatY={(e4) => formatRatio(e4)} series={[{ key: 'roas_e4', title: 'ROAS', kind: 'line', colour: 'c3' }]} reference={{ y: 10000, title: '1×: sales equal spend' }} />
    </>
  );
}

export function adsSummary(data: Ads): string {
  const spend = data.days.reduce((sum, d) => sum + d.spend, 0);
  const revenue = data.days.reduce((sum, d) => sum + d.revenue, 0);
  const purchases = data.days.reduce((sum, d) => sum + d.purchases, 0);
  const money = moneyIn(data.currency);
  return `${money(spend)} spent, ${purchases} purchases, ${money(revenue)} of sales${spend > 0 ? `: ${(revenue / spend).toFixed(2)}×` : ''}.`;
}

export const hasAds = (data: Ads) => data.days.some((d) => d.spend > 0 || d.clicks > 0 || d.impressions > 0) || data.campaigns.length > 0;

export function AdsCard() {
  const resource = useAnalytics<Ads>('ads');
  return (
    <Waiting title="Ads" of={resource}>
      {(data) => (hasAds(data) ? (
        <ChartCard title="Ads" summary={adsSummary(data)} columns={adColumns(data.currency)} rows={data.days} id={(d) => d.date}><AdCharts data={data} /></ChartCard>
      ) : (
        <Card title="Ads"><Empty title="No ad spend in these days." kind="not-connected" action={<Link href="/ads">Ads</Link>}>{data.why}</Empty></Card>
      ))}
    </Waiting>
  );
}
