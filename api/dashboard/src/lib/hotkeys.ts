// Single keys.  They never fire inside inputs or while a dialog is open, and can be switched off (WCAG 2.1.4).

import { useEffect, useRef } from 'react';
import { keep, kept, makeStore } from './store';

export type Hotkey = { keys: string; help: string; run: () => void };

export const singleKeys = makeStore(kept('single-keys') !== 'off');
singleKeys.watch(() => keep('single-keys', singleKeys.get() ? null : 'off'));

/** All that are active now, for the list that "?" shows. */
const active = new Set<{ current: Hotkey[] }>();
export const activeHotkeys = (): Hotkey[] => [...active].flatMap((group) => group.current);

let prefix = '';
let prefixUntil = 0;

const inField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type));

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !singleKeys.get()) return;
  if (inField(event.target)) return;
  if (document.querySelector('dialog[open]:not([data-keys=on])') !== null) return;
  // Enter and the space bar belong to the button or link that has the focus.
  if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a, button, summary, input')) return;
  const typed = prefix !== '' && Date.now() < prefixUntil ? `${prefix} ${event.key}` : event.key;
  prefix = '';
  const all = activeHotkeys();
  const hit = all.findLast((h) => h.keys === typed);
  if (hit) {
    event.preventDefault();
    hit.run();
  } else if (all.some((h) => h.keys.startsWith(`${event.key} `))) {
    prefix = event.key;
    prefixUntil = Date.now() + 1500;
  }
}

document.addEventListener('keydown', onKey);

/** Keys of this component while it is on the screen: { keys: 'j', ... } or a sequence { keys: 'g d', ... }. */
export function useHotkeys(hotkeys: Hotkey[]): void {
  const group = useRef(hotkeys);
  group.current = hotkeys;
  useEffect(() => {
    active.add(group);
    return () => void active.delete(group);
  }, []);
}
