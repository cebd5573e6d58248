import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { startBrowser, takePicture } from './screen.mjs';
import { openDashboard } from './dashboard_pages.mjs';

let system;
let browser;
before(async () => {
  system = await System.start('browser-dashboard', { sandboxArgs: ['--oddity', '0', '--currency', 'JPY'], settings: { 'orders.value_hard_minor': '9000000', 'orders.value_soft_minor': '8000000' } });
  await until('the days of the shop are known', () => system.rows('select count(*) as n from shop_info')[0].n === 1, 60000, 200);
  browser = await startBrowser();
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

const tiles = { total_sales: 'minor', total_profit: 'minor', total_orders: 'count', ad_spend: 'minor', roi_ads: 'ppm', conversion_rate: 'ppm', aov: 'minor' };
const tile = (page, name) => page.locator(`[data-figure=${name}]`);

// The answer that the page itself has got.
const asked = (page, part) => page.waitForResponse((r) => r.url().includes(`/api/v1/analytics/${part}`) && r.status() === 200);

test('an empty database shows zeros and dashes with their reasons, and no chart', async () => {
  const { context, page, problems } = await openDashboard(browser, system);
  await page.waitForSelector('[data-figure=aov] .tile-value');
  assert.match(await tile(page, 'total_orders').innerText(), /\n0\n/);
  for (const name of ['ad_spend', 'roi_ads', 'aov']) {
    assert.match(await tile(page, name).innerText(), /—/, name);
    assert.ok((await tile(page, name).locator('.tile-below').first().innerText()).length > 5, `${name} says why`);
  }
  for (const text of ['No sales in these days.', 'Nothing sold in these days.', 'No ad spend in these days.']) await page.getByText(text).waitFor();
  assert.equal(await page.locator('.recharts-surface').count(), 0);
  assert.match(await page.locator('.bar-sandbox').innerText(), /SANDBOX[^]*Shopify/);
  await takePicture(page, 'dashboard-empty');
  assert.deepEqual(problems, []);
  await context.close();
});

test('the figures are those of the API, in a currency without cents', async () => {
  for (let i = 0; i < 3; i += 1) await system.control('POST', '/control/orders', {});
  await until('their money is in the books', () => system.rows('select count(*) as n from shop_order where money_at is not null')[0].n === 3, 60000, 300);
  const { context, page, problems } = await openDashboard(browser, system, '/?range=7d');
  await page.waitForSelector('[data-figure=aov] .tile-value'); // else it could be the answer to the page before
  const [answer] = await Promise.all([asked(page, 'summary'), page.reload()]);
  const summary = await answer.json();
  assert.equal(summary.currency, 'JPY');
  assert.equal(summary.figures.total_orders.value, 3);
  assert.ok(summary.figures.total_sales.value > 0);
  await page.waitForSelector('[data-figure=aov] .tile-value');
  for (const [name, unit] of Object.entries(tiles)) {
    const { value, why } = summary.figures[name];
    const shown = tile(page, name).locator('.tile-value');
    if (value === null) assert.ok((await shown.innerText()).includes('—') && (await tile(page, name).innerText()).includes(why), name);
    else assert.equal(await shown.locator('data').getAttribute('value'), unit === 'minor' ? `${value} JPY` : String(value), name);
  }
  const sales = await tile(page, 'total_sales').locator('.tile-value').innerText();
  assert.equal(sales, `¥${summary.figures.total_sales.value.toLocaleString('en-US')}`);
  await page.waitForSelector('.recharts-bar-rectangle');
  await takePicture(page, 'dashboard');
  assert.deepEqual(problems, [], 'also none about the policy of the page');
  await context.close();
});

test('each chart has a sentence and the same figures as a table', async () => {
  const { context, page } = await openDashboard(browser, system, '/?range=7d');
  const card = page.locator('section', { has: page.getByRole('heading', { name: 'Sales and profit by day' }) });
  await card.getByText('of sales').waitFor();
  const [answer] = await Promise.all([asked(page, 'by-date'), page.reload()]);
  const { days } = await answer.json();
  assert.equal(days.length, 7);
  await card.getByRole('button', { name: 'Show as table' }).click();
  const shown = await card.locator('tbody tr').evaluateAll((rows) => rows.map((r) => [...r.querySelectorAll('td')].slice(1, 4).map((c) => c.querySelector('data')?.value ?? null)));
  assert.deepEqual(shown, days.map((d) => [String(d.orders), `${d.total_sales} JPY`, d.profit === null ? null : `${d.profit} JPY`]));
  await context.close();
});

test('the first screen with its charts loads less than 250 KB, and its files are kept for a year', async () => {
  const { context, page } = await openDashboard(browser, system, '/?range=7d');
  await page.waitForSelector('.recharts-bar-rectangle');
  const urls = await page.evaluate(() => performance.getEntriesByType('resource').map((e) => e.name).filter((name) => name.includes('/assets/')));
  let bytes = 0;
  for (const url of urls) {
    const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    assert.match(answer.headers.get('cache-control'), /max-age=31536000.*immutable/);
    if (!url.endsWith('.svg')) assert.equal(answer.headers.get('content-encoding'), 'gzip', url);
    bytes += Number(answer.headers.get('content-length'));
    await answer.arrayBuffer();
  }
  assert.ok(urls.length > 3 && bytes > 50000, 'it was measured');
  assert.ok(bytes < 250 * 1024, `${bytes} bytes`);
  await context.close();
});

test('what the frame shows is asked for once, while its code is still on its way', async () => {
  const { context, page } = await openDashboard(browser, system);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
    await until('the flows are asked for', () => asked.includes('/api/v1/flows'), 10000, 20);
    await route.continue();
  });
  await page.reload();
  await page.locator('.strip .pill').first().waitFor();
  await page.locator('.you-name', { hasText: 'admin' }).waitFor();
  for (const name of ['session', 'health', 'needs']) assert.equal(asked.filter((path) => path === `/api/v1/${name}`).length, 1, name);
  await context.close();
});

