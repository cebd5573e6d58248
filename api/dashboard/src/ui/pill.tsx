// A state: icon, word and colour; never the colour alone.

import { Icon, type IconName } from './icon';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'off';

const icons: Record<Tone, IconName> = { plain: 'info', good: 'check', warn: 'warn', bad: 'error', info: 'play', off: 'off' };

export function Pill({ tone, word, icon, title }: { tone: Tone; word: string; icon?: IconName; title?: string | null | undefined }) {
  return (
    <span className={`pill pill-${tone}`} title={title ?? undefined}>
      <Icon name={icon ?? icons[tone]} size={14} />
      {word}
    </span>
  );
}

const flowTones: Record<string, [Tone, IconName]> = {
  OFF: ['off', 'off'],
  IDLE: ['plain', 'clock'],
  ACTIVE: ['good', 'play'],
  PAUSED: ['warn', 'pause'],
  DEGRADED: ['warn', 'warn'],
  BLOCKED: ['bad', 'error'],
};

/** OFF, IDLE, ACTIVE, PAUSED, DEGRADED or BLOCKED of a flow. */
export function FlowPill({ word, reason }: { word: string; reason?: string | null | undefined }) {
  const [tone, icon] = flowTones[word] ?? ['plain', 'info'];
  return <Pill tone={tone} icon={icon} word={word} title={reason} />;
}

const serviceTones: Record<string, Tone> = { ok: 'good', degraded: 'warn', down: 'bad', off: 'off' };

/** ok, degraded, down or off of an outside service. */
export function ServicePill({ state, simulated }: { state: string; simulated?: boolean }) {
  return <Pill tone={serviceTones[state] ?? 'plain'} word={simulated ? `${state}, simulated` : state} {...(simulated && state === 'ok' ? { icon: 'flask' as const } : {})} />;
}
