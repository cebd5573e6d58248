// A user of the client that openapi-typescript and openapi-fetch make of /openapi.yaml.  Compiled by openapi_client.test.mjs with
// the types of the running server beside it as schema.d.ts; each line after @ts-expect-error must be one that the compiler refuses.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

type Order = components['schemas']['OrderRow'];

export interface Findings {
  orders: string[];
  total: string;
  refused: { status: number; title: string };
  jid: string;
  state: string;
  setting: string;
  replayed: string | null;
  jobs: number;
  missing: number;
}

// Money as people write it; the compiler knows that it may be unknown.
function money({ total }: Order): string {
  return total === null ? '—' : `${(total.minor / 100).toFixed(2)} ${total.currency}`;
}

export async function run(baseUrl: string, key: string): Promise<Findings> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });

  const page = await client.GET('/api/v1/orders', { params: { query: { state: 'held', limit: 10 } } });
  if (page.error) throw new Error(page.error.detail);
  const refusal = await client.GET('/api/v1/orders', { params: { query: { limit: 0 } } });
  if (!refusal.error) throw new Error('a limit of 0 was taken');

  const header = { 'Idempotency-Key': 'generated-client-1' };
  const enqueue = () => client.POST('/api/v1/jobs', { params: { header }, body: { type: 'noop', args: [1, 'two'] } });
  const first = await enqueue();
  const again = await enqueue();
  if (first.error || again.error) throw new Error('the job was refused');
  const job = await client.GET('/api/v1/jobs/{jid}', { params: { path: { jid: first.data.jid } } });
  const waiting = await client.GET('/api/v1/jobs', { params: { query: { state: 'waiting', queue: 'default' } } });
  const setting = await client.PUT('/api/v1/settings', { body: { name: 'orders.grace_s', value: 33 } });
  const missing = await client.POST('/api/v1/jobs/{jid}/retry', { params: { path: { jid: 'nosuchjob' } } });

  // @ts-expect-error a state that no order has
  void (() => client.GET('/api/v1/orders', { params: { query: { state: 'lost' } } }));
  // @ts-expect-error a member that no order has
  void ((order: Order) => order.surprise);
  // @ts-expect-error a body without what is required
  void (() => client.PUT('/api/v1/settings', { body: { value: 33 } }));
  // @ts-expect-error a method that the path does not take
  void (() => client.DELETE('/api/v1/orders'));

  return {
    orders: page.data.orders.map((order) => order.name),
    total: page.data.orders.map(money).join(),
    refused: { status: refusal.error.status, title: refusal.error.title },
    jid: first.data.jid === again.data.jid ? first.data.jid : '',
    state: job.data?.now && 'class' in job.data.now ? job.data.now.state : '',
    setting: setting.data?.value ?? '',
    replayed: again.response.headers.get('Idempotency-Replayed'),
    jobs: waiting.data?.total ?? -1,
    missing: missing.error?.status ?? 0,
  };
}
