// How fast the dashboard is to a person: what a browser paints when, how long its thread is held, how steady it lies, what it keeps.
// Wall times are those of a busy machine, too; `cpu` is the thread's own time, which a neighbour does not lengthen.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { Connection } from '../bench/lib/redis.mjs';
import { newPage, signIn } from './dashboard_pages.mjs';

const seedFile = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../bench/lib/seed_orders.sql');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What slow phones have: Lighthouse's "Slow 4G" as Chromium applies it to each request, and a quarter of this processor. */
export const slowPhone = { name: 'slow 4G, CPU / 4', cpu: 4, network: { offline: false, latency: 562.5, downloadThroughput: 180000, uploadThroughput: 84375 } };
export const asItIs = { name: 'as it is', cpu: 1, network: null };

/** A shop with some thousand orders, and everything else the pages show. */
export async function startShop(name, orders = 3000) {
  const system = await System.start(name, { sandboxArgs: ['--oddity', '0'], settings: { 'flow.fulfillment': 'off' } });
  try {
    execFileSync('psql', ['-Xq', '-v', `orders=${orders}`, '-d', system.postgres.url(), '-f', seedFile], { stdio: ['ignore', 'ignore', 'inherit'] });
    system.postgres.query(`
      insert into contact_message (name, email, subject, text)
        select 'Anna ' || n, 'anna' || n || '@example.com', 'Where is order ' || n || '?', repeat('Hello, where is my order? ', 12) from generate_series(1, 60) as n;
      insert into product (pid, name, state, shop_currency, price_minor)
        select 'draft-' || n, 'Lamp number ' || n, 'approval', 'USD', 1999 + n from generate_series(1, 30) as n`);
    system.postgres.query('vacuum analyze');
  } catch (error) {
    await system.stop();
    throw error;
  }
  return system;
}

/** Jobs that fail and are tried again, all the time: `rows` of them stay and change, some go and others come. */
export class BusyJobs {
  #round = 0;
  #at = Date.now() / 1000;

  static async start(system, { rows = 60, everyMs = 400 } = {}) {
    const busy = new BusyJobs();
    Object.assign(busy, { rows, redis: await Connection.open(system.redis.port) });
    await busy.#change();
    busy.timer = setInterval(() => busy.#change().catch(() => undefined), everyMs);
    return busy;
  }

  get rounds() {
    return this.#round;
  }

  #job(i) {
    const round = this.#round;
    const tries = (round + i) % 24;
    const at = Math.round(this.#at + round);
    return JSON.stringify({ class: `order.track`, args: [{ order: 1000 + i, try: tries }], queue: 'fulfillment', jid: `5eed${String(i).padStart(20, '0')}`, retry: 25,
      retry_count: tries, error_class: tries % 2 ? 'ProviderBusy' : 'Timeout', error_message: `No answer within ${1000 + (round * 7 + i) % 900} ms`,
      created_at: this.#at, enqueued_at: at, failed_at: at, retried_at: at });
  }

  // The rows on the screen keep their order; those beyond them come and go.
  async #change() {
    const words = [];
    for (let i = 0; i < this.rows; i += 1) words.push(this.#at + 3600 + i, this.#job(i));
    this.#round += 1;
    for (let i = 0; i <= this.#round % 9; i += 1) words.push(this.#at + 7200 + i, this.#job(this.rows + (this.#round + i) % 40));
    for (const command of [['multi'], ['del', 'retry'], ['zadd', 'retry', ...words], ['exec']]) await this.redis.command(...command);
  }

  async stop() {
    clearInterval(this.timer);
    await sleep(50);
    this.redis.close();
  }
}

// Runs in the page, before anything of ours.
function watchPage() {
  const seen = { fcp: null, lcp: null, lcpWhat: '', cls: 0, shifts: [], long: [] };
  window.speedSeen = seen;
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch('paint', (e) => { if (e.name === 'first-contentful-paint') seen.fcp = e.startTime; });
  watch('largest-contentful-paint', (e) => {
    seen.lcp = e.startTime;
    seen.lcpWhat = `${e.element?.tagName ?? '?'}.${e.element?.className ?? ''} ${(e.element?.textContent ?? '').slice(0, 40)}`;
  });
  watch('longtask', (e) => seen.long.push({ at: e.startTime, ms: e.duration }));
  watch('layout-shift', (e) => {
    if (e.hadRecentInput) return;
    seen.cls += e.value;
    seen.shifts.push({ at: Math.round(e.startTime), value: e.value, who: e.sources.slice(0, 3).map((s) => `${s.node?.nodeName ?? '?'}.${s.node?.className ?? ''} ${Math.round(s.previousRect.y)}->${Math.round(s.currentRect.y)}`) });
  });
}

async function open(browser, options = {}) {
  const opened = await newPage(browser, { viewport: { width: 1360, height: 900 }, ...options });
  opened.cdp = await opened.context.newCDPSession(opened.page);
  await opened.page.addInitScript(watchPage);
  return opened;
}

/** Cookies and storage of somebody who has signed in. */
export async function signedIn(browser, system) {
  const { context, page } = await newPage(browser);
  await signIn(page, system);
  const state = await context.storageState();
  await context.close();
  return state;
}

// All that was asked for has come, and the screen stands.
async function settled(page, ready) {
  await page.waitForSelector(ready, { timeout: 60000 });
  let still = 0;
  let before = -1;
  await until('the page stands still', async () => {
    const now = await page.evaluate(() => performance.getEntriesByType('resource').length + 1000 * document.querySelectorAll('.skeleton').length);
    still = now === before && now < 1000 ? still + 1 : 0;
    before = now;
    return still >= 6;
  }, 60000, 100);
}

/** One load with nothing in the cache. */
export async function load(browser, system, { storageState, target = '/', ready, profile = asItIs }) {
  const { context, page, cdp, problems } = await open(browser, storageState ? { storageState } : {});
  await cdp.send('Network.enable');
  if (profile.network) await cdp.send('Network.emulateNetworkConditions', profile.network);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: profile.cpu });
  let bytes = 0;
  let requests = 0;
  cdp.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; requests += 1; });
  await page.goto(`${system.apiUrl}${target}`, { waitUntil: 'commit' });
  await settled(page, ready);
  const seen = await page.evaluate(() => window.speedSeen);
  await context.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  // From the first paint on, as Lighthouse counts: before it nobody waits for an answer.
  const tbt = seen.long.filter((t) => t.at + t.ms > seen.fcp).reduce((sum, t) => sum + Math.max(0, t.ms - 50), 0);
  return { fcp: seen.fcp, lcp: seen.lcp, lcpWhat: seen.lcpWhat, tbt, cls: seen.cls, shifts: seen.shifts, longest: Math.max(0, ...seen.long.map((t) => t.ms)), bytes, requests };
}

