// What pages are built of.  A page is a folder src/pages/NAME with an index.tsx whose default export is a component:
//
//   const path = '/api/v1/orders';
//   const defaults = { state: '', q: '', open: '' };              // parameters of the URL; defaults are left out of it
//   export default function Orders() {
//     const [url, set] = useParams(defaults);
//     const list = useList<Order>(path, { member: 'orders', id: (o) => o.id, filters: { state: url.state, q: url.q },
//                                         every: 15000, topics: ['orders'] });     // polls, follows hints, keeps rows still
//     const selection = useSelection(JSON.stringify(list.filters));
//     const act = useAction(['/api/v1/orders', '/api/v1/needs']);  // one idempotency key per act; these are fetched anew
//     return (
//       <Page title="Orders">
//         <FilterBar filters={[{ name: 'q', label: 'Search', kind: 'search' }]} />
//         <Table name="Orders" columns={columns} list={list} id={(o) => o.id} selection={selection}
//                onOpen={(o) => set({ open: String(o.id) })} openId={Number(url.open)} bulk={<Button ...>}
//                empty={<Empty title="No order yet." />} />
//         {url.open ? <Sheet title={...} onClose={() => set({ open: null })}>...</Sheet> : null}
//       </Page>
//     );
//   }
//
// One thing by its path: const thing = useResource<T>('/api/v1/...', { every: 5000, topics: ['jobs'] }), shown by
// <Loaded of={thing} what="Job">{(job) => ...}</Loaded>, which has the skeleton, the error with Retry and the note of old data.
// Acts: reversible -> act.run(...) then toast('Archived.', { undo: () => ... }); what costs or leaves the house ->
// const yes = await confirm({ title, body, verb, reason? }) first; final or more than ten -> tier: 'final', type: '312'.
// act.run gives null when it was refused: show <FormError error={act.error} /> or toast(act.error.message, { tone: 'bad' }).
// Buttons say what they need: <Button needs="operate" busy={act.busy}>.  Links: <Link href="/orders?state=held"> keeps the range.
// Text from outside is text: React escapes it; never dangerouslySetInnerHTML.  No style="" in HTML and no inline script: the
// page's policy blocks them (the style prop is fine).  Styles of one page: a CSS file in its folder, with the tokens of
// styles/tokens.css only.  Amounts are minor units: <Money of={{ minor, currency }} />; unknown is null and shows "—".

export { Amount, Change, Count, Money, Nothing, Rate, Ratio, Time } from './values';
export { Button, LinkButton } from './button';
export { BarsChart, ChartCard, Sparkline, TimeChart, WaterfallChart } from './chart';
export { confirm, type Question } from './confirm';
export { Dialog, Sheet } from './dialog';
export { Field, FormError, Switch } from './field';
export { FilterBar, type Filter } from './filters';
export { Icon, type IconName } from './icon';
export { Card, Facts, Grid, Notice, Page, Progress, Tabs, Timeline, type Step } from './layout';
export { useList, type List } from './list';
export { FlowPill, Pill, ServicePill, type Tone } from './pill';
export { useSelection, type RowId, type Selection } from './selection';
export { Empty, Failed, Loaded, Skeleton, Stale } from './states';
export { SimpleTable, Table, type Column } from './table';
export { toast } from './toast';

export { useAction } from '../api/action';
export { get, newKey, write } from '../api/client';
export { ApiError } from '../api/problem';
export { refreshAll, useResource, type Resource } from '../api/resource';
export { useForbidden, useSession } from '../api/session';
export type * from '../api/types';
export { useNow, useZone } from '../lib/clock';
export { useHotkeys } from '../lib/hotkeys';
export * from '../lib/money';
export { instantsOfRange, useRange } from '../lib/range';
export { hrefOf, Link, navigate, useBelow, useParams, usePlace } from '../lib/router';
export { formatClock, formatInstant, formatMs, formatRelative, formatSpan } from '../lib/time';
export { queryOf } from '../lib/url';
