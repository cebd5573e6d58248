// The only file that loads Recharts; everything else uses ui/chart.tsx, which loads this one when a chart is shown.
// Values are whole numbers (minor units, counts, ppm): they are put into words by the formatters only.

import { memo, useEffect, useState, type ReactNode } from 'react';
import { Area, Bar, BarChart, CartesianGrid, Cell, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { useTurn } from '../lib/turns';
import { heightOfBars } from './height';

/** c1 to c6 and "quiet" are the tokens of the theme. */
export type Colour = 'c1' | 'c2' | 'c3' | 'c4' | 'c5' | 'c6' | 'quiet';

export type Series = {
  key: string;
  title: string;
  kind: 'bar' | 'line' | 'area';
  colour: Colour;
  /** Series of the same stack stand on one another. */
  stack?: string;
  dashed?: boolean;
};

type Point = Record<string, number | string | boolean | null | undefined>;

export type TimeProps = {
  /** At most 400 points; null is a gap. */
  points: Point[];
  /** Member of a point that names its place. */
  x: string;
  series: Series[];
  formatX: (x: string) => string;
  formatY: (y: number) => string;
  /** Short, for the axis. */
  formatTick?: (y: number) => string;
  reference?: { y: number; title: string };
  height?: number;
  label: string;
};

export type BarsProps = {
  bars: { key: string; title: string; value: number; colour?: Colour }[];
  formatY: (y: number) => string;
  height?: number;
  label: string;
};

export type WaterfallProps = {
  steps: { key: string; title: string; value: number; total: boolean }[];
  formatY: (y: number) => string;
  formatTick?: (y: number) => string;
  height?: number;
  label: string;
};

const colourOf = (colour: Colour) => `var(--${colour})`;
const grid = 'var(--line)';
const tick = { fill: 'var(--ink-2)', fontSize: 12 };

/** Small screens show the last 14 points. */
function useSmall(): boolean {
  const [small, setSmall] = useState(() => matchMedia('(max-width: 640px)').matches);
  useEffect(() => {
    const media = matchMedia('(max-width: 640px)');
    const look = () => setSmall(media.matches);
    media.addEventListener('change', look);
    return () => media.removeEventListener('change', look);
  }, []);
  return small;
}

function Tip({ title, lines }: { title: string; lines: { key: string; title: string; colour: string; text: string }[] }) {
  return (
    <div className="chart-tip">
      <strong>{title}</strong>
      {lines.map((line) => (
        <div key={line.key} className="chart-tip-line">
          <span className="chart-dot" style={{ background: line.colour }} />
          <span>{line.title}</span>
          <span className="num">{line.text}</span>
        </div>
      ))}
    </div>
  );
}

function drawn(s: Series): ReactNode {
  const colour = colourOf(s.colour);
  const shared = { key: s.key, dataKey: s.key, name: s.title, isAnimationActive: false, ...(s.stack ? { stackId: s.stack } : {}) };
  const { key, ...rest } = shared;
  if (s.kind === 'bar') return <Bar key={key} {...rest} fill={colour} fillOpacity={s.stack ? 1 : 0.78} radius={s.stack ? 0 : [3, 3, 0, 0]} maxBarSize={36} />;
  if (s.kind === 'area') return <Area key={key} {...rest} type="monotone" stroke={colour} fill={colour} fillOpacity={0.18} strokeWidth={2} dot={false} connectNulls={false} />;
  // A rim in the colour of the card keeps the line apart from bars behind it.
  return [
    <Line key={`${key} rim`} dataKey={s.key} legendType="none" tooltipType="none" type="monotone" stroke="var(--surface)" strokeWidth={5} dot={false} activeDot={false} isAnimationActive={false} />,
    <Line key={key} {...rest} type="monotone" stroke={colour} strokeWidth={2.2} strokeDasharray={s.dashed ? '4 4' : undefined} dot={false} activeDot={{ r: 4 }} connectNulls={false} />,
  ];
}

type Format = ((value: never) => string) | undefined;

// What stands on a chart is worked out by functions that are new each time; those that write the same are the same.
const alike = (a: Format, b: Format, sample: unknown) => a === b || (a !== undefined && b !== undefined && a(sample as never) === b(sample as never));

/** A chart is drawn anew when something on it changes, not whenever its card was asked for again. */
function sameChart<P extends { formatX?: (x: string) => string; formatY: (y: number) => string; formatTick?: (y: number) => string }>(sampleX: (props: P) => string) {
  return (a: P, b: P) => alike(a.formatX, b.formatX, sampleX(a)) && alike(a.formatY, b.formatY, 1234567) && alike(a.formatTick, b.formatTick, 1234567)
    && JSON.stringify(a) === JSON.stringify(b);
}

/** The chart's place until it is its turn to be drawn. */
function InTurn({ height, children }: { height: number; children: () => ReactNode }) {
  return useTurn() ? <>{children()}</> : <div style={{ height }} />;
}

// Ticks at equal steps: to find out which would fit, each of their texts would have to be measured.
const everyNth = (points: number, ticks: number) => Math.max(0, Math.ceil(points / ticks) - 1);

function Time({ points, x, series, formatX, formatY, formatTick, reference, height = 260 }: TimeProps) {
  const small = useSmall();
  const shown = small ? points.slice(-14) : points;
  const content = ({ active, payload }: { active?: boolean; payload?: readonly { payload?: Point }[] }) => {
    const point = payload?.[0]?.payload;
    if (!active || !point) return null;
    return (
      <Tip title={formatX(String(point[x]))} lines={series.map((s) => {
        const value = point[s.key];
        return { key: s.key, title: s.title, colour: colourOf(s.colour), text: typeof value === 'number' ? formatY(value) : '—' };
      })} />
    );
  };
  return (
    <InTurn height={height}>{() => (
      <ResponsiveContainer width="100%" height={height} minWidth={0}>
        <ComposedChart data={shown} accessibilityLayer margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
          <CartesianGrid stroke={grid} vertical={false} />
          <XAxis dataKey={x} tickFormatter={(value) => formatX(String(value))} tick={tick} tickLine={false} axisLine={{ stroke: grid }} interval={everyNth(shown.length, small ? 5 : 7)} />
          <YAxis tickFormatter={(value) => (formatTick ?? formatY)(Number(value))} tick={tick} tickLine={false} axisLine={false} width={64} interval={0} />
          <Tooltip content={content as never} cursor={{ fill: 'var(--hover)', stroke: 'var(--line-2)' }} isAnimationActive={false} />
          <ReferenceLine y={0} stroke="var(--line-2)" />
          {reference ? <ReferenceLine y={reference.y} stroke="var(--ink-2)" strokeDasharray="5 4" label={{ value: reference.title, fill: 'var(--ink-2)', fontSize: 12, position: 'insideTopRight' }} /> : null}
          {series.map(drawn)}
        </ComposedChart>
      </ResponsiveContainer>
    )}</InTurn>
  );
}

export const TimeChart = memo(Time, sameChart<TimeProps>(({ points, x }) => String(points[0]?.[x] ?? '')));

function Bars({ bars, formatY, height = heightOfBars(bars.length) }: BarsProps) {
  const shown = bars.slice(0, 10);
  const small = useSmall();
  const cut = small ? 13 : 26;
  return (
    <InTurn height={height}>{() => (
      <ResponsiveContainer width="100%" height={height} minWidth={0}>
        <BarChart data={shown} layout="vertical" accessibilityLayer margin={{ top: 0, right: 72, bottom: 0, left: 0 }}>
          <XAxis type="number" hide domain={[(low: number) => Math.min(0, low), (high: number) => Math.max(0, high)]} />
          <YAxis type="category" dataKey="title" tick={tick} tickLine={false} axisLine={false} width={small ? 110 : 190} interval={0} tickFormatter={(text: string) => (text.length > cut ? `${text.slice(0, cut - 1)}…` : text)} />
          <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--hover)' }} content={(({ active, payload }: { active?: boolean; payload?: readonly { payload?: (typeof shown)[number] }[] }) => {
            const bar = payload?.[0]?.payload;
            return active && bar ? <Tip title={bar.title} lines={[{ key: 'v', title: '', colour: colourOf(bar.colour ?? 'c1'), text: formatY(bar.value) }]} /> : null;
          }) as never} />
          <ReferenceLine x={0} stroke="var(--line-2)" />
          <Bar dataKey="value" isAnimationActive={false} maxBarSize={20} radius={[0, 3, 3, 0]} label={(({ x, y, width, height: high, index }: { x: number; y: number; width: number; height: number; index: number }) => (
            <text x={Math.max(x, x + width) + 6} y={y + high / 2 + 4} fontSize={12} fill="var(--ink)">{formatY(shown[index]?.value ?? 0)}</text>
          )) as never}>
            {shown.map((bar) => <Cell key={bar.key} fill={colourOf(bar.colour ?? (bar.value < 0 ? 'c2' : 'c1'))} />)}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    )}</InTurn>
  );
}

