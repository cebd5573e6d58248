// Short news about what was just done, with Undo where the server can take it back.

import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { makeStore, useStore } from '../lib/store';
import { Button } from './button';
import { openDialogs } from './dialog';
import { Icon } from './icon';

type Toast = { id: number; text: string; tone: 'good' | 'bad'; undo?: (() => Promise<unknown>) | undefined };

const toasts = makeStore<Toast[]>([]);
let last = 0;

/** Say it.  `undo`: offered for 8 seconds. */
export function toast(text: string, options: { tone?: 'good' | 'bad'; undo?: () => Promise<unknown> } = {}): void {
  last += 1;
  toasts.set([...toasts.get().slice(-2), { id: last, text, tone: options.tone ?? 'good', undo: options.undo }]);
}

const drop = (id: number) => toasts.set(toasts.get().filter((t) => t.id !== id));

function One({ toast: { id, text, tone, undo } }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (held || busy) return undefined;
    const timer = setTimeout(() => drop(id), 8000);
    return () => clearTimeout(timer);
  }, [id, held, busy]);
  const takeBack = async () => {
    setBusy(true);
    try {
      await undo?.();
      drop(id);
      toast('Undone.');
    } catch (error) {
      drop(id);
      toast(error instanceof Error ? error.message : String(error), { tone: 'bad' });
    }
  };
  return (
    <div className={`toast toast-${tone}`} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <Icon name={tone === 'good' ? 'check' : 'error'} />
      <span className="toast-text">{text}</span>
      {undo ? <Button look="link" icon="undo" busy={busy} onClick={() => void takeBack()}>Undo</Button> : null}
      <Button look="quiet" icon="close" label="Dismiss" onClick={() => drop(id)} />
    </div>
  );
}

/** Where they appear; the shell has it.  An open dialog takes them in: what is outside of it could not be pressed. */
export function ToastHost() {
  const all = useStore(toasts);
  const dialog = useStore(openDialogs).at(-1);
  const box = (
    <div className="toasts">
      <div role="status" aria-live="polite">{all.filter((t) => t.tone === 'good').map((t) => <One key={t.id} toast={t} />)}</div>
      <div role="alert">{all.filter((t) => t.tone === 'bad').map((t) => <One key={t.id} toast={t} />)}</div>
    </div>
  );
  return dialog ? createPortal(box, dialog) : box;
}
