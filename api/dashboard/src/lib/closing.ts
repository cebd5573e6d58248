// Menus made of <details>: a click elsewhere and Esc close them.

import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';

/** For the <details>: ref, onKeyDown, and close(), which leaves the focus on its summary. */
export function useClosing(): { box: RefObject<HTMLDetailsElement | null>; close: () => void; onKeyDown: (event: KeyboardEvent) => void } {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const away = (event: Event) => {
      if (box.current?.open && event.target instanceof Node && !box.current.contains(event.target)) box.current.open = false;
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, []);
  const close = () => {
    if (!box.current?.open) return;
    box.current.open = false;
    box.current.querySelector('summary')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !box.current?.open) return;
    event.stopPropagation();
    close();
  };
  return { box, close, onKeyDown };
}
