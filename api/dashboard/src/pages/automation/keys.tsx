// Keys of the API.  A new key is shown once; it is not kept anywhere it could be read again.

import { useState, type FormEvent } from 'react';
import {
  Button, Card, confirm, Dialog, Empty, Field, FormError, Loaded, Pill, SimpleTable, Time, toast, useAction, useResource, useSession, type Column,
} from '../../ui';

type Scope = 'read' | 'operate' | 'admin';
type Key = { name: string; scope: Scope; hint: string; created_at: string; last_used_at: string | null; revoked_at: string | null };

const scopes: Record<Scope, string> = {
  read: 'read: sees everything, changes nothing',
  operate: 'operate: releases, approves, retries, stops',
  admin: 'admin: also settings, modes and keys',
};

function Revoke({ of }: { of: Key }) {
  const act = useAction(['/api/v1/keys']);
  const revoke = async () => {
    if (!(await confirm({ title: `Revoke the key ${of.name}?`, body: <p>Whoever uses it is refused within seconds, and its sessions end. It cannot be brought back.</p>, verb: 'Revoke', danger: true, tier: 'final', type: of.name }))) return;
    if (await act.run({ method: 'DELETE', path: `/api/v1/keys/${encodeURIComponent(of.name)}` })) toast(`${of.name} is revoked.`);
  };
  return (
    <>
      <Button look="link" needs="admin" busy={act.busy} onClick={() => void revoke()}>Revoke…</Button>
      {act.error ? <p className="field-error" role="alert">{act.error.message}</p> : null}
    </>
  );
}

const columns: Column<Key>[] = [
  { key: 'name', title: 'Name', main: true, cell: (k) => <bdi>{k.name}</bdi> },
  { key: 'scope', title: 'Scope', cell: (k) => k.scope },
  { key: 'hint', title: 'Begins with', cell: (k) => <code>{k.hint}…</code> },
  { key: 'created', title: 'Made', cell: (k) => <Time at={k.created_at} /> },
  { key: 'used', title: 'Last used', cell: (k) => <Time at={k.last_used_at} why="Never used" /> },
  { key: 'state', title: '', cell: (k) => (k.revoked_at ? <Pill tone="off" word="revoked" /> : <Revoke of={k} />) },
];

function NewKey() {
  const act = useAction(['/api/v1/keys']);
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await act.run<{ name: string; key: string }>({ method: 'POST', path: '/api/v1/keys', body: { name: name.trim(), scope } });
    if (answer) {
      setMade(answer);
      setName('');
    }
  };
  const field = (wanted: string) => act.error?.fields.find((f) => f.field === wanted)?.detail;
  return (
    <Card title="New key">
      <form className="new-key" onSubmit={(event) => void submit(event)}>
        <Field label="Name" hint="Who or what will use it" error={field('name')}>
          {(wired) => <input {...wired} value={name} maxLength={60} required autoComplete="off" onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="Scope" error={field('scope')}>
          {(wired) => <select {...wired} value={scope} onChange={(event) => setScope(event.target.value as Scope)}>{Object.entries(scopes).map(([s, text]) => <option key={s} value={s}>{text}</option>)}</select>}
        </Field>
        <Button type="submit" look="primary" needs="admin" busy={act.busy} disabled={name.trim() === ''}>Make a key</Button>
        <FormError error={act.error} shown={['name', 'scope']} />
      </form>
      {made ? (
        <Dialog title={`The key ${made.name}`} onClose={() => setMade(null)}>
          <div className="stack">
            <p>It is shown this once. Copy it to where it will be used.</p>
            <output className="key-text">{made.key}</output>
            <div className="dialog-foot">
              <Button onClick={() => void navigator.clipboard.writeText(made.key).then(() => toast('Copied.'), () => toast('Copying is not allowed here; select the text.', { tone: 'bad' }))}>Copy</Button>
              <Button look="primary" onClick={() => setMade(null)}>I have it</Button>
            </div>
          </div>
        </Dialog>
      ) : null}
    </Card>
  );
}

export function KeysTab() {
  const session = useSession();
  const admin = session?.scope === 'admin';
  const keys = useResource<{ keys: Key[] }>(admin ? '/api/v1/keys' : null);
  if (!admin) return <Empty kind="not-connected" title="Keys are shown to those who hold an admin key.">Log in with one to see and make keys.</Empty>;
  return (
    <>
      <Card title="Keys">
        <Loaded of={keys} what="Keys">{(data) => <SimpleTable label="Keys" columns={columns} rows={data.keys} id={(k) => k.name} />}</Loaded>
      </Card>
      <NewKey />
    </>
  );
}