const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Some loads of a page in one line: medians. */
export function summaryOf(name, runs) {
  const of = (key) => middle(runs.map((run) => run[key]));
  return `${name}: first paint ${of('fcp').toFixed(0)} ms, largest ${of('lcp').toFixed(0)} ms, blocked ${of('tbt').toFixed(0)} ms, layout shift ${of('cls').toFixed(4)}, ${Math.round(of('bytes') / 1024)} KiB in ${of('requests')} requests`;
}

/** What the main threads of pages did while `work` ran: tasks { mark, wall, cpu } (ms); mark: the last "step ..." before the task ended. */
export async function traced(browser, work) {
  await browser.startTracing(null, { categories: ['-*', 'toplevel', 'blink.user_timing', '__metadata'] });
  let result;
  let trace;
  try {
    result = await work();
  } finally {
    trace = JSON.parse((await browser.stopTracing()).toString('utf8')).traceEvents;
  }
  const main = new Set(trace.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`));
  const marks = trace.filter((e) => e.cat.includes('blink.user_timing') && e.name.startsWith('step ')).sort((a, b) => a.ts - b.ts);
  const tasks = trace.filter((e) => e.ph === 'X' && e.name.endsWith('RunTask') && main.has(`${e.pid} ${e.tid}`))
    .map((e) => ({ at: e.ts / 1000, mark: marks.findLast((m) => m.ts <= e.ts + e.dur)?.name.slice(5) ?? 'before', wall: e.dur / 1000, cpu: (e.tdur ?? 0) / 1000 }));
  return { result, tasks };
}

/** Goes through every page as a person would: opens what opens, sorts, filters, turns pages, looks for something.  Each step is marked. */
export async function use(browser, system, storageState) {
  const { context, page, problems } = await open(browser, { storageState });
  const step = async (name, act) => {
    await page.evaluate((n) => performance.mark(`step ${n}`), name);
    await act();
    await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 50)); }));
  };
  const to = (name, key, ready = 'main table tbody tr') => step(name, async () => {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForSelector(ready);
  });
  const openFirst = (name) => step(`${name}: open a row`, async () => {
    await page.locator('main table.table tbody tr').nth(3).click();
    await page.locator('.sheet h2').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
  });
  const answered = (part, act) => Promise.all([page.waitForResponse((r) => r.url().includes(part) && r.ok()), act()]);
  await page.goto(`${system.apiUrl}/`);
  await step('Dashboard', () => settled(page, '.recharts-bar-rectangle'));
  await step('Dashboard: 90 days', () => answered('by-date', () => page.locator('.range select').selectOption('90d')));
  await to('Products', 'p', 'main h1');
  await step('Products: table', async () => {
    await page.locator('.tabs').getByRole('link', { name: 'Table' }).click();
    await page.locator('main tbody tr').first().waitFor();
  });
  await to('Orders', 'o');
  await step('Orders: 100 rows', () => answered('limit=100', () => page.locator('.pages select').selectOption('100')));
  await step('Orders: sort', () => answered('sort=', () => page.locator('main th .sort').first().click()));
  await step('Orders: search', () => answered('q=', () => page.locator('main input[name=q]').fill('buyer12')));
  await step('Orders: search no more', async () => {
    await page.locator('main input[name=q]').fill('');
    await page.waitForURL((url) => !url.searchParams.has('q'));
  });
  await openFirst('Orders');
  await to('Ads', 'a', 'main h1');
  await to('Service', 's');
  await openFirst('Service');
  await to('Jobs', 'j', 'main h1');
  for (const tab of ['Jobs', 'Runs', 'Errors']) await step(`Jobs: ${tab}`, () => page.locator('.tabs').first().getByRole('link', { name: tab, exact: true }).click());
  await step('Jobs: to be tried again', async () => {
    await page.locator('.tabs').first().getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.getByRole('link', { name: 'to be tried again' }).click();
    await page.locator('main tbody tr').nth(30).waitFor();
  });
  await openFirst('Jobs');
  await to('Approvals', 'v', 'main h1');
  await to('Activity', 'y');
  await to('Automation', 'm', 'main h1');
  await step('Palette', async () => {
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input').waitFor();
    for (const letter of '#1042') await page.keyboard.press(letter);
    await page.locator('.palette-item', { hasText: '#1042' }).first().waitFor();
    await page.keyboard.press('Escape');
  });
  await step('Theme', () => page.getByRole('button', { name: /(Light|Dark) theme/ }).first().click());
  const seen = await page.evaluate(() => window.speedSeen);
  await context.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { longest: Math.max(0, ...seen.long.map((t) => t.ms)), cls: seen.cls, shifts: seen.shifts };
}

// Runs in the page: counts frames, and looks twice a second whether a row has moved or another has taken its place.
function watchRows() {
  const look = () => [...document.querySelectorAll('main tr[data-row]')].map((row) => `${row.dataset.row} ${Math.round(row.getBoundingClientRect().top + window.scrollY)}`);
  const seen = { frames: [], moved: 0, looks: 0, changed: 0, rows: 0 };
  const first = look();
  let before = performance.now();
  let looked = before;
  let text = '';
  window.rowsSeen = seen;
  const frame = (now) => {
    seen.frames.push(now - before);
    before = now;
    if (now - looked > 500) {
      looked = now;
      seen.looks += 1;
      const places = look();
      seen.rows = places.length;
      if (places.join() !== first.join()) seen.moved += 1;
      const newText = document.querySelector('main tbody').innerText;
      if (text !== '' && newText !== text) seen.changed += 1;
      text = newText;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

// What the page holds once everything that nobody needs is gone.
async function held(cdp) {
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (name) => metrics.find((m) => m.name === name).value;
  return { heap: of('JSHeapUsedSize') / 1024, nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

/** The list of live jobs, the pointer on one of its rows, for so many seconds. */
export async function live(browser, system, storageState, { seconds, warmUp = 8 }) {
  const { context, page, cdp, problems } = await open(browser, { storageState });
  const answers = { count: 0 };
  page.on('response', (r) => { if (r.url().includes('/api/v1/jobs?') && r.status() === 200) answers.count += 1; });
  await cdp.send('Performance.enable');
  await page.goto(`${system.apiUrl}/jobs?tab=jobs&state=retry&limit=100`);
  await until('60 jobs are there', async () => (await page.locator('main tr[data-row]').count()) >= 60, 30000, 100);
  await page.locator('main tr[data-row]').nth(5).hover();
  await sleep(warmUp * 1000);
  const before = await held(cdp);
  answers.count = 0;
  await page.evaluate(watchRows);
  await page.evaluate(() => performance.mark('step live'));
  await sleep(seconds * 1000);
  await page.evaluate(() => performance.mark('step end'));
  const { frames, ...rows } = await page.evaluate(() => window.rowsSeen);
  const fresh = await page.getByRole('button', { name: /new, show/ }).count();
  await page.evaluate(() => { window.rowsSeen.frames = []; });
  const after = await held(cdp);
  await context.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { frames: frames.slice(1), rows, fresh, answers: answers.count, before, after };
}
