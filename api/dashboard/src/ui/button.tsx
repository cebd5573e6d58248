import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { useForbidden, type Scope } from '../api/session';
import { Link } from '../lib/router';
import { Icon, type IconName } from './icon';

type Look = 'plain' | 'primary' | 'danger' | 'quiet' | 'link';

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & {
  look?: Look;
  icon?: IconName;
  /** A write is under way: the button is off until it is answered. */
  busy?: boolean;
  /** The scope the act needs; without it the button is off and says why. */
  needs?: Scope;
  /** What is read out and shown as the title: instead of the text for an icon alone, after it otherwise. */
  label?: string;
  children?: ReactNode;
};

function Allowed(props: Props & { needs: Scope }) {
  const why = useForbidden(props.needs);
  const { needs: _needs, ...rest } = props;
  return <Plain {...rest} disabled={rest.disabled || why !== null} title={why ?? rest.title} />;
}

function Plain({ look = 'plain', icon, busy, label, children, className, needs: _needs, ...rest }: Props) {
  const name = `button button-${look}${label && !children ? ' button-icon' : ''}${className ? ` ${className}` : ''}`;
  return (
    <button type="button" {...rest} className={name} disabled={rest.disabled || busy} aria-busy={busy || undefined} aria-label={children === undefined ? label : undefined} title={rest.title ?? label}>
      {icon ? <Icon name={icon} /> : null}
      {children !== undefined ? <span>{children}</span> : null}
      {children !== undefined && label ? <span className="sr"> {label}</span> : null}
    </button>
  );
}

export function Button(props: Props) {
  return props.needs ? <Allowed {...props} needs={props.needs} /> : <Plain {...props} />;
}

/** A link that looks like a button. */
export function LinkButton({ href, icon, look = 'plain', children }: { href: string; icon?: IconName; look?: Look; children: ReactNode }) {
  return (
    <Link href={href} className={`button button-${look}`}>
      {icon ? <Icon name={icon} /> : null}
      <span>{children}</span>
    </Link>
  );
}
