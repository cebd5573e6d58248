// Charts: loaded when one is shown, a sentence above, the same figures as a table beside.

import { lazy, Suspense, useState, type ReactNode } from 'react';
import type { BarsProps, Series, TimeProps, WaterfallProps } from '../charts/charts';
import { heightOfBars } from '../charts/height';
import { Button } from './button';
import { Card } from './layout';
import { Skeleton } from './states';
import { SimpleTable, type Column } from './table';

// Reading the charts' code and drawing the first of them are two tasks.
const charts = () => import('../charts/charts').then((m) => new Promise<typeof m>((done) => { setTimeout(() => done(m)); }));

const LazyTime = lazy(() => charts().then((m) => ({ default: m.TimeChart })));
const LazyBars = lazy(() => charts().then((m) => ({ default: m.BarsChart })));
const LazyWaterfall = lazy(() => charts().then((m) => ({ default: m.WaterfallChart })));

// The place of a chart has its height from the first: nothing below it moves when it comes.
function Drawn({ label, height, children, legend }: { label: string; height: number; children: ReactNode; legend?: ReactNode }) {
  return (
    <figure className="chart" aria-label={label}>
      <Suspense fallback={<Skeleton height={height} />}>{children}</Suspense>
      {legend}
    </figure>
  );
}

function Legend({ series }: { series: Series[] }) {
  return (
    <ul className="chart-legend">
      {series.map((s) => (
        <li key={s.key}><span className={`chart-dot chart-dot-${s.kind}${s.dashed ? ' chart-dot-dashed' : ''}`} style={{ color: `var(--${s.colour})` }} /> {s.title}</li>
      ))}
    </ul>
  );
}

/** Series over time on one axis: bars, lines and areas. */
export function TimeChart(props: TimeProps) {
  return <Drawn label={props.label} height={props.height ?? 260} legend={<Legend series={props.series} />}><LazyTime {...props} /></Drawn>;
}

/** Horizontal bars, at most ten. */
export function BarsChart(props: BarsProps) {
  return <Drawn label={props.label} height={props.height ?? heightOfBars(props.bars.length)}><LazyBars {...props} /></Drawn>;
}

/** From the first amount through gains and losses to the last. */
export function WaterfallChart(props: WaterfallProps) {
  return <Drawn label={props.label} height={props.height ?? 260}><LazyWaterfall {...props} /></Drawn>;
}

type Props<T> = {
  title: string;
  /** One sentence that says what is to be seen. */
  summary: ReactNode;
  note?: ReactNode;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string | number;
  wide?: boolean;
  children: ReactNode;
};

/** The card of a chart.  children: the chart; columns and rows: its table. */
export function ChartCard<T>({ title, summary, note, columns, rows, id, wide, children }: Props<T>) {
  const [table, setTable] = useState(false);
  return (
    <Card title={title} note={note} wide={wide ?? false} className="chart-card" actions={rows.length > 0 ? (
      <Button look="quiet" icon={table ? 'chart' : 'table'} className="button-fold" onClick={() => setTable(!table)}>{table ? 'Show as chart' : 'Show as table'}</Button>
    ) : undefined}>
      <p className="chart-summary">{summary}</p>
      {table ? <div className="chart-table"><SimpleTable label={title} columns={columns} rows={rows} id={id} /></div> : children}
    </Card>
  );
}

/** 30 points without axes, beside the value in words. */
export function Sparkline({ values, label }: { values: (number | null)[]; label: string }) {
  const known = values.filter((v): v is number => v !== null);
  if (known.length < 2) return null;
  const low = Math.min(0, ...known);
  const high = Math.max(...known, low + 1);
  const step = 100 / Math.max(1, values.length - 1);
  const y = (v: number) => 26 - ((v - low) / (high - low)) * 24;
  let path = '';
  values.forEach((v, i) => {
    if (v === null) return;
    path += `${path === '' || values[i - 1] === null ? 'M' : 'L'}${(i * step).toFixed(1)} ${y(v).toFixed(1)}`;
  });
  return <svg className="sparkline" viewBox="0 0 100 28" preserveAspectRatio="none" role="img" aria-label={label}><path d={path} fill="none" vectorEffect="non-scaling-stroke" /></svg>;
}
