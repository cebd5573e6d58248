// Shapes of /api/v1/analytics, and how they are asked for.

import { useEffect } from 'react';
import { learnZone } from '../lib/clock';
import { useRange } from '../lib/range';
import { queryOf } from '../lib/url';
import { useResource, type Resource } from './resource';

export type RangeOf = { from: string; to: string; days: number; zone: string };

export type Figure = {
  value: number | null;
  previous: number | null;
  change_ppm: number | null;
  unit: 'minor' | 'count' | 'ppm' | 'e4';
  estimated: boolean;
  /** How many orders have costs that are not known. */
  incomplete: number;
  why: string | null;
  formula: string;
  interval: { low_ppm: number; high_ppm: number } | null;
  of?: 'store_sessions' | 'ad_clicks' | null;
};

export type Summary = {
  range: RangeOf;
  previous: { from: string; to: string } | null;
  currency: string;
  currencies: string[];
  as_of: string | null;
  figures: Record<string, Figure>;
};

export type Day = {
  date: string;
  orders: number;
  gross_sales: number;
  total_sales: number;
  net_revenue: number;
  profit: number | null;
  ad_spend: number | null;
  refunds: number;
  sessions: number | null;
  estimated: boolean;
  immature: boolean;
};

export type ByDate = { range: RangeOf; currency: string; days: Day[]; previous: Day[] | null };

export type Waterfall = { range: RangeOf; currency: string; steps: { name: string; label: string; minor: number | null; estimated: boolean }[] };

export type TopProduct = {
  product_id: number | string | null;
  title: string;
  units: number;
  net_revenue: number;
  profit: number | null;
  refund_rate_ppm: number | null;
  ad_spend: number | null;
  estimated: boolean;
};

export type TopProducts = { range: RangeOf; currency: string; products: TopProduct[] };

export type AdDay = { date: string; spend: number; allocated: number; unallocated: number; clicks: number; impressions: number; purchases: number; revenue: number; roas_e4: number | null };

export type Campaign = {
  platform: string;
  campaign: string;
  product_id: number | string | null;
  spend: number;
  clicks: number;
  purchases: number;
  cpa_minor: number | null;
  roas_e4: number | null;
};

export type Ads = { range: RangeOf; currency: string; days: AdDay[]; campaigns: Campaign[]; why: string | null };

/** One of the analytics over the range of the shell. */
export function useAnalytics<T extends { range: RangeOf }>(name: string, more: Record<string, string | number> = {}): Resource<T> {
  const [range] = useRange();
  const { compare, ...query } = range.query;
  const compared = name === 'summary' || name === 'by-date' ? { compare } : {};
  const resource = useResource<T>(`/api/v1/analytics/${name}${queryOf({ ...query, ...compared, ...more })}`, { every: 60000, topics: ['analytics'] });
  const zone = resource.data?.range.zone;
  useEffect(() => { if (zone) learnZone(zone); }, [zone]);
  return resource;
}
