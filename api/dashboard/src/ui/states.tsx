// Loading, empty and error, per card.

import { useEffect, useState, type ReactNode } from 'react';
import type { ApiError } from '../api/problem';
import type { Resource } from '../api/resource';
import { useNow } from '../lib/clock';
import { formatSpan } from '../lib/time';
import { Button } from './button';
import { Icon } from './icon';
import { Time } from './values';

/** True once something has taken longer than 150 ms: what is quick shows no skeleton. */
export function useSlow(waiting: boolean, afterMs = 150): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) {
      setSlow(false);
      return undefined;
    }
    const timer = setTimeout(() => setSlow(true), afterMs);
    return () => clearTimeout(timer);
  }, [waiting, afterMs]);
  return waiting && slow;
}

/** The place of what is coming, in about its height. */
export function Skeleton({ lines = 3, height }: { lines?: number; height?: number }) {
  const slow = useSlow(true);
  return (
    <div className={slow ? 'skeleton' : 'skeleton skeleton-hidden'} style={height ? { height } : undefined} role="status" aria-label="Loading">
      {height ? null : Array.from({ length: lines }, (_, i) => <div key={i} className="skeleton-line" />)}
    </div>
  );
}

type EmptyProps = {
  /** nothing yet: what it is and one action; no match: the filters hide everything; not connected: which key is missing. */
  kind?: 'nothing' | 'no-match' | 'not-connected';
  title: string;
  children?: ReactNode;
  action?: ReactNode;
};

export function Empty({ kind = 'nothing', title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name={kind === 'no-match' ? 'search' : kind === 'not-connected' ? 'key' : 'info'} size={26} />
      <p className="empty-title">{title}</p>
      {children ? <p className="quiet">{children}</p> : null}
      {action ? <div className="row center">{action}</div> : null}
    </div>
  );
}

function Countdown({ until }: { until: number }) {
  const now = useNow(1);
  const left = until - now;
  return left > 0 ? <> Next try in {formatSpan(left)}.</> : <> Trying again.</>;
}

/** What failed, in place of what should be there. */
export function Failed({ error, retry, what }: { error: ApiError; retry?: (() => void) | undefined; what?: string }) {
  return (
    <div className="failed" role="alert">
      <p>
        <Icon name="error" /> <strong>{what ? `${what}: ` : ''}</strong>{error.message}
        {error.retryAt ? <Countdown until={error.retryAt} /> : null}
      </p>
      <p className="quiet small">
        {error.status ? `Status ${error.status}. ` : ''}{error.requestId ? <>Request <code>{error.requestId}</code>. </> : null}Since <Time at={error.at} as="full" />.
      </p>
      {retry ? <Button icon="refresh" onClick={retry}>Retry</Button> : null}
    </div>
  );
}

/** Old data stays; this says how old it is and why. */
export function Stale({ resource }: { resource: Resource<unknown> }) {
  const { error, at } = resource;
  if (!error || at === null) return null;
  return (
    <p className="stale" role="status">
      <Icon name="warn" size={16} />
      <span>
        As of <Time at={at} />: {error.message}{error.requestId ? <> (request <code>{error.requestId}</code>)</> : null}
        {error.retryAt ? <Countdown until={error.retryAt} /> : null}
      </span>
      <Button look="link" onClick={() => void resource.refresh()}>Retry</Button>
    </p>
  );
}

type LoadedProps<T> = {
  of: Resource<T>;
  /** What it is, for the error text: "Orders". */
  what: string;
  children: (data: T) => ReactNode;
  /** The skeleton while nothing is there yet. */
  waiting?: ReactNode;
};

/** Shows a resource in whichever state it is: skeleton, error with Retry, or its data with a note when it is old. */
export function Loaded<T>({ of, what, children, waiting }: LoadedProps<T>) {
  const slow = useSlow(of.busy, 600);
  if (of.data === undefined) {
    if (of.error) return <Failed error={of.error} what={what} retry={() => void of.refresh()} />;
    return <>{waiting ?? <Skeleton />}</>;
  }
  return (
    <>
      <Stale resource={of} />
      <div className={slow ? 'refreshing' : undefined}>{children(of.data)}</div>
    </>
  );
}
