// Instants and durations as text.

import { dateFormat } from './intl';
import { NONE } from './money';

/** 4 s, 12 min, 2 h 10 min, 3 d: the two largest parts. */
export function formatSpan(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return NONE;
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.round(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`;
  const d = Math.floor(h / 24);
  return d < 3 && h % 24 !== 0 ? `${d} d ${h % 24} h` : `${d} d`;
}

/** "3 min ago", "in 2 h". */
export function formatRelative(instant: number, now: number): string {
  const ms = instant - now;
  if (Math.abs(ms) < 1500) return 'now';
  return ms > 0 ? `in ${formatSpan(ms)}` : `${formatSpan(-ms)} ago`;
}

/** Date and time in the shop's zone. */
export function formatInstant(instant: number | string, zone: string, options: { locale?: string; seconds?: boolean } = {}): string {
  return dateFormat(options.locale, {
    timeZone: zone, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    ...(options.seconds ? { second: '2-digit' } : {}),
  }).format(new Date(instant));
}

/** The time of day in the shop's zone. */
export function formatClock(instant: number | string, zone: string, locale?: string): string {
  return dateFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(instant));
}

/** Milliseconds of work: 850 ms, 1.8 s, 2 min. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  return formatSpan(ms);
}
