// Many jobs at once, by filter: counted first, then moved request by request, with how far it has come.

import { useRef, useState } from 'react';
import { Button, confirm, Dialog, Notice, Progress, write, refreshAll } from '../../ui';
import { ApiError } from '../../api/problem';

export type Filter = { state: string; queue: string; class: string; error: string };
type Verb = 'retry' | 'kill' | 'delete';
type Moved = { done: number; looked: number; cursor: string | null };

const words: Record<Verb, { verb: string; past: string; effect: string }> = {
  retry: { verb: 'Retry', past: 'in their queues again', effect: 'Each goes back into its queue and runs again. A paid step is looked up before it is repeated.' },
  kill: { verb: 'Kill', past: 'dead', effect: 'Each goes to the dead and runs no more, unless it is retried.' },
  delete: { verb: 'Delete', past: 'deleted', effect: 'Each is gone for good.' },
};
const allowed: Record<string, Verb[]> = { waiting: ['kill', 'delete'], scheduled: ['retry', 'kill', 'delete'], retry: ['retry', 'kill', 'delete'], dead: ['retry', 'delete'] };

type Going = { verb: Verb; of: number; done: number; state: 'going' | 'done' | 'stopped' | 'failed'; error?: ApiError };

const bodyOf = (filter: Filter, action: string, cursor: string | null) => ({
  action, state: filter.state,
  ...(filter.queue ? { queue: filter.queue } : {}), ...(filter.class ? { class: filter.class } : {}), ...(filter.error ? { error: filter.error } : {}),
  ...(cursor ? { cursor } : {}),
});

/** All that fit, as far as one request goes, again and again. */
async function whole(filter: Filter, action: string, step: (done: number) => boolean): Promise<number> {
  let done = 0;
  for (let cursor: string | null = null; ;) {
    const moved: Moved = await write<Moved>('POST', '/api/v1/jobs/bulk', bodyOf(filter, action, cursor));
    done += moved.done;
    cursor = moved.cursor;
    if (!step(done) || cursor === null) return done;
  }
}

const asError = (thrown: unknown) => (thrown instanceof ApiError ? thrown : new ApiError(String(thrown), { kind: 'server', status: 0 }));

export function BulkButtons({ filter, done }: { filter: Filter; done: () => void }) {
  const [going, setGoing] = useState<Going | null>(null);
  const [counting, setCounting] = useState(false);
  const stop = useRef(false);
  const verbs = allowed[filter.state] ?? [];
  const start = async (verb: Verb) => {
    setCounting(true);
    try {
      const count = await whole(filter, 'count', () => true);
      setCounting(false);
      if (count === 0) {
        setGoing({ verb, of: 0, done: 0, state: 'done' });
        return;
      }
      if (!(await confirm({
        title: `${words[verb].verb} ${count} jobs?`, body: <p>{words[verb].effect}</p>, verb: words[verb].verb, danger: verb !== 'retry',
        ...(count > 10 ? { tier: 'final' as const, type: String(count) } : {}),
      }))) return;
      stop.current = false;
      setGoing({ verb, of: count, done: 0, state: 'going' });
      const moved = await whole(filter, verb, (n) => {
        setGoing({ verb, of: count, done: n, state: 'going' });
        return !stop.current;
      });
      setGoing({ verb, of: count, done: moved, state: stop.current ? 'stopped' : 'done' });
    } catch (thrown) {
      setGoing((now) => ({ verb, of: now?.of ?? 0, done: now?.done ?? 0, state: 'failed', error: asError(thrown) }));
    } finally {
      setCounting(false);
      void refreshAll('/api/v1/jobs');
      void refreshAll('/api/v1/status');
      done();
    }
  };
  return (
    <>
      {verbs.map((verb) => <Button key={verb} needs="operate" busy={counting || going?.state === 'going'} onClick={() => void start(verb)}>{words[verb].verb} all that match…</Button>)}
      {going ? (
        <Dialog title={`${words[going.verb].verb} jobs`} onClose={() => { stop.current = true; setGoing(null); }}>
          <div className="stack">
            <Progress label={words[going.verb].past} value={going.done} of={Math.max(going.of, going.done)} />
            {going.state === 'going' ? <p role="status">It goes on; closing this ends it after the present step.</p> : null}
            {going.state === 'done' ? <p role="status">{going.done === 0 ? 'No job matched.' : `${going.done} jobs are ${words[going.verb].past}.`}{going.of > going.done ? ` ${going.of - going.done} had moved on by themselves.` : ''}</p> : null}
            {going.state === 'stopped' ? <p role="status">Ended by you after {going.done}; the rest is as it was.</p> : null}
            {going.state === 'failed' ? <Notice tone="bad">{going.done} were done; then: {going.error?.message} The rest is as it was.</Notice> : null}
            <div className="dialog-foot">
              {going.state === 'going' ? <Button onClick={() => { stop.current = true; }}>End it here</Button> : <Button look="primary" onClick={() => setGoing(null)}>Close</Button>}
            </div>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