export const BarsChart = memo(Bars, sameChart<BarsProps>(() => ''));

type Fall = WaterfallProps['steps'][number] & { span: [number, number] };

// Each step starts where the one before ended; a total starts at zero.
function falls(steps: WaterfallProps['steps']): Fall[] {
  let level = 0;
  return steps.map((step) => {
    const from = step.total ? 0 : level;
    level = step.total ? step.value : level + step.value;
    return { ...step, span: [Math.min(from, level), Math.max(from, level)] };
  });
}

const fallColour = (step: Fall) => (step.total ? (step.value < 0 ? 'c2' : 'c3') : step.value < 0 ? 'c2' : 'c1');

function Waterfall({ steps, formatY, formatTick, height = 260 }: WaterfallProps) {
  const shown = falls(steps);
  return (
    <InTurn height={height}>{() => (
      <ResponsiveContainer width="100%" height={height} minWidth={0}>
        <BarChart data={shown} accessibilityLayer margin={{ top: 22, right: 4, bottom: 0, left: 0 }}>
          <CartesianGrid stroke={grid} vertical={false} />
          <XAxis dataKey="title" tick={{ ...tick, fontSize: 11 }} tickLine={false} axisLine={{ stroke: grid }} interval={0} />
          <YAxis tickFormatter={(value) => (formatTick ?? formatY)(Number(value))} tick={tick} tickLine={false} axisLine={false} width={64} interval={0} />
          <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--hover)' }} content={(({ active, payload }: { active?: boolean; payload?: readonly { payload?: Fall }[] }) => {
            const step = payload?.[0]?.payload;
            return active && step ? <Tip title={step.title} lines={[{ key: 'v', title: '', colour: colourOf(fallColour(step)), text: formatY(step.value) }]} /> : null;
          }) as never} />
          <ReferenceLine y={0} stroke="var(--line-2)" />
          <Bar dataKey="span" isAnimationActive={false} maxBarSize={52} radius={2} label={(({ x, y, width, index }: { x: number; y: number; width: number; index: number }) => (
            <text x={x + width / 2} y={y - 6} textAnchor="middle" fontSize={12} fill="var(--ink)">{(formatTick ?? formatY)(shown[index]?.value ?? 0)}</text>
          )) as never}>
            {shown.map((step) => <Cell key={step.key} fill={colourOf(fallColour(step))} />)}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    )}</InTurn>
  );
}

export const WaterfallChart = memo(Waterfall, sameChart<WaterfallProps>(() => ''));
