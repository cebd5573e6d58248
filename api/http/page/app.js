'use strict';
// The status page.  Text from outside reaches the page through textContent only; the key stays in this tab.

const el = (id) => document.getElementById(id);
const view = { key: sessionStorage.getItem('dropship-key') ?? '', open: null, next: null, extra: [], paused: false,
  run: null, again: false };
const pollMs = 5000;

function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function button(text, act, className) {
  const node = make('button', text, className);
  node.type = 'button';
  node.addEventListener('click', act);
  return node;
}

// A row of a table; each cell knows its heading, which small screens show beside it.
function tableRow(cells) {
  const row = make('tr');
  for (const [label, content, className] of cells) {
    const cell = make('td', null, className);
    cell.append(content ?? '—');
    if (label) cell.dataset.label = label;
    row.append(cell);
  }
  return row;
}

function emptyRow(columns, text) {
  const row = make('tr');
  const cell = make('td', text);
  cell.colSpan = columns;
  row.append(cell);
  return row;
}

class Refused extends Error {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map((e) => ` ${e.field}: ${e.detail}.`).join('');
    super(`${problem.detail ?? `The server answered ${status}.`}${fields} (request ${problem.request_id ?? '—'})`);
    this.status = status;
  }
}

// The key was forgotten or changed while its answer was under way: the answer is nobody's any more.
class Forgotten extends Error {}

