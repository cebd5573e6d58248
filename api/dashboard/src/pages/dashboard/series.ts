// Days as points of charts.

import type { Day } from '../../api/analytics';

export type Point = {
  date: string;
  days: number;
  orders: number;
  sales: number;
  profit: number | null;
  /** Profit of days whose costs and refunds are still coming in, drawn dashed. */
  late: number | null;
  before: number | null;
};

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
// One unknown day makes the sum unknown: it is a gap, not a smaller amount.
const sumKnown = (values: (number | null)[]) => (values.some((v) => v === null) ? null : sum(values as number[]));

function chunks<T>(list: T[], size: number): T[][] {
  const all: T[][] = [];
  for (let i = 0; i < list.length; i += size) all.push(list.slice(i, i + size));
  return all;
}

/** Days, or weeks when there are more than 120 of them. */
export function pointsOf(days: Day[], previous: Day[] | null): Point[] {
  const size = days.length > 120 ? 7 : 1;
  const before = previous ? chunks(previous, size) : [];
  const groups = chunks(days, size);
  return groups.map((group, i) => {
    const profit = sumKnown(group.map((d) => d.profit));
    const late = group.some((d) => d.immature);
    const nextLate = groups[i + 1]?.some((d) => d.immature) ?? false;
    return {
      date: group[0]?.date ?? '',
      days: group.length,
      orders: sum(group.map((d) => d.orders)),
      sales: sum(group.map((d) => d.total_sales)),
      profit: late ? null : profit,
      late: late || nextLate ? profit : null,
      before: before[i] ? sum(before[i].map((d) => d.total_sales)) : null,
    };
  });
}

/** Everything of a range in one. */
export const totalOf = (points: Point[]) => ({
  sales: sum(points.map((p) => p.sales)),
  profit: sumKnown(points.map((p) => p.profit ?? p.late)),
  best: points.reduce<Point | null>((best, p) => (p.sales > (best?.sales ?? 0) ? p : best), null),
});
