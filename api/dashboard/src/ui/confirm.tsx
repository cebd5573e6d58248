// Asking before an act.  Three tiers: what can be undone is done at once with a toast; what leaves the house or costs is asked for;
// what is final, or done to more than ten things, is typed.

import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { makeStore, useStore } from '../lib/store';
import { Button } from './button';
import { Dialog } from './dialog';

export type Question = {
  /** What will happen to what: "Release order #1042?" */
  title: string;
  /** Object, count, money, effect. */
  body?: ReactNode;
  /** The verb of the button: "Release". */
  verb: string;
  tier?: 'costs' | 'final';
  /** final: the number or word to type. */
  type?: string;
  /** A reason is asked for; it is kept in the audit. */
  reason?: 'required' | 'optional';
  danger?: boolean;
};

type Open = Question & { answer: (given: { reason: string } | null) => void };

const open = makeStore<Open | null>(null);

/** Ask; null on Cancel.  const yes = await confirm({...}); if (yes) run(..., yes.reason). */
export function confirm(question: Question): Promise<{ reason: string } | null> {
  open.get()?.answer(null);
  return new Promise((resolve) => {
    open.set({
      ...question,
      answer: (given) => {
        open.set(null);
        resolve(given);
      },
    });
  });
}

function Asking({ question }: { question: Open }) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const id = useId();
  const must = question.tier === 'final' ? question.type ?? question.verb.toUpperCase() : null;
  const ready = (must === null || typed.trim().toLowerCase() === must.toLowerCase()) && (question.reason !== 'required' || reason.trim() !== '');
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready) question.answer({ reason: reason.trim() });
  };
  return (
    <Dialog alert title={question.title} onClose={() => question.answer(null)}>
      <form onSubmit={send} className="stack" id={id}>
        {question.body ? <div className="stack">{question.body}</div> : null}
        {question.reason ? (
          <label className="field">
            <span className="field-label">Reason{question.reason === 'optional' ? ' (optional)' : ''}</span>
            <input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={300} required={question.reason === 'required'} name="reason" />
          </label>
        ) : null}
        {must !== null ? (
          <label className="field">
            <span className="field-label">Type <strong>{must}</strong> to go on</span>
            <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" name="typed" />
          </label>
        ) : null}
        <div className="dialog-foot">
          {/* Nobody confirms with the Enter that opened the dialog. */}
          <Button data-autofocus onClick={() => question.answer(null)}>Cancel</Button>
          <Button type="submit" look={question.danger || question.tier === 'final' ? 'danger' : 'primary'} disabled={!ready}>{question.verb}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Where questions appear; the shell has it. */
export function ConfirmHost() {
  const question = useStore(open);
  return question ? <Asking key={question.title} question={question} /> : null;
}
