// Shop days: calendar days of the shop's time zone, written 2026-11-20.  A day may have 23 or 25 hours: days are counted on the
// calendar, never by adding hours.

import { dateFormat } from './intl';

export type Range = { from: string; to: string };
export type Preset = 'today' | 'yesterday' | '7d' | '30d' | '90d' | 'month' | 'lastmonth';

export const presetTitles: Record<Preset, string> = {
  today: 'Today',
  yesterday: 'Yesterday',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  lastmonth: 'Last month',
};

/** Is it a day of the calendar? */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** The shop day of an instant. */
export function dayOf(instant: Date | number, zone: string): string {
  const parts = dateFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(instant);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export function addDays(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

/** Days from the first to the last, both included. */
export function daysIn(range: Range): number {
  return Math.round((Date.parse(`${range.to}T00:00:00Z`) - Date.parse(`${range.from}T00:00:00Z`)) / 86400000) + 1;
}

/** The days a preset stands for now.  "Last n days" end today: what was just sold is in them. */
export function presetRange(preset: Preset, now: Date | number, zone: string): Range {
  const today = dayOf(now, zone);
  const yesterday = addDays(today, -1);
  const first = `${today.slice(0, 8)}01`;
  switch (preset) {
    case 'today': return { from: today, to: today };
    case 'yesterday': return { from: yesterday, to: yesterday };
    case '7d': return { from: addDays(today, -6), to: today };
    case '30d': return { from: addDays(today, -29), to: today };
    case '90d': return { from: addDays(today, -89), to: today };
    case 'month': return { from: first, to: today };
    case 'lastmonth': {
      const last = addDays(first, -1);
      return { from: `${last.slice(0, 8)}01`, to: last };
    }
  }
}

/** Minutes by which the zone is ahead of UTC at this instant. */
function offsetMinutes(instant: number, zone: string): number {
  const parts = dateFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((local - Math.floor(instant / 1000) * 1000) / 60000);
}

/** The instant at which a shop day begins: its first minute where a clock change leaves out midnight. */
export function startOfDay(day: string, zone: string): Date {
  const wall = Date.parse(`${day}T00:00:00Z`);
  const candidates = [wall - 86400000, wall, wall + 86400000]
    .map((around) => wall - offsetMinutes(around, zone) * 60000)
    .filter((instant) => dayOf(instant, zone) === day)
    .sort((a, b) => a - b);
  const first = candidates[0] ?? wall;
  // Where midnight is left out, the candidates lie an hour into the day or in the day before.
  return new Date(dayOf(first - 1, zone) === day ? firstOf(day, zone, first) : first);
}

function firstOf(day: string, zone: string, inside: number): number {
  let low = inside - 3 * 3600000;
  let high = inside;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayOf(middle, zone) === day) high = middle;
    else low = middle;
  }
  return high;
}

/** [from, to) in instants of a range of shop days: for lists that filter by time. */
export function instantsOf(range: Range, zone: string): { from: string; to: string } {
  return { from: startOfDay(range.from, zone).toISOString(), to: startOfDay(addDays(range.to, 1), zone).toISOString() };
}

export function formatDay(day: string, options: { locale?: string; year?: boolean; weekday?: boolean } = {}): string {
  return dateFormat(options.locale, {
    timeZone: 'UTC', day: 'numeric', month: 'short',
    ...(options.year ? { year: 'numeric' } : {}),
    ...(options.weekday ? { weekday: 'short' } : {}),
  }).format(new Date(`${day}T00:00:00Z`));
}
