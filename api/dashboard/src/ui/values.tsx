// Money, numbers and times on the screen.  Unknown is "—" with the reason; estimated has "~".

import type { ReactNode } from 'react';
import { formatAmount, formatCount, formatMoney, formatPpm, formatRatio, NONE, type Money as Amount } from '../lib/money';
import { formatClock, formatInstant, formatRelative } from '../lib/time';
import { useNow, useZone } from '../lib/clock';

/** "—", and why nothing is there. */
export function Nothing({ why }: { why?: string | null | undefined }) {
  return (
    <span className="nothing" title={why ?? 'Not known'}>
      <span aria-hidden="true">{NONE}</span>
      <span className="sr">{why ?? 'not known'}</span>
    </span>
  );
}

function Estimated({ children, on }: { children: ReactNode; on: boolean | undefined }) {
  if (!on) return <>{children}</>;
  return <>{children}<abbr className="estimated" title="Estimated: some of its costs are not known yet">~</abbr></>;
}

type MoneyProps = {
  of: Amount | null | undefined;
  estimated?: boolean;
  /** Why it is unknown. */
  why?: string | null;
  /** 12.4k; the full amount is its title. */
  compact?: boolean;
  /** Green for a gain, red for a loss, each with its sign. */
  signed?: boolean;
};

export function Money({ of, estimated, why, compact, signed }: MoneyProps) {
  if (!of || of.minor === null || of.minor === undefined) return <Nothing why={why} />;
  const full = formatMoney(of);
  const tone = signed && of.minor !== 0 ? (of.minor < 0 ? ' loss' : ' gain') : '';
  return (
    <data className={`num${tone}`} value={`${of.minor} ${of.currency}`} title={compact ? full : undefined}>
      {signed && of.minor > 0 ? '+' : ''}
      <Estimated on={estimated}>{compact ? formatMoney(of, { compact: true }) : full}</Estimated>
    </data>
  );
}

/** An amount in a column whose head names the currency. */
export function Amount({ minor, currency, why }: { minor: number | null | undefined; currency: string; why?: string | null }) {
  if (minor === null || minor === undefined) return <Nothing why={why} />;
  return <data className="num" value={`${minor} ${currency}`}>{formatAmount(minor, currency)}</data>;
}

export function Count({ of, why, compact }: { of: number | null | undefined; why?: string | null; compact?: boolean }) {
  if (of === null || of === undefined) return <Nothing why={why} />;
  return <data className="num" value={String(of)} title={compact ? formatCount(of) : undefined}>{formatCount(of, { compact: compact ?? false })}</data>;
}

type RateProps = {
  ppm: number | null | undefined;
  /** What 100 % is: "store sessions". */
  of?: string | null;
  interval?: { low_ppm: number; high_ppm: number } | null;
  why?: string | null;
  estimated?: boolean;
};

/** A share with its denominator, and its interval where the sample is small. */
export function Rate({ ppm, of, interval, why, estimated }: RateProps) {
  if (ppm === null || ppm === undefined) return <Nothing why={why} />;
  return (
    <span>
      <data className="num" value={String(ppm)}><Estimated on={estimated}>{formatPpm(ppm)}</Estimated></data>
      {of ? <span className="quiet"> of {of}</span> : null}
      {interval ? <span className="quiet"> ({formatPpm(interval.low_ppm)} to {formatPpm(interval.high_ppm)})</span> : null}
    </span>
  );
}

export function Ratio({ e4, why }: { e4: number | null | undefined; why?: string | null }) {
  if (e4 === null || e4 === undefined) return <Nothing why={why} />;
  return <data className="num" value={String(e4)}>{formatRatio(e4)}</data>;
}

/** An instant in the shop's zone: relative within a day, the date beyond; UTC is its title.
 * `as`: "auto" (default), "clock" (14:02), "full" (21 Nov, 14:02:30). */
export function Time({ at, as = 'auto', why }: { at: string | number | null | undefined; as?: 'auto' | 'clock' | 'full'; why?: string | null }) {
  const zone = useZone();
  const instant = at === null || at === undefined ? Number.NaN : typeof at === 'number' ? at : Date.parse(at);
  // Seconds matter for what is near only.
  const now = useNow(as !== 'auto' ? 3600 : Math.abs(instant - Date.now()) < 120000 ? 1 : 15);
  if (Number.isNaN(instant)) return <Nothing why={why} />;
  const iso = new Date(instant).toISOString();
  const near = Math.abs(instant - now) < 86400000;
  const full = formatInstant(instant, zone, { seconds: true });
  const text = as === 'clock' ? formatClock(instant, zone) : as === 'full' ? full : near ? formatRelative(instant, now) : formatInstant(instant, zone);
  return <time dateTime={iso} title={`${full} ${zone} (${iso})`}>{text}</time>;
}

/** "+8.0 %" against the period before.  `good`: which direction is welcome. */
export function Change({ ppm, good = 'up', why }: { ppm: number | null | undefined; good?: 'up' | 'down' | 'none'; why?: string | null }) {
  if (ppm === null || ppm === undefined) return <Nothing why={why ?? 'Nothing to compare with in the period before'} />;
  const rises = ppm > 0;
  const tone = ppm === 0 || good === 'none' ? 'quiet' : rises === (good === 'up') ? 'gain' : 'loss';
  return (
    <span className={`num ${tone}`}>
      <span aria-hidden="true">{ppm === 0 ? '' : rises ? '▲ ' : '▼ '}</span>
      {rises ? '+' : ''}{formatPpm(ppm)}
    </span>
  );
}
