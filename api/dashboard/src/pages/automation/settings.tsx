// Every setting with what it means, its range, its default, and who changed it last.

import { useState, type FormEvent } from 'react';
import {
  Button, Card, Empty, Field, FilterBar, FormError, LinkButton, Loaded, Time, toast, useAction, useForbidden, useParams, useResource,
} from '../../ui';

type Setting = {
  name: string;
  type: 'integer' | 'boolean' | 'choice' | 'text';
  value: string;
  default: string;
  unit: string;
  help: string;
  min: number | null;
  max: number | null;
  choices: string | null;
  updated_at: string | null;
  updated_by: string | null;
};

const groups: [string, RegExp][] = [
  ['Orders', /^(orders|mapping)\./],
  ['Money and prices', /^money\./],
  ['Discovery', /^discovery\./],
  ['Stock and price watch', /^stock\./],
  ['Listings and the store', /^(listing|store|products)\./],
  ['Text models', /^ai\./],
  ['Doors', /^api\./],
  ['Keeping house', /./],
];

// Modes, intervals of flows and STOP have their own places.
const elsewhere = /^(flow\.|stop$)/;

function Control({ setting, value, change, wired }: { setting: Setting; value: string; change: (value: string) => void; wired: object }) {
  if (setting.type === 'boolean') {
    return <select {...wired} value={value} onChange={(event) => change(event.target.value)}><option value="1">on</option><option value="0">off</option></select>;
  }
  if (setting.type === 'choice') {
    return <select {...wired} value={value} onChange={(event) => change(event.target.value)}>{(setting.choices ?? '').split('|').map((c) => <option key={c} value={c}>{c}</option>)}</select>;
  }
  return <input {...wired} value={value} inputMode={setting.type === 'integer' ? 'numeric' : 'text'} autoComplete="off" onChange={(event) => change(event.target.value)} />;
}

function wrongOf(setting: Setting, value: string): string | null {
  if (setting.type !== 'integer') return null;
  if (!/^-?\d+$/.test(value)) return 'A whole number is wanted.';
  const n = Number(value);
  return setting.min !== null && setting.max !== null && (n < setting.min || n > setting.max) ? `It must be ${setting.min} to ${setting.max}.` : null;
}

const say = (setting: Setting, value: string) => (setting.type === 'boolean' ? (value === '1' ? 'on' : 'off') : value === '' ? 'empty' : value);

function Row({ setting }: { setting: Setting }) {
  const [typed, setTyped] = useState<string | null>(null);
  const act = useAction(['/api/v1/settings', '/api/v1/flows', '/api/v1/health', '/api/v1/activity']);
  const forbidden = useForbidden('admin');
  const value = typed ?? setting.value;
  const refused = act.error?.kind === 'input' ? act.error.message : null;
  const wrong = wrongOf(setting, value);
  const change = (to: string | null) => {
    act.clear();
    setTyped(to);
  };
  const put = async (to: string) => {
    const before = setting.value;
    if ((await act.run({ method: 'PUT', path: '/api/v1/settings', body: { name: setting.name, value: to } })) === null) return;
    setTyped(null);
    toast(`${setting.name} is ${say(setting, to)}.`, { undo: () => act.run({ method: 'PUT', path: '/api/v1/settings', body: { name: setting.name, value: before } }).then(() => undefined) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong === null && value !== setting.value) void put(value);
  };
  const range = setting.type === 'integer' ? `${setting.min} to ${setting.max}${setting.unit ? ` ${setting.unit}` : ''} · ` : '';
  return (
    <form className="setting" onSubmit={submit} aria-label={setting.name}>
      <div>
        <p>{setting.help}</p>
        <p className="quiet small">
          {range}default {say(setting, setting.default)}
          {setting.updated_at ? <> · changed by <bdi>{setting.updated_by}</bdi> <Time at={setting.updated_at} /></> : null}
        </p>
      </div>
      <div className="setting-value">
        <Field label={setting.name} error={typed === null ? null : wrong ?? refused}>
          {(wired) => <Control setting={setting} value={value} change={change} wired={{ ...wired, disabled: forbidden !== null, title: forbidden ?? undefined }} />}
        </Field>
        <div className="row">
          {typed !== null && typed !== setting.value ? (
            <>
              <Button type="submit" look="primary" needs="admin" busy={act.busy} disabled={wrong !== null}>Save</Button>
              <Button look="link" onClick={() => change(null)}>Leave as it was</Button>
            </>
          ) : setting.value !== setting.default ? <Button look="link" needs="admin" busy={act.busy} onClick={() => void put(setting.default)}>Set to default</Button> : null}
        </div>
        {typed === null || refused === null ? <FormError error={act.error} /> : null}
      </div>
    </form>
  );
}

const defaults = { q: '' };

export function SettingsTab() {
  const [{ q }] = useParams(defaults);
  const all = useResource<{ settings: Setting[] }>('/api/v1/settings', { every: 60000, topics: ['flows'] });
  const wanted = q.trim().toLowerCase();
  const fits = (s: Setting) => !elsewhere.test(s.name) && (wanted === '' || `${s.name} ${s.help}`.toLowerCase().includes(wanted));
  const groupOf = (s: Setting) => groups.find(([, pattern]) => pattern.test(s.name))?.[0];
  return (
    <>
      <FilterBar filters={[{ name: 'q', label: 'Search settings', kind: 'search' }]} />
      <Loaded of={all} what="Settings">
        {(data) => {
          const shown = data.settings.filter(fits);
          if (shown.length === 0) return <Empty title="No setting matches." action={<LinkButton href="/automation?tab=settings">Clear the search</LinkButton>} />;
          return (
            <>
              {groups.map(([title]) => {
                const rows = shown.filter((s) => groupOf(s) === title);
                return rows.length === 0 ? null : <Card key={title} title={title}><div className="settings">{rows.map((s) => <Row key={s.name} setting={s} />)}</div></Card>;
              })}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
