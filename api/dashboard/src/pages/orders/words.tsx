// States, reasons and next steps of orders in words.

import { Pill, Time, type Tone } from '../../ui';
import type { Order, OrderRow, State } from './types';

export const states: Record<State, { title: string; tone: Tone }> = {
  received: { title: 'Received', tone: 'plain' },
  waiting: { title: 'Waiting', tone: 'info' },
  flagged: { title: 'Flagged', tone: 'warn' },
  held: { title: 'On hold', tone: 'bad' },
  approval: { title: 'Asks you', tone: 'warn' },
  placing: { title: 'Ordering', tone: 'info' },
  placed: { title: 'At supplier', tone: 'info' },
  shipped: { title: 'Shipped', tone: 'good' },
  fulfilled: { title: 'Shipped', tone: 'good' },
  delivered: { title: 'Delivered', tone: 'good' },
  cancelled: { title: 'Cancelled', tone: 'off' },
  ignored: { title: 'Ignored', tone: 'off' },
};

export function StatePill({ state }: { state: State }) {
  const known = states[state] ?? { title: state, tone: 'plain' as const };
  return <Pill tone={known.tone} word={known.title} />;
}

/** What is fetched anew after an act about an order. */
export const refreshed = ['/api/v1/order', '/api/v1/needs', '/api/v1/approvals'];

/** PRICE_RISE -> "price rise" */
export const reasonWords = (code: string) => code.toLowerCase().replaceAll('_', ' ');

export const open = (state: State) => ['received', 'waiting', 'flagged', 'held', 'approval'].includes(state);

/** Holds that a person's release overrules; all others are checked anew and hold again while they are true. */
const overruled = new Set(['PARTLY_REFUNDED', 'RISK_HIGH', 'VALUE_HARD', 'DUPLICATE', 'EDITED', 'SCORE', 'PERSON']);
export const isOverruled = (code: string) => overruled.has(code);

/** Why the order can no longer be released or held; null when it can. */
export function fixed(o: Pick<Order, 'state' | 'placed_at'>): string | null {
  if (open(o.state)) return null;
  if (o.state === 'cancelled') return 'It was cancelled.';
  if (o.state === 'ignored') return 'It is a test or holds nothing to send: it was passed over.';
  if (o.state === 'placing') return 'It is being ordered at the supplier at this moment.';
  return 'It is ordered at the supplier already: it can be neither released again nor held. To cancel it, cancel at the supplier and at the shop; both are seen here.';
}

export function NextStep({ order: o }: { order: Pick<OrderRow, 'state' | 'next_job' | 'next_run_at' | 'tracking' | 'problem'> }) {
  if (o.state === 'held' || o.state === 'approval') return <>waits for you</>;
  if (o.next_job === 'order.release') return <>checked and ordered {o.next_run_at ? <Time at={o.next_run_at} /> : 'next'}</>;
  if (o.state === 'delivered') return <span className="quiet">done</span>;
  if (o.tracking) return <>tracking <bdi>{o.tracking}</bdi></>;
  if (o.next_job) return <>looks {o.next_run_at ? <Time at={o.next_run_at} /> : 'soon'}</>;
  return <span className="quiet">nothing</span>;
}
