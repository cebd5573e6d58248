// Dialogs and side panels on <dialog>: the browser traps the focus, Esc closes, the focus goes back to where it was.  It starts at
// what has data-autofocus, else at Close.

import { useEffect, useId, useRef, type ReactNode } from 'react';
import { makeStore } from '../lib/store';
import { Button } from './button';

/** Those that are open, the uppermost last: all else cannot be reached meanwhile. */
export const openDialogs = makeStore<HTMLDialogElement[]>([]);

type FrameProps = {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  /** Beside the title: state, links. */
  head?: ReactNode;
  className: string;
  role?: 'alertdialog';
  /** Do the single keys work inside? */
  keys?: boolean;
};

function Frame({ title, onClose, children, footer, head, className, role, keys }: FrameProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    if (dialog && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus();
      openDialogs.set([...openDialogs.get(), dialog]);
    }
    return () => {
      openDialogs.set(openDialogs.get().filter((open) => open !== dialog));
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={className}
      role={role}
      aria-labelledby={id}
      data-keys={keys ? 'on' : undefined}
      onCancel={(event) => {
        event.preventDefault();
        close.current();
      }}
      onClick={(event) => {
        if (event.target === ref.current) close.current();
      }}
    >
      <div className="dialog-box">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          {head}
          <Button look="quiet" icon="close" label="Close" className="dialog-close" onClick={() => close.current()} />
        </header>
        <div className="dialog-body">{children}</div>
        {footer ? <footer className="dialog-foot">{footer}</footer> : null}
      </div>
    </dialog>
  );
}

type DialogProps = { title: string; onClose: () => void; children: ReactNode; footer?: ReactNode; wide?: boolean; alert?: boolean };

/** In the middle; at the bottom of small screens.  Rendered means open. */
export function Dialog({ wide, alert, ...rest }: DialogProps) {
  return <Frame {...rest} className={`dialog${wide ? ' dialog-wide' : ''}`} {...(alert ? { role: 'alertdialog' as const } : {})} />;
}

/** A panel at the side for one thing of a list; the whole of small screens.  Open it from the URL: `open` is the id. */
export function Sheet({ head, ...rest }: { title: string; onClose: () => void; children: ReactNode; footer?: ReactNode; head?: ReactNode }) {
  return <Frame {...rest} head={head} className="sheet" keys />;
}
