// Views a person has named: a URL of a list with its filters, sort and tab.  They are kept in this browser, and the screen says so.

import { useState, type FormEvent } from 'react';
import { useClosing } from '../lib/closing';
import { keep, kept } from '../lib/store';
import { Button, Field, Icon, Link, toast, usePlace } from '../ui';
import './views.css';

type View = { name: string; search: string };

const most = 30;
/** Where somebody stands in a list is no part of a view. */
const passing = ['cursor', 'back', 'open'];

const isView = (v: unknown): v is View => typeof v === 'object' && v !== null && typeof (v as View).name === 'string' && /^(\?|$)/.test(String((v as View).search));

function read(path: string): View[] {
  try {
    const list: unknown = JSON.parse(kept(`views.${path}`) ?? '[]');
    return Array.isArray(list) ? list.filter(isView).slice(0, most) : [];
  } catch {
    return [];
  }
}

function searchOf(search: string): string {
  const params = new URLSearchParams(search);
  for (const name of passing) params.delete(name);
  params.sort();
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

export function SavedViews() {
  const place = usePlace();
  const path = `/${place.path.split('/')[1] ?? ''}`;
  const { search } = place;
  const [views, setViews] = useState(() => read(path));
  const [name, setName] = useState('');
  const { box, close, onKeyDown } = useClosing();
  const here = searchOf(search);
  const put = (after: View[]) => {
    setViews(after);
    keep(`views.${path}`, after.length === 0 ? null : JSON.stringify(after));
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const title = name.trim();
    put([...views.filter((v) => v.name !== title), { name: title, search: here }].slice(-most));
    setName('');
    toast(`The view “${title}” is kept.`);
    close();
  };
  const remove = (view: View) => {
    put(views.filter((v) => v !== view));
    box.current?.querySelector('input')?.focus();
    toast(`The view “${view.name}” is gone.`, { undo: () => { put([...views]); return Promise.resolve(); } });
  };
  const now = views.find((v) => v.search === here);
  return (
    <details className="chooser views" ref={box} onKeyDown={onKeyDown}>
      <summary className="button button-quiet"><Icon name="table" /><span>{now ? <>View: <bdi>{now.name}</bdi></> : 'Views'}</span></summary>
      <div className="chooser-box stack">
        {views.length === 0 ? <p className="quiet small">A view keeps the filters, the sort and the days of this page under a name.</p> : (
          <ul className="stack" aria-label="Views of this page">
            {views.map((view) => (
              <li key={view.name} className="row view">
                <Link exact href={path + view.search} aria-current={view === now ? 'true' : undefined} onClick={close}><bdi>{view.name}</bdi></Link>
                <Button look="quiet" icon="close" label={`Forget the view ${view.name}`} onClick={() => remove(view)} />
              </li>
            ))}
          </ul>
        )}
        <form className="stack" onSubmit={save}>
          <Field label="Name of the present view" hint="Kept in this browser alone">
            {(wired) => <input {...wired} value={name} maxLength={40} required autoComplete="off" onChange={(event) => setName(event.target.value)} />}
          </Field>
          <div><Button type="submit" disabled={name.trim() === '' || now?.name === name.trim()}>Keep this view</Button></div>
        </form>
      </div>
    </details>
  );
}
