// What can go wrong with a request, in words for a person.

export type FieldError = { in: string; field: string; detail: string };

export type ErrorKind = 'offline' | 'timeout' | 'signed-out' | 'forbidden' | 'busy' | 'conflict' | 'input' | 'missing' | 'server';

type Facts = { kind: ErrorKind; status: number; requestId?: string | null; fields?: FieldError[]; retryAfterMs?: number | null };

export class ApiError extends Error {
  readonly kind: ErrorKind;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Leads to the server's log. */
  readonly requestId: string | null;
  readonly fields: FieldError[];
  /** When asking again makes sense; null when the server did not say. */
  readonly retryAt: number | null;
  readonly at = Date.now();

  constructor(text: string, facts: Facts) {
    super(text);
    this.kind = facts.kind;
    this.status = facts.status;
    this.requestId = facts.requestId ?? null;
    this.fields = facts.fields ?? [];
    this.retryAt = facts.retryAfterMs === null || facts.retryAfterMs === undefined ? null : this.at + facts.retryAfterMs;
  }

  /** The complaint about one field. */
  of(field: string): string | undefined {
    return this.fields.find((f) => f.field === field)?.detail;
  }
}

function kindOf(status: number): ErrorKind {
  if (status === 401) return 'signed-out';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'missing';
  if (status === 409) return 'conflict';
  if (status === 429) return 'busy';
  return status >= 500 ? 'server' : 'input';
}

function retryAfter(headers: Headers): number | null {
  const text = headers.get('retry-after');
  if (!text) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

/** The error that an answer with a status of 400 and above stands for. */
export async function problemOf(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  const detail = typeof body?.detail === 'string' ? body.detail : `The server answered ${answer.status}.`;
  const requestId = typeof body?.request_id === 'string' ? body.request_id : answer.headers.get('x-request-id');
  const fields = Array.isArray(body?.errors) ? (body.errors as FieldError[]) : [];
  const named = fields.filter((f) => !detail.includes(f.detail)).map((f) => ` ${f.field}: ${f.detail}`).join('.');
  return new ApiError(detail + named, { kind: kindOf(answer.status), status: answer.status, requestId, fields, retryAfterMs: retryAfter(answer.headers) });
}

export const offlineError = () => new ApiError('The server cannot be reached.', { kind: 'offline', status: 0 });
export const timeoutError = () => new ApiError('The server did not answer in time.', { kind: 'timeout', status: 0 });
