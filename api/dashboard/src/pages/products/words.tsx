// Stages and states of products in words, and what a person can do in each.

import { Pill, type Tone } from '../../ui';
import type { Stage, State } from './types';

export const states: Record<State, { title: string; tone: Tone; stage: Stage }> = {
  found: { title: 'Found', tone: 'plain', stage: 'found' },
  candidate: { title: 'Candidate', tone: 'plain', stage: 'checked' },
  needs_data: { title: 'Lacks data', tone: 'warn', stage: 'checked' },
  assessed: { title: 'Passed', tone: 'good', stage: 'checked' },
  writing: { title: 'Being written', tone: 'info', stage: 'draft' },
  publishing: { title: 'Being published', tone: 'info', stage: 'draft' },
  needs_review: { title: 'Texts need a look', tone: 'warn', stage: 'todo' },
  approval: { title: 'Asks you', tone: 'warn', stage: 'todo' },
  listed: { title: 'Live', tone: 'good', stage: 'live' },
  on_hold: { title: 'On hold', tone: 'bad', stage: 'hold' },
  rejected: { title: 'Rejected', tone: 'off', stage: 'rejected' },
  unlisting: { title: 'Leaves the shop', tone: 'info', stage: 'retired' },
  unlisted: { title: 'Retired', tone: 'off', stage: 'retired' },
};

export const stages: { id: Stage; title: string; help: string }[] = [
  { id: 'found', title: 'Found', help: 'Seen at the supplier, not looked at yet' },
  { id: 'checked', title: 'Checked', help: 'Costs, stock and rules are looked at' },
  { id: 'draft', title: 'Draft', help: 'Texts are written, or it is on its way to the shop' },
  { id: 'todo', title: 'To approve', help: 'Waits for your yes' },
  { id: 'live', title: 'Live', help: 'On sale' },
  { id: 'hold', title: 'On hold', help: 'At the shop with quantity 0' },
  { id: 'rejected', title: 'Rejected', help: 'Did not pass, each with its reason' },
  { id: 'retired', title: 'Retired', help: 'Taken out of the shop' },
];

export function StatePill({ state }: { state: State }) {
  const known = states[state] ?? { title: state, tone: 'plain' as const };
  return <Pill tone={known.tone} word={known.title} />;
}

const labelTone: Record<string, Tone> = { NEW: 'info', RISING: 'good', STABLE: 'plain', FALLING: 'warn' };

export function Trend({ label, score }: { label: string | null; score: number | null }) {
  if (label === null && score === null) return null;
  return <Pill tone={labelTone[label ?? ''] ?? 'plain'} icon={label === 'FALLING' ? 'down' : label === 'RISING' ? 'up' : 'chart'} word={`${label ? label.toLowerCase() : 'trend'}${score === null ? '' : ` ${Math.round(score)}`}`} title="Trend: how listings at other shops grow, 0 to 100" />;
}

export type Act = 'approve' | 'reject' | 'unlist' | 'reprice';
export const actTitles: Record<Act, string> = { approve: 'Approve & publish', reject: 'Reject', unlist: 'Unlist', reprice: 'Price anew' };

/** What a person can do with a product in this state.  atShop: something of it stands there. */
export function actsIn(state: State, atShop = false): Act[] {
  if (state === 'approval' || state === 'needs_review') return ['approve', atShop ? 'unlist' : 'reject'];
  if (state === 'listed' || state === 'on_hold') return ['reprice', 'unlist'];
  if (state === 'publishing') return ['unlist'];
  if (state === 'unlisting' || state === 'rejected') return [];
  return ['reject'];
}
