// What the server says of queues, jobs and workers.

import type { Tone } from '../../ui';

export type Queue = {
  name: string;
  waiting: number;
  running: number;
  oldest_ms: number | null;
  paused: boolean;
  processes: number;
  threads: number | null;
};

export type Worker = {
  identity: string;
  alive: boolean;
  quiet: boolean;
  ours: boolean;
  busy: number;
  concurrency: number;
  rss_kib: number;
  rtt_us: number;
  beat_at: string;
  info: { queues?: string[]; hostname?: string; started_at?: number } | null;
};

export type JobState = 'waiting' | 'running' | 'scheduled' | 'retry' | 'dead' | 'archived';

export type Job = {
  state: Exclude<JobState, 'archived'>;
  where: string | null;
  worker: string | null;
  at: string | null;
  jid: string | null;
  class: string | null;
  queue: string | null;
  args: unknown;
  retry_count: number | null;
  max_retries: number | null;
  created_at: string | null;
  enqueued_at: string | null;
  failed_at: string | null;
  trace_id: string | null;
  error_class: string | null;
  error: string | null;
  /** Of bytes that are no job. */
  payload?: string;
  /** Of archived ones. */
  type?: string;
  error_message?: string | null;
  died_at?: string | null;
  retried_at?: string | null;
};

export type Outcome = 'done' | 'retry' | 'snooze' | 'dead' | 'fenced' | 'back' | 'expired' | 'cancelled';

export type Run = {
  jid: string;
  type: string;
  queue: string;
  attempt: number;
  outcome: Outcome;
  started_at: string;
  finished_at: string;
  run_ms: number;
  error_class: string | null;
  error: string | null;
  worker: string;
  trace_id: string | null;
};

export type Sums = { name: string; done: number; failed: number; fail_ppm: number; p50_ms: number; p95_ms: number };

export type Stats = {
  window_s: number;
  slice_s: number;
  at: string;
  complete: boolean;
  queues: Sums[];
  types: Sums[];
  series: { at: string; done: number; failed: number; p50_ms: number | null; p95_ms: number | null }[];
};

export const outcomes: Record<Outcome, { word: string; tone: Tone; step: 'good' | 'warn' | 'bad' | 'plain' }> = {
  done: { word: 'done', tone: 'good', step: 'good' },
  retry: { word: 'failed, tried again', tone: 'warn', step: 'warn' },
  snooze: { word: 'waits', tone: 'plain', step: 'plain' },
  dead: { word: 'dead', tone: 'bad', step: 'bad' },
  fenced: { word: 'taken from its worker', tone: 'warn', step: 'warn' },
  back: { word: 'handed back', tone: 'plain', step: 'plain' },
  expired: { word: 'came too late', tone: 'off', step: 'warn' },
  cancelled: { word: 'cancelled', tone: 'off', step: 'warn' },
};

export const stateTones: Record<JobState, Tone> = { waiting: 'plain', running: 'info', scheduled: 'plain', retry: 'warn', dead: 'bad', archived: 'off' };
