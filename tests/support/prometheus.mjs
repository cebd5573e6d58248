// A strict reader of Prometheus text (format 0.0.4) that also holds the names against the conventions promtool checks:
// every family has HELP and TYPE before its samples, samples of one family stand together, no sample twice, counters (and only
// they) end in _total, base units, histograms rise to +Inf and agree with _count.
const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const sampleLine = new RegExp(`^(${name})(?:\\{(.*)\\})? (-?(?:\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)|[+-]Inf|NaN)$`);

function readLabels(text) {
  const labels = {};
  let rest = text;
  while (rest !== '') {
    const m = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/.exec(rest);
    if (!m) throw new Error(`labels cannot be read: ${text}`);
    if (m[1] in labels) throw new Error(`label ${m[1]} twice: ${text}`);
    labels[m[1]] = m[2].replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
    rest = rest.slice(m[0].length);
    if (m[3] === ',' && rest === '') throw new Error(`labels end with a comma: ${text}`);
  }
  return labels;
}

function checkName(family) {
  const { name: n, type } = family;
  const wrong = (why) => { throw new Error(`${n}: ${why}`); };
  if ((type === 'counter') !== n.endsWith('_total')) wrong('counters, and only they, end in _total');
  if (type !== 'histogram' && /_(bucket|sum|count)$/.test(n)) wrong('suffix of a histogram');
  if (/_(milliseconds|microseconds|kibibytes|kilobytes|ms|us|kb|minutes|hours)(_|$)/.test(n)) wrong('not a base unit');
  if (new RegExp(`_(${type})(_|$)`).test(n)) wrong('its type is in its name');
  if (!/^[a-z][a-z0-9_]*$/.test(n)) wrong('not in lower case');
}

function checkHistogram(family) {
  const series = new Map();
  for (const s of family.samples) {
    const { le, ...others } = s.labels;
    const key = JSON.stringify(Object.entries(others).sort());
    if (!series.has(key)) series.set(key, { buckets: [] });
    const h = series.get(key);
    if (s.name === `${family.name}_bucket`) h.buckets.push([le === '+Inf' ? Infinity : Number(le), s.value]);
    else if (s.name === `${family.name}_sum`) h.sum = s.value;
    else if (s.name === `${family.name}_count`) h.count = s.value;
    else throw new Error(`${s.name} is no part of a histogram`);
  }
  for (const [key, h] of series) {
    const wrong = (why) => { throw new Error(`${family.name} ${key}: ${why}`); };
    if (h.sum === undefined || h.count === undefined) wrong('lacks sum or count');
    for (let i = 1; i < h.buckets.length; i++) {
      if (!(h.buckets[i][0] > h.buckets[i - 1][0])) wrong('bounds do not rise');
      if (h.buckets[i][1] < h.buckets[i - 1][1]) wrong('buckets are not cumulative');
    }
    const last = h.buckets.at(-1);
    if (!last || last[0] !== Infinity || last[1] !== h.count) wrong('the bucket +Inf is not the count');
  }
}

// Map of family name -> { name, type, help, samples: [{ name, labels, value }] }; throws where the text breaks a rule.
export function readPrometheus(text) {
  const families = new Map();
  const seen = new Set();
  let current = null;
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.slice(0, -1).split('\n')) {
    const meta = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (meta && meta[1] === 'HELP') {
      if (families.has(meta[2])) throw new Error(`${meta[2]} begins twice`);
      current = { name: meta[2], help: meta[3], type: null, samples: [] };
      families.set(meta[2], current);
    } else if (meta) {
      if (current?.name !== meta[2] || current.type !== null) throw new Error(`TYPE without its HELP: ${line}`);
      if (!['counter', 'gauge', 'histogram'].includes(meta[3])) throw new Error(`unknown type: ${line}`);
      current.type = meta[3];
      checkName(current);
    } else {
      const m = sampleLine.exec(line);
      if (!m) throw new Error(`line cannot be read: ${line}`);
      const base = current?.type === 'histogram' ? m[1].replace(/_(bucket|sum|count)$/, '') : m[1];
      if (!current?.type || base !== current.name) throw new Error(`sample outside of its family: ${line}`);
      const labels = m[2] === undefined ? {} : readLabels(m[2]);
      const key = m[1] + JSON.stringify(Object.entries(labels).sort());
      if (seen.has(key)) throw new Error(`sample twice: ${line}`);
      seen.add(key);
      const value = Number(m[3].replace('Inf', 'Infinity'));
      if (current.type !== 'gauge' && !(value >= 0)) throw new Error(`a counter below zero: ${line}`);
      current.samples.push({ name: m[1], labels, value });
    }
  }
  for (const family of families.values()) {
    if (family.type === 'histogram') checkHistogram(family);
  }
  return families;
}

// Value of the one sample with exactly these labels; undefined when there is none.
export function sample(families, metric, labels = {}) {
  const want = JSON.stringify(Object.entries(labels).sort());
  for (const family of families.values()) {
    for (const s of family.samples) {
      if (s.name === metric && JSON.stringify(Object.entries(s.labels).sort()) === want) return s.value;
    }
  }
  return undefined;
}
