// What need not be done at once.  Heavy parts of a page (charts) are drawn one after the other, a frame between two: the page answers
// meanwhile.

import { useEffect, useState } from 'react';

const waiting = new Set<() => void>();
let busy = false;

function next(): void {
  const [first] = waiting;
  busy = first !== undefined;
  if (first === undefined) return;
  waiting.delete(first);
  first();
  // After what was drawn has been painted.  A hidden page paints nothing and goes on when it is seen.
  requestAnimationFrame(() => setTimeout(next));
}

/** False until it is this component's turn to draw itself; then true for good. */
export function useTurn(): boolean {
  const [mine, setMine] = useState(false);
  useEffect(() => {
    if (mine) return undefined;
    const take = () => setMine(true);
    waiting.add(take);
    if (!busy) {
      busy = true;
      setTimeout(next);
    }
    return () => void waiting.delete(take);
  }, [mine]);
  return mine;
}

/** Runs the work some time after the page has loaded: what is needed first is there.  The result takes it back. */
export function whenIdle(work: () => void): () => void {
  let taken = false;
  const idle = () => setTimeout(() => { if (!taken) work(); }, 3000);
  if (document.readyState === 'complete') idle();
  else window.addEventListener('load', idle, { once: true });
  return () => { taken = true; };
}