test('a figure says how it is worked out, what it compares with and what it leads to', async () => {
  const { context, page } = await openDashboard(browser, system, '/?range=7d');
  const { body } = await system.api('GET', '/api/v1/analytics/summary');
  await tile(page, 'total_profit').getByRole('button', { name: /how it is worked out/ }).click();
  assert.ok((await page.locator('dialog').innerText()).includes(body.figures.total_profit.formula));
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Profit: how it is worked out', 'the focus is back');
  assert.equal(await tile(page, 'total_orders').locator('a').first().getAttribute('href'), '/orders?range=7d', 'the range goes along');
  await context.close();
});

test('the range lives in the URL, and back goes back', async () => {
  const { context, page } = await openDashboard(browser, system);
  const select = page.locator('.range select');
  await Promise.all([asked(page, 'summary'), select.selectOption('7d')]);
  assert.equal(new URL(page.url()).search, '?range=7d');
  await Promise.all([asked(page, 'summary'), page.locator('.range .switch').click()]);
  assert.equal(new URL(page.url()).search, '?compare=0&range=7d');
  await page.goBack();
  await page.goBack();
  await until('the default is back', async () => (await select.inputValue()) === '30d' && new URL(page.url()).search === '');
  await select.selectOption('custom');
  await page.getByLabel('First day').fill('2026-01-31');
  await page.getByLabel('Last day').fill('2026-01-01');
  await page.getByText('The first day is after the last.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Show', exact: true }).isDisabled(), true);
  await page.getByLabel('Last day').fill('2026-02-28');
  const [request] = await Promise.all([page.waitForRequest(/summary\?.*from=2026-01-31&to=2026-02-28/), page.getByRole('button', { name: 'Show', exact: true }).click()]);
  assert.ok(request);
  assert.equal(new URL(page.url()).search, '?from=2026-01-31&to=2026-02-28');
  await context.close();
});

test('a server in trouble leaves the last good figures with their age, and a card of its own for each failure', async () => {
  const { context, page } = await openDashboard(browser, system, '/?range=7d');
  await page.waitForSelector('[data-figure=aov] .tile-value');
  const value = await tile(page, 'total_sales').locator('.tile-value').innerText();
  const read = Date.now();
  await page.route('**/api/v1/analytics/**', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', headers: { 'retry-after': '2' },
    body: JSON.stringify({ title: 'Service Unavailable', status: 503, detail: 'This cannot be answered just now.', request_id: 'trouble-1' }) }));
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.locator('.range select').selectOption('today'); // nothing good is known of this range
  await page.getByText('trouble-1').first().waitFor();
  assert.match(await page.locator('.failed').first().innerText(), /cannot be answered just now[^]*Next try in|Trying again/);
  await until('what was read is old enough to be asked for again', () => Date.now() - read > 2500);
  await page.locator('.range select').selectOption('7d');
  await page.locator('.stale').first().waitFor();
  assert.equal(await tile(page, 'total_sales').locator('.tile-value').innerText(), value);
  await page.unroute('**/api/v1/analytics/**');
  await until('it recovers by itself', async () => (await page.locator('.stale').count()) === 0, 20000, 200);
  await context.close();
});

