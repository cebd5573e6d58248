import type { Money } from '../../lib/money';

export type Reason = { code: string; text: string; numbers?: Record<string, unknown> };
export type State = 'received' | 'waiting' | 'flagged' | 'held' | 'approval' | 'placing' | 'placed' | 'shipped' | 'fulfilled' | 'delivered' | 'cancelled' | 'ignored';

type Both = {
  id: number;
  gid: string;
  name: string;
  state: State;
  mode: string | null;
  created_at: string;
  total: Money | null;
  email: string | null;
  financial: string;
  risk: string | null;
  score: number | null;
  hold_code: string | null;
  hold_reasons: Reason[] | null;
  released_by: string | null;
  problem: string | null;
  next_job: string | null;
  next_run_at: string | null;
  placed_at: string | null;
  fulfilled_at: string | null;
  changed_at: string;
};

export type OrderRow = Both & {
  customer: string | null;
  country: string | null;
  lines: number;
  profit: Money | null;
  profit_estimated: boolean;
  held_at: string | null;
  supplier_orders: number;
  parcels: number;
  tracking: string | null;
};

export type Mapping = { vid: string; supplier_sku: string; rank: number; snapshot: Money; confirmed_at: string | null; confirmed_by: string | null };
export type Line = { title: string; sku: string | null; quantity: number; to_ship: number; unit_price: Money | null; cost: Money | null; cost_source: string | null; product_id: number | null; mappings: Mapping[] };
export type Parcel = { tracking_number: string; tracking_url: string; carrier: string; status: string; fulfillment_gid: string | null; notified_at: string | null; created_at: string };
export type SupplierOrder = {
  our_number: string;
  cj_order_id: string | null;
  parcel_group: number;
  state: string;
  cj_status: string | null;
  logistic_name: string | null;
  from_country: string | null;
  currency: string;
  quoted_minor: number | null;
  cap_minor: number | null;
  charged_minor: number | null;
  created_at: string;
  paid_at: string | null;
  parcels: Parcel[];
};
export type OrderMoney = {
  currency: string;
  gross_minor: number;
  discounts_minor: number;
  shipping_minor: number;
  taxes_minor: number;
  duties_minor: number;
  total_minor: number;
  refunds_minor: number;
  goods_minor: number | null;
  goods_source: string | null;
  supply_shipping_minor: number | null;
  supply_shipping_source: string | null;
  supply_duty_minor: number | null;
  supply_duty_source: string | null;
  fee_minor: number | null;
  fee_source: string | null;
  ads_minor: number;
  profit_minor: number | null;
  estimated: boolean;
  missing: string[];
};
export type Effect = { key: string; kind: string; state: 'intent' | 'done' | 'failed' | 'unknown'; attempts: number; error: string | null; created_at: string; settled_at: string | null };
export type Event = { at: string; step: string; code: string | null; text: string; detail: Record<string, unknown> | null; trace_id: string | null };

export type Order = Both & {
  received_at: string;
  decided_at: string | null;
  shop_cancelled_at: string | null;
  test: boolean;
  address: Record<string, string | null> | null;
  lines: Line[];
  money: OrderMoney | null;
  supplier_orders: SupplierOrder[];
  effects: Effect[];
  events: Event[];
};

export type Views = { views: Record<'todo' | 'waiting' | 'supplier' | 'shipped' | 'exceptions', number>; reasons: { code: string; count: number }[]; countries: string[] };
