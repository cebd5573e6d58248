// Arithmetic of measurements, and their table.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

// The value below which `share` of the values lie (nearest rank).
export const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
};

export const summary = (values) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values), runs: values });

// Jobs per second between the moment a tenth was done and the end, from samples { at (us), count }.  Programs start and
// connect during the first tenth.
export function rateOf(seen) {
  const total = seen.at(-1).count;
  const first = seen.find(({ count }) => count >= total / 10);
  const us = seen.at(-1).at - first.at;
  if (us <= 0) throw new Error('too few jobs to tell a rate');
  return (total - first.count) * 1e6 / us;
}

// How many times `value` is as good as `other`.
export const timesAsGood = (value, other, better) => (better === 'less' ? other / value : value / other);

const digits = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value >= 100 ? value.toFixed(0)
  : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const ratio = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

// "ok" or "missed" for { atLeast | below }, as far as there is something to compare.
export function verdict(target, value) {
  if (target === undefined || value === undefined) return '';
  const met = target.atLeast !== undefined ? value >= target.atLeast : value < target.below;
  const wish = target.atLeast !== undefined ? `>= ${digits(target.atLeast)}` : `< ${digits(target.below)}`;
  return `${met ? 'ok' : 'MISSED'} (${wish})`;
}

function rowsOf(figure) {
  const rows = [];
  const line = (name, value, unit, against, judged) => rows.push([name, value, unit, against, judged]);
  if (figure.missing) {
    line(figure.name, '—', figure.unit ?? '', figure.missing, '');
    return rows;
  }
  const own = figure.value;
  line(figure.name, `${digits(own.median)}  (${digits(own.min)} … ${digits(own.max)})`, figure.unit, '', verdict(figure.target, own.median));
  for (const c of figure.ceilings ?? []) {
    line(`    of ${c.name}`, digits(c.value.median), figure.unit, `${ratio(c.ratio)} x`, verdict(c.target, c.ratio));
  }
  for (const p of figure.peers ?? []) {
    if (p.missing) line(`    ${p.name}`, '—', '', p.missing, '');
    else line(`    ${p.name}`, digits(p.value.median), figure.unit, `ours ${ratio(p.ratio)} x`, verdict(p.target, p.ratio));
  }
  return rows;
}

export function tableOf(report) {
  const rows = report.figures.flatMap((figure) => {
    const found = rowsOf(figure);
    found[0][0] = `${figure.case}  ${found[0][0]}`;
    return found;
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(([name, value, unit, against, judged]) =>
    `${name.padEnd(widths[0])}  ${value.padStart(widths[1])} ${unit.padEnd(widths[2])}  ${against.padEnd(14)}  ${judged}`.trimEnd());
  const m = report.machine;
  return [`${report.date}  ${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, Linux ${m.kernel}, Redis ${m.redis}, Node ${m.node}`,
    `load before: ${m.loadBefore.join(' ')}${m.quiet ? '' : '  THE MACHINE IS NOT QUIET: read the ratios, not the figures'}`,
    `median of ${report.repeats} (min … max); ${report.command}`, '', ...lines].join('\n');
}