test('an API that is down is said, nothing can be changed meanwhile, and it comes back by itself', async () => {
  const { context, page } = await openDashboard(browser, system);
  await page.waitForSelector('[data-figure=aov] .tile-value');
  const value = await tile(page, 'total_orders').locator('.tile-value').innerText();
  await system.program('api').kill();
  await page.locator('.bar-offline').waitFor({ timeout: 30000 });
  assert.equal(await page.locator('.stop').isDisabled(), true);
  assert.equal(await tile(page, 'total_orders').locator('.tile-value').innerText(), value, 'what was known stays');
  await takePicture(page, 'dashboard-offline');
  system.program('api').start();
  await page.locator('.bar-offline').waitFor({ state: 'detached', timeout: 60000 });
  await context.close();
});

test('STOP takes one press and counts until every part is confirmed; going on takes a reason', async () => {
  const { context, page } = await openDashboard(browser, system);
  await page.locator('.stop').click();
  await page.locator('.bar-stop').waitFor();
  await until('the server stands', () => system.rows("select value from setting where name = 'stop'")[0]?.value === '1');
  await until('each part is confirmed', async () => {
    const [, some, all] = /Stopp(?:ed|ing): (\d+) of (\d+) confirmed/.exec(await page.locator('.bar-stop').innerText()) ?? [];
    return some !== undefined && some === all;
  }, 30000, 200);
  await page.getByRole('button', { name: 'Resume…' }).click();
  await page.locator('dialog').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel', 'Enter alone resumes nothing');
  const go = page.locator('dialog').getByRole('button', { name: 'Resume', exact: true });
  await page.locator('dialog input[name=reason]').fill('tested');
  assert.equal(await go.isDisabled(), true);
  await page.locator('dialog input[name=typed]').fill('resume');
  await go.click();
  await page.locator('.bar-stop').waitFor({ state: 'detached' });
  assert.notEqual(system.rows("select value from setting where name = 'stop'")[0]?.value, '1');
  await context.close();
});

test('a write whose answer is lost is repeated with the same key and done once', async () => {
  const { context, page } = await openDashboard(browser, system);
  const keys = [];
  const replayed = [];
  let lost = 0;
  await page.route('**/api/v1/stop', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (lost < 2) replayed.push((await route.fetch()).headers()['idempotency-replayed'] ?? 'done');
    lost += 1;
    if (lost < 3) return route.abort('connectionreset');
    return route.continue();
  });
  await page.locator('.stop').click();
  await page.locator('.bar-stop').waitFor();
  await until('the third try got its answer', () => keys.length === 3);
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual(replayed, ['done', 'true']);
  await system.api('POST', '/api/v1/resume-all', { reason: 'end of the test' });
  await context.close();
});

test('the palette finds pages and the keyboard alone gets around', async () => {
  const { context, page } = await openDashboard(browser, system);
  await page.keyboard.press('Control+k');
  await page.keyboard.insertText('serv');
  await page.locator('.palette-item', { hasText: 'Service' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/service');
  await until('the heading of the new page has the focus', () => page.evaluate(() => document.activeElement.tagName === 'H1'));
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.waitForURL('**/ads');
  await page.keyboard.press('?');
  await page.locator('dialog', { hasText: 'Keyboard' }).waitFor();
  await page.locator('dialog').getByRole('switch').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.keyboard.press('Tab');
  assert.equal(new URL(page.url()).pathname, '/ads', 'single keys are off');
  await page.goto(`${system.apiUrl}/`);
  await page.waitForSelector('main h1');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the page');
  await context.close();
});

test('nothing is asked for while the tab is hidden or updates are paused', async () => {
  const { context, page } = await openDashboard(browser, system);
  await page.waitForSelector('[data-figure=aov] .tile-value');
  await page.getByRole('button', { name: 'Pause updates' }).click();
  const asks = [];
  page.on('request', (r) => r.url().includes('/api/v1/flows') && asks.push(r.url()));
  await page.clock.install();
  await page.clock.fastForward(60000);
  assert.deepEqual(asks, []);
  await page.getByRole('button', { name: 'Go on updating' }).click();
  await until('it asks again', () => asks.length > 0);
  await context.close();
});
