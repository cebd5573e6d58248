// The same act about many rows: asked for once, done in parts, its results listed afterwards.

import { useState, type ReactNode } from 'react';
import { ApiError, Button, confirm, Dialog, get, Link, newKey, Notice, Pill, Progress, queryOf, refreshAll, SimpleTable, toast, write, type Question } from '../../ui';

export type Result = { id: string | number; ok: boolean; status: number; text: string | null };
type Answer = { results: Result[]; done: number; failed: number };

const part = 100;
/** "Select all that match" goes this far. */
export const bulkMost = 2000;

/** Everything of a list that matches, page by page. */
export async function allOf<T>(path: string, member: string, filters: Record<string, string | number | boolean | null | undefined>): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = '';
  while (cursor !== null && rows.length < bulkMost) {
    const page: Record<string, unknown> = await get<Record<string, unknown>>(path + queryOf({ ...filters, limit: 200, cursor }));
    rows.push(...(page[member] as T[]));
    cursor = page.next === null || page.next === undefined ? null : String(page.next);
  }
  return rows.slice(0, bulkMost);
}

export type Work = {
  question: Question;
  path: string;
  /** Elements of `ids`. */
  ids: unknown[];
  body: (reason: string) => Record<string, unknown>;
  /** What one is called in the list of results. */
  name: (id: string | number) => { title: ReactNode; href?: string };
  done: (count: number) => string;
  after: () => void;
};

/** Asks (typed when more than ten), does it a hundred at a time, then shows what failed and why. */
export function useBulk(): { start: (work: Work) => Promise<void>; busy: boolean; view: ReactNode } {
  const [running, setRunning] = useState<{ of: number; results: Result[]; work: Work; open: boolean } | null>(null);
  const start = async (work: Work) => {
    const many = work.ids.length > 10;
    const yes = await confirm({ ...work.question, ...(many ? { tier: 'final' as const, type: String(work.ids.length) } : {}) });
    if (!yes) return;
    const results: Result[] = [];
    setRunning({ of: work.ids.length, results, work, open: true });
    try {
      for (let at = 0; at < work.ids.length; at += part) {
        const answer = await write<Answer>('POST', work.path, { ids: work.ids.slice(at, at + part), ...work.body(yes.reason) }, newKey());
        results.push(...answer.results);
        setRunning({ of: work.ids.length, results: [...results], work, open: true });
      }
    } catch (error) {
      toast(`${results.filter((r) => r.ok).length} of ${work.ids.length} were done, then: ${error instanceof ApiError ? error.message : String(error)}`, { tone: 'bad' });
    }
    const failed = results.filter((r) => !r.ok).length;
    if (failed === 0) {
      setRunning(null);
      if (results.length > 0) toast(work.done(results.length));
    } else setRunning({ of: results.length, results, work, open: false });
    await refreshAll('/api/v1/');
    work.after();
  };
  return { start, busy: running?.open ?? false, view: running ? <Results {...running} close={() => setRunning(null)} /> : null };
}

function Results({ of, results, work, open, close }: { of: number; results: Result[]; work: Work; open: boolean; close: () => void }) {
  const failed = results.filter((r) => !r.ok);
  if (open) return <Dialog title={work.question.title} onClose={() => undefined}><Progress label="Done" value={results.length} of={of} /></Dialog>;
  return (
    <Dialog wide title={`${failed.length} of ${of} were not done`} onClose={close} footer={<Button look="primary" onClick={close}>Close</Button>}>
      <div className="stack">
        <Notice tone="warn">{results.length - failed.length} done. Those below stay as they were; each says why.</Notice>
        <SimpleTable label="What failed" rows={failed} id={(r) => r.id} columns={[
          { key: 'what', title: 'What', main: true, cell: (r) => { const { title, href } = work.name(r.id); return href ? <Link href={href} onClick={close}>{title}</Link> : title; } },
          { key: 'status', title: 'Result', cell: (r) => <Pill tone="bad" word={r.status === 409 ? 'refused' : r.status === 404 ? 'missing' : r.status >= 500 ? 'later' : 'refused'} /> },
          { key: 'why', title: 'Why', cell: (r) => <bdi>{r.text}</bdi> },
        ]} />
      </div>
    </Dialog>
  );
}
