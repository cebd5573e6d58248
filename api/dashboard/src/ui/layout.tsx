// The frame of a page: heading, cards, tabs, details, timeline, progress.

import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Link, takeArrival, usePlace } from '../lib/router';
import { writeParams } from '../lib/url';
import { Icon } from './icon';
import { Time } from './values';

/** A page: its title (h1 and of the window), what can be done beside it, then its contents. */
export function Page({ title, actions, children, note }: { title: string; actions?: ReactNode; note?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · dropship`;
  }, [title]);
  // A new page is read out from its heading; the first one from its top.
  useEffect(() => {
    if (takeArrival() && document.querySelector('dialog[open]') === null) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="page">
      <header className="page-head">
        <h1 tabIndex={-1} ref={heading}>{title}</h1>
        {note ? <div className="quiet">{note}</div> : null}
        {actions ? <div className="page-actions">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

type CardProps = { title?: string; actions?: ReactNode; note?: ReactNode; wide?: boolean; children: ReactNode; className?: string };

export function Card({ title, actions, note, wide, children, className }: CardProps) {
  const id = useId();
  return (
    <section className={`card${wide ? ' card-wide' : ''}${className ? ` ${className}` : ''}`} aria-labelledby={title ? id : undefined}>
      {title ? (
        <header className="card-head">
          <h2 id={id}>{title}</h2>
          {note ? <span className="quiet small">{note}</span> : null}
          {actions ? <div className="card-actions">{actions}</div> : null}
        </header>
      ) : null}
      {children}
    </section>
  );
}

/** Cards side by side as far as there is room. */
export function Grid({ children, min = 'medium' }: { children: ReactNode; min?: 'small' | 'medium' | 'large' }) {
  return <div className={`grid grid-${min}`}>{children}</div>;
}


/** Views of a page as links; the choice is the URL parameter `name`, the first item its default. */
export function Tabs({ name = 'tab', items, label, drop = ['cursor', 'open'] }: { name?: string; label: string; items: { id: string; title: string; count?: number | null }[]; drop?: string[] }) {
  const { path, search } = usePlace();
  const first = items[0]?.id ?? '';
  const now = new URLSearchParams(search).get(name) ?? first;
  const target = (id: string) => path + writeParams(search, { ...Object.fromEntries(drop.map((d) => [d, null])), [name]: id === first ? null : id });
  return (
    <nav className="tabs" aria-label={label}>
      {items.map((item) => (
        <Link key={item.id} exact href={target(item.id)} aria-current={item.id === now ? 'page' : undefined} className="tab">
          {item.title}
          {item.count === null || item.count === undefined ? null : <span className="tab-count">{item.count}</span>}
        </Link>
      ))}
    </nav>
  );
}

/** Names and values of one thing. */
export function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export type Step = { key: string | number; at: string | null; title: ReactNode; text?: ReactNode; tone?: 'good' | 'warn' | 'bad' | 'plain' | 'next' };

/** What happened, in its order. */
export function Timeline({ steps, label = 'Timeline' }: { steps: Step[]; label?: string }) {
  return (
    <ol className="timeline" aria-label={label}>
      {steps.map((step) => (
        <li key={step.key} className={`step step-${step.tone ?? 'plain'}`}>
          <div className="step-head"><strong>{step.title}</strong> {step.at ? <Time at={step.at} as="full" /> : null}</div>
          {step.text ? <div className="step-text">{step.text}</div> : null}
        </li>
      ))}
    </ol>
  );
}

/** How far something is: of a whole, or of a limit. */
export function Progress({ label, value, of, text, tone = 'info' }: { label: string; value: number; of: number; text?: string; tone?: 'info' | 'warn' | 'bad' | 'good' }) {
  const share = of > 0 ? Math.min(1, Math.max(0, value / of)) : 0;
  return (
    <div className="progress">
      <div className="progress-words"><span>{label}</span><span className="num">{text ?? `${value} of ${of}`}</span></div>
      <div className="progress-track" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={of} aria-valuenow={Math.min(value, of)} aria-valuetext={text ?? `${value} of ${of}`}>
        <div className={`progress-bar progress-${tone}`} style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </div>
    </div>
  );
}

/** A sentence that must be seen. */
export function Notice({ tone = 'info', children }: { tone?: 'info' | 'warn' | 'bad' | 'good'; children: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`}>
      <Icon name={tone === 'info' ? 'info' : tone === 'good' ? 'check' : tone === 'warn' ? 'warn' : 'error'} />
      <div>{children}</div>
    </div>
  );
}
