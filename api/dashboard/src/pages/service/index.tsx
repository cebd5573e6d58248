// Customer service: what people wrote through the contact form.  Answering is a later flow; until then a person answers by mail
// and says here what became of it.

import type { ReactNode } from 'react';
import { Button, confirm, Empty, Facts, FilterBar, FormError, Link, Loaded, Nothing, Page, Pill, Sheet, Table, Tabs, Time, toast, useAction, useList, useParams, useResource, type Column, type Tone } from '../../ui';
import { FlowCard } from '../flow_card';
import './service.css';

type State = 'new' | 'open' | 'answered' | 'closed' | 'spam';

type Row = {
  id: number;
  at: string;
  name: string | null;
  email: string;
  subject: string | null;
  excerpt: string;
  state: State;
  order: { id: number; name: string } | null;
};

type Message = Omit<Row, 'excerpt'> & {
  text: string;
  /** The order as the sender named it; `order` is the one of ours with this name and e-mail. */
  order_text: string | null;
  changed_at: string;
  changed_by: string | null;
  others: { id: number; at: string; subject: string | null; state: State }[];
};

const states: Record<State, { title: string; tone: Tone }> = {
  new: { title: 'New', tone: 'warn' },
  open: { title: 'In work', tone: 'info' },
  answered: { title: 'Answered', tone: 'good' },
  closed: { title: 'Closed', tone: 'off' },
  spam: { title: 'Spam', tone: 'off' },
};

function StatePill({ state }: { state: State }) {
  const known = states[state] ?? { title: state, tone: 'plain' as const };
  return <Pill tone={known.tone} word={known.title} />;
}

const columns: Column<Row>[] = [
  { key: 'from', title: 'From', main: true, cell: (m) => <bdi>{m.name ?? m.email}</bdi> },
  { key: 'text', title: 'Message', cell: (m) => <bdi className="message-start">{m.subject ? <strong>{m.subject} </strong> : null}<span className="quiet">{m.excerpt}</span></bdi> },
  { key: 'order', title: 'Order', tight: true, cell: (m) => (m.order ? <Link href={`/orders?open=${m.order.id}`}>{m.order.name}</Link> : <Nothing why="No order of this sender was named" />) },
  { key: 'state', title: 'State', tight: true, cell: (m) => <StatePill state={m.state} /> },
  { key: 'at', title: 'Came', tight: true, end: true, cell: (m) => <Time at={m.at} /> },
];

const next: Record<State, [State, string][]> = {
  new: [['open', 'Take'], ['answered', 'Mark answered'], ['closed', 'Close'], ['spam', 'Spam']],
  open: [['answered', 'Mark answered'], ['closed', 'Close'], ['spam', 'Spam']],
  answered: [['open', 'Open again'], ['closed', 'Close']],
  closed: [['open', 'Open again']],
  spam: [['open', 'No spam']],
};

function Acts({ message, done }: { message: Message; done: () => void }) {
  const act = useAction(['/api/v1/messages', '/api/v1/needs']);
  const path = `/api/v1/messages/${message.id}`;
  const move = async (state: State) => {
    if (state === 'spam' && !(await confirm({ title: 'Mark as spam?', body: <p>The message leaves the list; it can be brought back from the Spam tab.</p>, verb: 'Mark as spam' }))) return;
    const before = message.state;
    if ((await act.run({ method: 'PUT', path, body: { state } })) === null) return;
    toast(`${states[state].title}: ${message.name ?? message.email}`, { undo: () => act.run({ method: 'PUT', path, body: { state: before } }).then(done) });
    done();
  };
  return (
    <>
      <div className="row">
        {(next[message.state] ?? []).map(([state, verb], i) => <Button key={state} needs="operate" look={i === 0 ? 'primary' : 'plain'} busy={act.busy} onClick={() => void move(state)}>{verb}</Button>)}
      </div>
      <FormError error={act.error} />
    </>
  );
}

function Detail({ id, onClose, changed }: { id: string; onClose: () => void; changed: () => void }) {
  const message = useResource<Message>(`/api/v1/messages/${encodeURIComponent(id)}`, { every: 15000, topics: ['messages'] });
  const title = message.data ? message.data.subject ?? `Message of ${message.data.name ?? message.data.email}` : `Message ${id}`;
  return (
    <Sheet title={title} onClose={onClose} head={message.data ? <StatePill state={message.data.state} /> : undefined}>
      <Loaded of={message} what="Message">
        {(m) => (
          <div className="stack">
            <Facts items={[
              ['From', <bdi key="n">{m.name ?? '—'}</bdi>],
              ['E-mail', <a key="m" href={`mailto:${encodeURIComponent(m.email).replace('%40', '@')}${m.subject ? `?subject=${encodeURIComponent(`Re: ${m.subject}`)}` : ''}`}>{m.email}</a>],
              ['Order', m.order ? <Link key="o" href={`/orders?open=${m.order.id}`}>{m.order.name}</Link> : m.order_text ? <span key="o">{m.order_text} <span className="quiet">(none with this name and e-mail)</span></span> : <Nothing key="o" why="No order was named" />],
              ['Came', <Time key="t" at={m.at} as="full" />],
              ...(m.changed_by ? [['State by', <span key="b">{m.changed_by}, <Time at={m.changed_at} /></span>] as [string, ReactNode]] : []),
            ]} />
            <blockquote className="message-text" dir="auto">{m.text}</blockquote>
            <Acts message={m} done={changed} />
            {m.others.length > 0 ? (
              <section className="stack">
                <h3>Others from this address</h3>
                <ul className="stack">
                  {m.others.map((o) => <li key={o.id} className="row"><Link href={`/service?tab=all&open=${o.id}`}>{o.subject ?? `Message ${o.id}`}</Link> <StatePill state={o.state} /> <span className="quiet"><Time at={o.at} /></span></li>)}
                </ul>
              </section>
            ) : null}
          </div>
        )}
      </Loaded>
    </Sheet>
  );
}

const defaults = { tab: 'new', open: '', email: '' };

export default function Service() {
  const [url, set] = useParams(defaults);
  const state = url.tab === 'all' ? '' : url.tab;
  const list = useList<Row>('/api/v1/messages', { member: 'messages', id: (m) => m.id, filters: { state, email: url.email }, every: 15000, topics: ['messages'] });
  return (
    <Page title="Customer service">
      <FlowCard name="service" title="The service flow" later="Reading the mailbox and drafting replies come with the service flow. Until then what people write through the contact form is kept here; answer by mail, then say so." />
      <Tabs label="Messages by state" items={[...Object.entries(states).map(([id, s]) => ({ id, title: s.title })), { id: 'all', title: 'All' }]} />
      <FilterBar filters={[{ name: 'email', label: 'From', kind: 'search', placeholder: 'E-mail address' }]} />
      <Table name="Messages" columns={columns} list={list} id={(m) => m.id} onOpen={(m) => set({ open: String(m.id) })} openId={url.open}
        empty={url.email || url.tab !== 'new' ? <Empty kind="no-match" title="No message here." action={<Link href="/service?tab=all">All messages</Link>} /> : (
          <Empty title="No new message.">A contact form sends its fields to <code>POST /api/v1/messages</code>; each message appears here at once.</Empty>
        )} />
      {url.open ? <Detail key={url.open} id={url.open} onClose={() => set({ open: null })} changed={() => void list.refresh()} /> : null}
    </Page>
  );
}
