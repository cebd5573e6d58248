// The range of shop days that applies everywhere; it lives in the URL as range=, or from= and to=.

import { useMemo } from 'react';
import { useNow, useZone } from './clock';
import { addDays, daysIn, instantsOf, isDay, presetRange, presetTitles, type Preset, type Range } from './days';
import { useParams } from './router';

export const defaultPreset: Preset = '30d';
const defaults = { range: defaultPreset as string, from: '', to: '', compare: '1', currency: '' };

export type ShopRange = Range & {
  preset: Preset | null;
  compare: boolean;
  /** The currency of the figures; null: the shop's own. */
  currency: string | null;
  days: number;
  title: string;
  zone: string;
  /** Parameters of the analytics routes. */
  query: { from: string; to: string; compare: boolean; currency: string | null };
};

const isPreset = (text: string): text is Preset => text in presetTitles;

function resolve(values: typeof defaults, now: number, zone: string): Range & { preset: Preset | null } {
  if (isDay(values.from) && isDay(values.to) && values.from <= values.to) return { from: values.from, to: values.to, preset: null };
  const preset = isPreset(values.range) ? values.range : defaultPreset;
  return { ...presetRange(preset, now, zone), preset };
}

export function useRange(): [ShopRange, (patch: Partial<Record<keyof typeof defaults, string | null>>) => void] {
  const [values, set] = useParams(defaults);
  const zone = useZone();
  const now = useNow(60);
  const { from, to, preset } = resolve(values, now, zone);
  const range = useMemo<ShopRange>(() => {
    const compare = values.compare !== '0';
    const currency = /^[A-Z]{3}$/.test(values.currency) ? values.currency : null;
    return {
      from, to, preset, compare, currency, zone,
      days: daysIn({ from, to }),
      title: preset ? presetTitles[preset] : `${from} to ${to}`,
      query: { from, to, compare, currency },
    };
  }, [from, to, preset, values.compare, values.currency, zone]);
  return [range, set as (patch: Record<string, string | null>) => void];
}

/** The range in instants, for lists that filter by time. */
export const instantsOfRange = (range: ShopRange) => instantsOf(range, range.zone);

/** The period before, of equal length. */
export const periodBefore = (range: Range): Range => ({ from: addDays(range.from, -daysIn(range)), to: addDays(range.from, -1) });
