// Requests to dropship-api: JSON in and out, the session's cookie, the CSRF token and an idempotency key with each write.

import { ApiError, offlineError, problemOf, timeoutError } from './problem';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

type Options = {
  body?: unknown;
  /** Idempotency-Key of a write; made when not given.  The same key with the same request is done once. */
  key?: string;
  etag?: string | null;
  signal?: AbortSignal;
  timeoutMs?: number;
};

export type Answer<T> = { status: number; data: T; etag: string | null };

let csrf: string | null = null;
let onSignedOut: () => void = () => undefined;
let onReach: (reached: boolean) => void = () => undefined;

export function setCsrf(token: string | null): void {
  csrf = token;
}

/** Who is told that the session is over, and whether the server can be reached. */
export function listenToClient(signedOut: () => void, reach: (reached: boolean) => void): void {
  onSignedOut = signedOut;
  onReach = reach;
}

/** 128 random bits as text (randomUUID exists in secure contexts only). */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

function headersOf(method: Method, options: Options): Headers {
  const headers = new Headers({ accept: 'application/json' });
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (options.etag) headers.set('if-none-match', options.etag);
  if (method !== 'GET') {
    headers.set('idempotency-key', options.key ?? newKey());
    if (csrf !== null) headers.set('x-csrf-token', csrf);
  }
  return headers;
}

const earlyMs = 15000;

/** What early.ts asked for before this code was there: given once, soon after the page was opened, and before anything was written. */
async function takeEarly(method: Method, path: string): Promise<Response | null> {
  const early = window.dropshipEarly;
  if (method !== 'GET' || performance.now() > earlyMs) early?.clear();
  const asked = early?.get(path);
  early?.delete(path);
  return (await asked?.catch(() => null)) ?? null;
}

async function send(method: Method, path: string, options: Options): Promise<Response> {
  const early = await takeEarly(method, path);
  if (early) {
    onReach(true);
    return early;
  }
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 20000);
  try {
    const answer = await fetch(path, {
      method,
      headers: headersOf(method, options),
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: options.signal ? either(options.signal, timeout) : timeout,
    });
    onReach(true);
    return answer;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (timeout.aborted) throw timeoutError();
    onReach(false);
    throw offlineError();
  }
}

// AbortSignal.any is younger than some browsers in use.
function either(a: AbortSignal, b: AbortSignal): AbortSignal {
  const both = new AbortController();
  for (const signal of [a, b]) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener('abort', () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}

/** One request.  Throws ApiError, or the AbortError of options.signal.  304 comes back with data undefined. */
export async function request<T>(method: Method, path: string, options: Options = {}): Promise<Answer<T>> {
  const answer = await send(method, path, options);
  const etag = answer.headers.get('etag');
  if (answer.status === 304) return { status: 304, data: undefined as T, etag };
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (problem.kind === 'signed-out' && path !== '/api/v1/session') onSignedOut();
    throw problem;
  }
  if (answer.status === 204) return { status: 204, data: undefined as T, etag };
  const data = (await answer.json().catch(() => {
    throw new ApiError('The answer was no JSON.', { kind: 'server', status: answer.status, requestId: answer.headers.get('x-request-id') });
  })) as T;
  return { status: answer.status, data, etag };
}

export async function get<T>(path: string, options: Options = {}): Promise<T> {
  return (await request<T>('GET', path, options)).data;
}

/** A write, done once however often the network loses its answer: repeat it with the same key. */
export async function write<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key?: string): Promise<T> {
  return (await request<T>(method, path, { body, key: key ?? newKey() })).data;
}
