// STOP: one press, no question.  Going on needs a reason.

import { useState } from 'react';
import { newKey, write } from '../api/client';
import { useForbidden } from '../api/session';
import { refreshAll, useResource } from '../api/resource';
import type { Flows, Stop } from '../api/types';
import { makeStore, useStore } from '../lib/store';
import { Button } from '../ui/button';
import { confirm } from '../ui/confirm';
import { Icon } from '../ui/icon';
import { toast } from '../ui/toast';
import { Time } from '../ui/values';

const stopping = makeStore(false);

export const useFlows = () => useResource<Flows>('/api/v1/flows', { every: 5000, topics: ['flows'] });

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A lost answer is asked for again with the same key: STOP must not fail for a hiccup. */
export async function stopAll(): Promise<void> {
  if (stopping.get()) return;
  stopping.set(true);
  const key = newKey();
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        await write('POST', '/api/v1/stop', {}, key);
        break;
      } catch (error) {
        if (tries === 3) throw error;
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
    }
    await refreshAll('/api/v1/flows');
  } catch (error) {
    toast(`STOP did not get through: ${words(error)} At a terminal: deploy/dropship stop`, { tone: 'bad' });
  } finally {
    stopping.set(false);
  }
}

async function resume(): Promise<void> {
  const yes = await confirm({
    title: 'Resume everything?',
    body: <p>Every flow goes on in its mode: orders are placed and paid, products published, mail sent, as the flows’ modes say.</p>,
    verb: 'Resume',
    tier: 'final',
    type: 'resume',
    reason: 'required',
  });
  if (!yes) return;
  try {
    await write('POST', '/api/v1/resume-all', { reason: yes.reason });
    await refreshAll();
    toast('Resumed.');
  } catch (error) {
    toast(words(error), { tone: 'bad' });
  }
}

export function StopButton({ stop }: { stop: Stop | undefined }) {
  const busy = useStore(stopping);
  const forbidden = useForbidden('operate');
  if (stop?.on) return null;
  return (
    <button type="button" className="stop" disabled={busy || forbidden !== null} title={forbidden ?? 'Nothing more is ordered, paid or sent'} onClick={() => void stopAll()}>
      <Icon name="stop" />
      <span>{busy ? 'Stopping…' : 'STOP'}</span>
    </button>
  );
}

/** How far STOP has come: it is done only when every part was read back as off. */
export function StopBar({ stop }: { stop: Stop | undefined }) {
  const [open, setOpen] = useState(false);
  if (!stop?.on) return null;
  const done = stop.confirmed >= stop.of;
  return (
    <div className="bar bar-stop" role="alert">
      <Icon name="stop" />
      <strong>{done ? `Stopped: ${stop.confirmed} of ${stop.of} confirmed` : `Stopping: ${stop.confirmed} of ${stop.of} confirmed`}</strong>
      <span>
        {stop.by ? `by ${stop.by}` : ''}{stop.since ? <> <Time at={stop.since} /></> : null}{stop.reason ? `: ${stop.reason}` : ''}
      </span>
      {stop.parts.length > 0 ? <Button look="link" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Hide parts' : 'Show parts'}</Button> : null}
      <Button needs="admin" icon="play" onClick={() => void resume()}>Resume…</Button>
      {open ? (
        <ul className="stop-parts">
          {stop.parts.map((part) => <li key={part.name}><Icon name={part.state === 'off' ? 'check' : 'clock'} size={15} /> {part.name}: {part.text}</li>)}
        </ul>
      ) : null}
    </div>
  );
}