async function call(method, target, body) {
  const { key } = view;
  const answer = await fetch(`/api/v1${target}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    cache: 'no-store',
  });
  const data = await answer.json().catch(() => ({}));
  if (view.key !== key) throw new Forgotten();
  if (!answer.ok) throw new Refused(answer.status, data);
  return data;
}

// ---- words ----

function money(amount) {
  if (!amount || amount.minor === null) return '—';
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency: amount.currency });
  const digits = format.resolvedOptions().maximumFractionDigits;
  const text = String(Math.abs(amount.minor)).padStart(digits + 1, '0');
  const whole = digits > 0 ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
  return format.format(`${amount.minor < 0 ? '-' : ''}${whole}`);
}

function span(ms) {
  if (ms === null || ms === undefined || ms < 0) return '—';
  const s = Math.round(ms / 1000);
  if (s < 90) return `${s} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

function time(text) {
  const node = make('time', text ? new Date(text).toLocaleString() : '—');
  if (text) {
    node.dateTime = text;
    node.title = new Date(text).toISOString();
  }
  return node;
}

function why(order) {
  const reasons = (order.hold_reasons ?? []).map((r) => `${r.code}: ${r.text}`).join(' · ');
  if (order.problem) return order.problem;
  if (reasons) return reasons;
  if (order.hold_code) return order.hold_code;
  return order.next_job ? `next: ${order.next_job}${order.next_run_at ? ` at ${new Date(order.next_run_at).toLocaleTimeString()}` : ''}` : '';
}

function tiles(box, pairs) {
  box.replaceChildren(...pairs.map(([name, value]) => {
    const tile = make('div', null, 'tile');
    tile.append(make('b', value ?? '—'), make('span', name));
    return tile;
  }));
}

// ---- parts ----

function showStatus(status) {
  const simulated = status.sandbox ?? [];
  el('sandbox').hidden = simulated.length === 0;
  el('sandbox').textContent = `SANDBOX: ${simulated.join(', ')} simulated, nothing is real`;
  el('stopped').hidden = !status.stop;
  el('stop').hidden = status.stop;
  el('resume').hidden = !status.stop;
  el('flows').textContent = status.flows.map((f) => `${f.name}: ${f.mode}`).join(', ');
  const b = status.business;
  tiles(el('counts'), [['received', b.received], ['placed', b.placed], ['paid', b.paid], ['fulfilled', b.fulfilled],
    ['problems', b.problems], ...Object.entries(b.orders).map(([state, n]) => [`now ${state}`, n])]);
  const j = status.jobs;
  tiles(el('jobs'), j === null ? [['queues', '—']] : [['done', j.processed], ['failed runs', j.failed], ['waiting', j.waiting],
    ['running', j.running], ['retry', j.retry], ['dead', j.dead], ['workers', j.processes]]);
  return status.problems ?? [];
}

function orderRow(order) {
  return tableRow([['Order', button(order.name, () => open(order.id), 'link')], ['State', order.state, `state-${order.state}`],
    ['Why', why(order), order.problem ? 'why problem' : 'why'], ['Total', money(order.total), 'num'],
    ['Age', span(Date.now() - Date.parse(order.created_at))]]);
}

function showOrders(page) {
  const rows = [...page.orders, ...view.extra];
  if (view.extra.length === 0) view.next = page.next;
  el('more').hidden = view.next === null;
  if (rows.length > 0) {
    el('orders').replaceChildren(...rows.map(orderRow));
    return;
  }
  el('orders').replaceChildren(emptyRow(5, el('state').value || el('q').value ? 'No order matches.' : 'No order yet.'));
}

function queueRow(queue) {
  const verb = queue.paused ? 'resume' : 'pause';
  const act = button(queue.paused ? 'Resume' : 'Pause', () => change('POST', `/queues/${encodeURIComponent(queue.name)}/${verb}`));
  act.setAttribute('aria-label', `${act.textContent} ${queue.name}`);
  return tableRow([['Queue', queue.name], ['Waiting', queue.waiting, 'num'], ['Running', queue.running, 'num'], ['Oldest', span(queue.oldest_ms)],
    ['State', queue.paused ? 'paused' : 'running'], ['', act]]);
}

function showQueues({ queues }) {
  el('queues').replaceChildren(...queues.map(queueRow));
}

// ---- one order ----

function step(event) {
  const item = make('li');
  item.append(time(event.at), make('span', ` ${event.step}${event.code ? ` ${event.code}` : ''}: `), make('span', event.text));
  return item;
}

function supplierOrder(s) {
  const item = make('li', `${s.our_number} · ${s.state}${s.cj_order_id ? ` · CJ ${s.cj_order_id}` : ''}`
    + ` · charged ${money({ minor: s.charged_minor, currency: s.currency })}`);
  const parcels = make('ul');
  for (const p of s.parcels) {
    const line = make('li', `${p.carrier} ${p.tracking_number} · ${p.status} · `);
    if (/^https?:\/\//.test(p.tracking_url)) {
      const link = make('a', 'track');
      link.href = p.tracking_url;
      link.rel = 'noreferrer noopener';
      link.target = '_blank';
      line.append(link);
    }
    line.append(p.notified_at ? ' · shop told' : ' · shop not told yet');
    parcels.append(line);
  }
  item.append(parcels);
  return item;
}

function showDetail(order) {
  el('detail').hidden = false;
  el('h-detail').textContent = `${order.name}: ${order.state}`;
  el('summary').textContent = [money(order.total), order.email, order.risk && `risk ${order.risk}`, order.score !== null && `score ${order.score}`,
    why(order)].filter(Boolean).join(' · ');
  el('lines').replaceChildren(...order.lines.map((l) => make('li', `${l.quantity} × ${l.title} (${l.sku ?? 'no SKU'}) ${money(l.unit_price)}`)));
  el('supplier').replaceChildren(...(order.supplier_orders.length > 0 ? order.supplier_orders.map(supplierOrder) : [make('li', 'none yet')]));
  el('timeline').replaceChildren(...order.events.map(step));
  const target = `/orders/${order.id}`;
  const undecided = ['received', 'waiting', 'flagged', 'held', 'approval'].includes(order.state);
  el('acts').replaceChildren(...(undecided ? [
    button('Release', () => change('POST', `${target}/release`)), ' ',
    button('Hold…', () => ask(`Hold ${order.name}`, 'Hold', (reason) => change('POST', `${target}/hold`, { reason }))),
  ] : []));
}

async function open(id) {
  view.open = id;
  await refresh();
  el('h-detail').focus();
}

// ---- acts ----

function ask(title, verb, act) {
  el('ask-title').textContent = title;
  el('ask-yes').textContent = verb;
  el('ask-reason').value = '';
  el('ask-form').onsubmit = () => act(el('ask-reason').value.trim());
  el('ask').showModal();
}

// True when it was done.
async function change(method, target, body) {
  try {
    await call(method, target, body);
    await refresh();
    return true;
  } catch (error) {
    fail(error);
    return false;
  }
}

// STOP needs no second click; why it was pressed may be said afterwards.
async function stop() {
  if (await change('POST', '/stop')) ask('STOP is on. Why?', 'Note it', (reason) => change('POST', '/stop', { reason }));
}

function fail(error) {
  if (error instanceof Forgotten) return;
  el('error').hidden = false;
  el('error').textContent = error instanceof Refused ? error.message : `The server cannot be reached: ${error.message}`;
  if (error.status === 401) login();
}

// Forgets the key and all that it showed.
function login() {
  Object.assign(view, { key: '', open: null, next: null, extra: [], again: false });
  sessionStorage.removeItem('dropship-key');
  for (const id of ['orders', 'queues', 'counts', 'jobs', 'flows', 'fresh', 'h-detail', 'summary', 'lines', 'supplier', 'timeline', 'acts', 'ask-title']) {
    el(id).replaceChildren();
  }
  productsPart.forget();
  for (const id of ['q', 'state', 'ask-reason']) el(id).value = '';
  el('detail').hidden = true;
  el('ask').close();
  for (const id of ['view', 'controls', 'stopped', 'sandbox']) el(id).hidden = true;
  el('login').hidden = false;
  el('key').focus();
}

function ordersQuery(cursor) {
  const query = new URLSearchParams({ limit: '25' });
  if (el('state').value) query.set('state', el('state').value);
  if (el('q').value) query.set('q', el('q').value);
  if (cursor) query.set('cursor', cursor);
  return `/orders?${query}`;
}

async function round() {
  const { key, open: opened } = view;
  try {
    const [status, orders, queues, order, products] = await Promise.all([call('GET', '/status'), call('GET', ordersQuery()),
      call('GET', '/queues').catch(() => ({ queues: [] })), opened === null ? null : call('GET', `/orders/${opened}`), productsPart.load()]);
    if (view.key !== key) return;
    const problems = showStatus(status);
    showOrders(orders);
    showQueues(queues);
    if (order && view.open === opened) showDetail(order);
    productsPart.show(products, status);
    for (const id of ['view', 'controls']) el(id).hidden = false;
    el('login').hidden = true;
    el('error').hidden = problems.length === 0;
    el('error').textContent = problems.join(' ');
    el('fresh').textContent = `As of ${new Date(status.at).toLocaleTimeString()}`;
  } catch (error) {
    if (view.key === key) fail(error);
  }
}

async function rounds() {
  try {
    while (view.again && view.key) {
      view.again = false;
      await round();
    }
  } finally {
    view.run = null;
  }
}

// Asked for during a round, there is one more after it: what that round shows may be older than the wish.
function refresh() {
  if (!view.key) return null;
  view.again = true;
  view.run ??= rounds();
  return view.run;
}

async function older() {
  try {
    const page = await call('GET', ordersQuery(view.next));
    view.extra.push(...page.orders);
    view.next = page.next;
    el('orders').append(...page.orders.map(orderRow));
    el('more').hidden = view.next === null;
  } catch (error) {
    fail(error);
  }
}

function start() {
  for (const state of ['received', 'waiting', 'flagged', 'held', 'approval', 'placing', 'placed', 'shipped', 'fulfilled', 'delivered',
    'cancelled', 'ignored']) el('state').append(make('option', state));
  el('login').addEventListener('submit', (event) => {
    event.preventDefault();
    view.key = el('key').value.trim();
    sessionStorage.setItem('dropship-key', view.key);
    el('key').value = '';
    refresh();
  });
  el('filter').addEventListener('submit', (event) => {
    event.preventDefault();
    view.extra = [];
    refresh();
  });
  el('leave').addEventListener('click', () => {
    el('error').hidden = true;
    login();
  });
  el('stop').addEventListener('click', stop);
  el('resume').addEventListener('click', () => ask('End STOP', 'Resume all', (reason) => change('POST', '/resume-all', { reason })));
  el('ask-no').addEventListener('click', () => el('ask').close());
  el('more').addEventListener('click', older);
  el('close').addEventListener('click', () => {
    view.open = null;
    el('detail').hidden = true;
  });
  el('pause').addEventListener('click', () => {
    view.paused = !view.paused;
    el('pause').setAttribute('aria-pressed', String(view.paused));
    el('pause').textContent = view.paused ? 'Updates are paused' : 'Pause updates';
  });
  startProducts();
  setInterval(() => {
    if (!view.paused && !document.hidden && !view.run) refresh();
  }, pollMs);
  if (view.key) refresh();
  else login();
}

start();
