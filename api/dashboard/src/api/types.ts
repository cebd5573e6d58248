// Shapes that several pages use; those of one page are in its folder.

import type { Money } from '../lib/money';
export type { Money };

export type FlowWord = 'OFF' | 'IDLE' | 'ACTIVE' | 'PAUSED' | 'DEGRADED' | 'BLOCKED';
export type Mode = 'off' | 'dry_run' | 'approve' | 'auto';

export type Stop = {
  on: boolean;
  since: string | null;
  reason: string | null;
  by: string | null;
  confirmed: number;
  of: number;
  parts: { name: string; state: 'off' | 'ending'; text: string }[];
};

export type Flow = {
  name: string;
  title: string;
  mode: Mode;
  /** Empty for a flow that follows another one's mode. */
  modes: Mode[];
  state: { word: FlowWord; reason: string; since: string | null };
  interval: { setting: string; value_s: number; min_s: number; max_s: number } | null;
  next_run_at: string | null;
  last_run: { at: string; outcome: string; text: string | null; ms: number | null } | null;
  running: { jid: string; type: string; since: string | null }[];
  limits: string[];
  jobs: string[];
  help: string;
};

export type Flows = { stop: Stop; overall: { word: FlowWord; text: string; running: number; on: number; trouble: number }; flows: Flow[] };

export type Needs = {
  counts: Partial<Record<'products' | 'orders' | 'ads' | 'service' | 'jobs' | 'approvals', number>>;
  items: { kind: string; text: string; href: string; count: number }[];
};

export type Service = {
  name: string;
  title: string;
  state: 'ok' | 'degraded' | 'down' | 'off';
  simulated: boolean;
  text: string | null;
  since: string | null;
  last_ok_at: string | null;
  last_error: string | null;
  /** Figures are in 10^-decimals of the unit. */
  limits: { name: string; used: number | null; of: number | null; left?: number; unit: string; decimals: number; resets_at: string | null; as_of?: string | null }[];
};

export type Health = { services: Service[] };

export type ActivityEntry = {
  id: string;
  at: string;
  who: string;
  what: string;
  object: { kind: string; id: string; name: string | null } | null;
  text: string;
  rule: string | null;
  numbers: Record<string, unknown> | null;
  read_back: string | null;
  undo: { possible: boolean; why: string | null };
};

export type Hit = { kind: string; id: string; title: string; text: string | null; href: string };
