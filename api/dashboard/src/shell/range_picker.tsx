// The range of days that applies everywhere.

import { useState, type FormEvent } from 'react';
import { presetTitles, isDay, formatDay, type Preset } from '../lib/days';
import { defaultPreset, useRange } from '../lib/range';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Switch, Field } from '../ui/field';

function Custom({ onClose }: { onClose: () => void }) {
  const [range, set] = useRange();
  const [from, setFrom] = useState(range.from);
  const [to, setTo] = useState(range.to);
  const wrong = !isDay(from) || !isDay(to) ? 'Two days of the calendar, please.' : from > to ? 'The first day is after the last.' : null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (wrong) return;
    set({ from, to, range: null });
    onClose();
  };
  return (
    <Dialog title="Range of days" onClose={onClose}>
      <form className="stack" onSubmit={send}>
        <Field label="First day" hint={`Days of the shop (${range.zone})`}>{(wired) => <input {...wired} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
        <Field label="Last day" error={wrong}>{(wired) => <input {...wired} type="date" value={to} onChange={(event) => setTo(event.target.value)} />}</Field>
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={wrong !== null}>Show</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function RangePicker() {
  const [range, set] = useRange();
  const [custom, setCustom] = useState(false);
  const choose = (value: string) => {
    if (value === 'custom') setCustom(true);
    else set({ range: value === defaultPreset ? null : value, from: null, to: null });
  };
  return (
    <div className="range">
      <label className="row">
        <span className="sr">Range of shop days</span>
        <select value={range.preset ?? 'chosen'} onChange={(event) => choose(event.target.value)}>
          {range.preset === null ? <option value="chosen">{formatDay(range.from)} to {formatDay(range.to)}</option> : null}
          {(Object.keys(presetTitles) as Preset[]).map((p) => <option key={p} value={p}>{presetTitles[p]}</option>)}
          <option value="custom">Choose days…</option>
        </select>
      </label>
      <span className="quiet small range-zone" title="All days and times are the shop's">{range.zone}</span>
      <Switch label="Compare" on={range.compare} onChange={(on) => set({ compare: on ? null : '0' })} />
      {custom ? <Custom onClose={() => setCustom(false)} /> : null}
    </div>
  );
}
