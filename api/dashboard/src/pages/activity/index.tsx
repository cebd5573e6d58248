// Activity: who or which rule did what, why, by which numbers, and what can be taken back.  It is only ever added to.

import type { ActivityEntry } from '../../api/types';
import {
  Button, confirm, Empty, Facts, FilterBar, instantsOfRange, Link, LinkButton, Nothing, Page, queryOf, Sheet, Table, Time, toast,
  useAction, useList, useParams, useRange, type Column,
} from '../../ui';
import { SavedViews } from '../views';
import './activity.css';

const defaults = { who: '', what: '', object: '', open: '' };

const pages: Record<string, (id: string) => string> = {
  order: (id) => `/orders?open=${encodeURIComponent(id)}`,
  product: (id) => `/products?open=${encodeURIComponent(id)}`,
  job: (id) => `/jobs?open=${encodeURIComponent(id)}`,
  queue: () => '/jobs',
  setting: (id) => `/automation?tab=settings&q=${encodeURIComponent(id)}`,
  flow: () => '/automation',
};

function About({ entry }: { entry: ActivityEntry }) {
  const { object } = entry;
  if (!object?.id) return <Nothing why="It is about no single thing" />;
  const href = pages[object.kind]?.(object.id);
  const name = <bdi>{object.name ?? object.id}</bdi>;
  return href ? <Link href={href}>{name}</Link> : <>{name}</>;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const columns: Column<ActivityEntry>[] = [
  { key: 'at', title: 'When', tight: true, cell: (e) => <Time at={e.at} /> },
  { key: 'who', title: 'Who', tight: true, cell: (e) => <bdi className="who">{e.who}</bdi> },
  { key: 'text', title: 'What', main: true, wide: true, cell: (e) => <bdi>{e.text}</bdi> },
  { key: 'object', title: 'About', cell: (e) => <About entry={e} /> },
  { key: 'read_back', title: 'Read back', cell: (e) => (e.read_back ? <>{e.read_back}</> : <Nothing why="Nothing was read back for it" />) },
  { key: 'undo', title: 'Undo', tight: true, cell: (e) => <Undo entry={e} /> },
];

function Undo({ entry, said = false }: { entry: ActivityEntry; said?: boolean }) {
  const act = useAction(['/api/']);
  const undo = async () => {
    if (!(await confirm({ title: 'Take this back?', body: <p><bdi>{entry.text}</bdi></p>, verb: 'Take back' }))) return;
    if (await act.run({ method: 'POST', path: `/api/v1/activity/${encodeURIComponent(entry.id)}/undo` })) toast('Taken back.');
  };
  if (!entry.undo.possible) {
    return said ? <p className="quiet">{entry.undo.why ?? 'It cannot be taken back.'}</p> : <Nothing why={entry.undo.why ?? 'It cannot be taken back'} />;
  }
  return (
    <>
      <Button look="link" icon="undo" needs="operate" busy={act.busy} onClick={() => void undo()}>Undo</Button>
      {act.error ? <p className="field-error" role="alert">{act.error.message}</p> : null}
    </>
  );
}

function Detail({ entry, onClose }: { entry: ActivityEntry; onClose: () => void }) {
  const numbers = Object.entries(entry.numbers ?? {});
  return (
    <Sheet title={entry.what} onClose={onClose}>
      <div className="stack">
        <p><bdi>{entry.text}</bdi></p>
        <Facts items={[
          ['When', <Time key="at" at={entry.at} as="full" />],
          ['Who', <bdi key="who">{entry.who}</bdi>],
          ['Rule', entry.rule ?? <Nothing key="rule" why="A person's word, or no rule" />],
          ['About', <About key="about" entry={entry} />],
          ['Read back', entry.read_back ?? <Nothing key="back" why="Nothing was read back for it" />],
        ]} />
        <h3>Numbers</h3>
        {numbers.length === 0 ? <p className="quiet">None were kept.</p> : (
          <dl className="facts numbers">
            {numbers.map(([name, value]) => <div key={name}><dt>{name}</dt><dd><bdi>{shown(value)}</bdi></dd></div>)}
          </dl>
        )}
        <Undo entry={entry} said />
      </div>
    </Sheet>
  );
}

function Clear() {
  return <LinkButton href="/activity">Clear filters</LinkButton>;
}

export default function Activity() {
  const [url, set] = useParams(defaults);
  const [range] = useRange();
  const { from, to } = instantsOfRange(range);
  // The presets are whole days; what is done today belongs to a list of acts all the same.
  const filters = { who: url.who, what: url.what, object: url.object, from, to: range.preset === null ? to : null };
  const filtered = url.who !== '' || url.what !== '' || url.object !== '';
  const list = useList<ActivityEntry>('/api/v1/activity', { member: 'activity', id: (e) => e.id, filters, every: 60000, topics: ['activity'] });
  const open = list.rows?.find((e) => e.id === url.open);
  return (
    <Page title="Activity" note="Who or what did it, why, and what became of it" actions={<SavedViews />}>
      <FilterBar filters={[
        { name: 'who', label: 'Who', kind: 'text', placeholder: 'key:admin, rule:PRICE_RISE' },
        { name: 'what', label: 'What', kind: 'text', placeholder: 'order.held' },
        { name: 'object', label: 'About', kind: 'text', placeholder: 'order:7, product:9' },
      ]} />
      <Table name="Activity" beside={<a className="button button-plain" href={`/api/v1/export/activity${queryOf({ format: 'csv', ...filters })}`} download>Export</a>} columns={columns} list={list} id={(e) => e.id} onOpen={(e) => set({ open: e.id })} openId={url.open}
        empty={filtered ? <Empty title="Nothing matches." action={<Clear />}>No act in these days fits the filters.</Empty>
          : <Empty title="Nothing was done in these days.">What people and rules do is listed here with its reason.</Empty>} />
      {open ? <Detail entry={open} onClose={() => set({ open: null })} /> : null}
    </Page>
  );
}
