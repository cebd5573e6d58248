import type { Money } from '../../lib/money';

export type State = 'found' | 'candidate' | 'needs_data' | 'rejected' | 'assessed' | 'writing' | 'needs_review' | 'approval' | 'publishing' | 'listed' | 'on_hold' | 'unlisting' | 'unlisted';
export type Stage = 'found' | 'checked' | 'draft' | 'todo' | 'live' | 'hold' | 'rejected' | 'retired';

export type ProductRow = {
  id: number;
  pid: string;
  name: string;
  category: string | null;
  state: State;
  label: string | null;
  score: number | null;
  listings: number | null;
  landed: Money | null;
  price: Money | null;
  margin: Money | null;
  margin_ppm: number | null;
  stock: number | null;
  tier: string | null;
  decision_rule: string | null;
  decision_text: string | null;
  decided_by: string | null;
  decided_at: string | null;
  problem: string | null;
  hold_code: string | null;
  listed_at: string | null;
  found_at: string;
  changed_at: string;
  next_job: string | null;
  next_run_at: string | null;
  variants: number;
};

export type ProductPage = { products: ProductRow[]; counts: Partial<Record<State, number>>; next: string | null };

export type Sum = Record<string, number | null> & { country: unknown };
export type Decision = {
  at?: string;
  currency?: string;
  target_ppm?: number;
  gate?: { rule: string; passed: boolean; text: string }[];
  markets?: { country: string; quote: { method: string; days_min: number | null; days_max: number | null; quoted_at: string | null } | null; duty: { hs6: string | null } | null }[];
  variants?: { vid: string; name: string; markets: Sum[] }[];
  worst?: { vid: string; country: string } | null;
};

export type Variant = {
  id: number;
  vid: string;
  sku: string;
  name: string;
  stock: number | null;
  cost: Money | null;
  landed: Money | null;
  price: Money | null;
  gid: string | null;
  shop_quantity: number | null;
  low: boolean;
  offered: boolean;
  left_out: string | null;
  mapping: 'confirmed' | 'proposed' | null;
  gone_at: string | null;
  checked_at: string | null;
};

export type ListingText = {
  version: number;
  at: string;
  made_by: string;
  title: string;
  description_html: string;
  seo_title: string;
  meta_description: string;
  tags: string[];
  alt_texts: (string | null)[];
  facts: unknown;
  checks: { passed: boolean | null; failed?: { rule: string; field: string; text: string }[] };
};

export type Product = Omit<ProductRow, 'variants'> & {
  supplier_price: { from: Money; to: Money } | null;
  shop_currency: string | null;
  decision: Decision | null;
  approved_by: string | null;
  listing: { handle: string | null; gid: string | null; listed_at: string | null; text_version: number | null; repriced_at: string | null; checked_at: string | null; check_due_at: string | null };
  facts: { images?: string[]; description_html?: string; material?: string; packing?: string; weight_g?: number; hs_code?: string } | null;
  variants: Variant[];
  snapshots: { day: string; listings: number | null; stock: number | null; price_min_minor: number | null; currency: string }[];
  texts: ListingText[];
  proposals: { id: number; kind: string; text: string; state: string; created_at: string; decided_by: string | null }[];
  events: { at: string; step: string; code: string | null; text: string; who: string | null }[];
};

export type Trial = {
  price_minor: number;
  landed_minor: number;
  fee_minor: number;
  reserve_minor: number;
  margin_minor: number;
  margin_ppm: number | null;
  target_ppm: number | null;
  break_even_roas_e4: number | null;
  currency: string;
  variant: string;
  country: string;
  as_of: string | null;
};
