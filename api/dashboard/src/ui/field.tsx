// Fields with their labels, hints and errors tied to them.

import { useId, type ReactNode } from 'react';
import type { ApiError } from '../api/problem';
import { Failed } from './states';

type Wired = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined };

type FieldProps = {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value. */
  error?: string | null | undefined;
  /** The control: {(wired) => <input {...wired} ... />} */
  children: (wired: Wired) => ReactNode;
};

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint ? <p className="field-hint" id={`${id}-hint`}>{hint}</p> : null}
      {error ? <p className="field-error" id={`${id}-error`} role="alert">{error}</p> : null}
    </div>
  );
}

/** The server's refusal of a form, without what its fields already say. */
export function FormError({ error, shown = [] }: { error: ApiError | null; shown?: string[] }) {
  if (!error || (error.fields.length > 0 && error.fields.every((f) => shown.includes(f.field)))) return null;
  return <Failed error={error} />;
}

/** An on/off choice. */
export function Switch({ label, on, onChange, disabled }: { label: ReactNode; on: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  return (
    <label className="switch">
      <input type="checkbox" role="switch" checked={on} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}
