// Steering from the dashboard: dead jobs, queues, flows, intervals, settings, STOP, keys, and what can be taken back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { startBrowser, takePicture } from './screen.mjs';
import { assertAccessible, assertNarrow, newPage, openDashboard, signIn } from './dashboard_pages.mjs';

let system;
let browser;
before(async () => {
  system = await System.start('browser-steer', { sandboxArgs: ['--oddity', '0'] });
  browser = await startBrowser();
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

const jobs = async (state) => (await system.api('GET', `/api/v1/jobs?state=${state}&limit=200`)).body.jobs;
const audit = (action) => system.rows(`select count(*) as n from audit where action = '${action}'`)[0].n;
// Jobs that nobody knows how to run are dead at once.
async function die(n) {
  for (let i = 0; i < n; i += 1) await system.api('POST', '/api/v1/jobs', { type: `nobody.knows${i % 2}`, queue: 'default', args: [i] });
  await until(`${n} jobs are dead`, async () => (await jobs('dead')).length >= n, 30000, 200);
}
const setting = async (name) => (await system.api('GET', '/api/v1/settings')).body.settings.find((s) => s.name === name).value;

test('a dead job is looked at and run again', async () => {
  await die(1);
  const { context, page, problems } = await openDashboard(browser, system, '/jobs?tab=jobs&state=dead');
  await page.locator('tbody tr', { hasText: 'nobody.knows' }).first().click();
  await page.getByRole('dialog').getByText('What happened').waitFor();
  await assertAccessible(page, 'a job');
  await takePicture(page, 'job');
  await page.getByRole('button', { name: 'Retry…' }).click();
  const ask = page.getByRole('alertdialog');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel');
  await ask.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('It is in its queue again.').waitFor();
  assert.equal(audit('job.retry'), 1);
  assert.deepEqual(problems, []);
  await context.close();
});

test('jobs are listed by type, error and argument, further than one request looks', async () => {
  const fill = "for i = 1, 5100 do redis.call('ZADD', 'retry', 4000000000 + i, '{\"class\":\"dull\",\"args\":[],\"jid\":\"dull' .. i .. '\",\"queue\":\"default\"}') end redis.call('ZADD', 'retry', 4100000000, '{\"class\":\"rare\",\"args\":[4711],\"jid\":\"rare\",\"queue\":\"default\",\"error_class\":\"Odd\",\"error_message\":\"said no\"}')";
  system.redis.command('EVAL', fill, '0');
  const { context, page, problems } = await openDashboard(browser, system, '/jobs?tab=jobs&state=retry');
  const selected = page.getByRole('region', { name: 'Selection' });
  await page.getByLabel('Select this page').click();
  await selected.getByText('50 selected').waitFor();
  assert.equal(await selected.getByRole('button', { name: /^Select/ }).count(), 0, 'its buttons act on the chosen rows alone');
  await selected.getByRole('button', { name: 'Clear' }).click();
  await page.getByLabel('Type').fill('rare');
  await page.getByText('None fits so far.').waitFor();
  await page.getByText(/the first 5,\d\d\d of 5,\d\d\d were looked at/).waitFor();
  await page.getByRole('button', { name: 'Look further' }).click();
  const row = page.locator('tr[data-row]');
  await row.locator('td.main', { hasText: 'rare' }).waitFor();
  assert.equal(await row.count(), 1);
  await page.locator('input[name=arg]').fill('4711');
  await until('it is asked for', () => new URL(page.url()).search.includes('arg=4711'));
  await page.getByRole('button', { name: 'Look further' }).click();
  await row.click();
  const panel = page.locator('dialog.sheet');
  await panel.getByRole('link', { name: 'All to be tried again with this error' }).waitFor();
  await panel.getByRole('button', { name: 'Run with other arguments…' }).click();
  const other = page.locator('dialog', { hasText: 'A new job runs with these' }).last();
  await other.getByLabel('Arguments').fill('{"not": "a list"}');
  await other.getByText('This is no JSON array.').waitFor();
  await other.getByLabel('Arguments').fill('[4712]');
  await other.getByRole('button', { name: 'Run it' }).click();
  await page.getByText('A new job is on its way.').waitFor();
  await until('it has run in vain', async () => (await jobs('dead')).some((j) => j.class === 'rare' && j.args[0] === 4712), 20000, 200);
  system.redis.command('DEL', 'retry', 'dead');
  assert.deepEqual(problems, []);
  await context.close();
});

test('all jobs that match are counted, asked for by their number, and moved', async () => {
  await die(24);
  const before = (await jobs('dead')).filter((j) => j.class === 'nobody.knows1').length;
  const { context, page } = await openDashboard(browser, system, '/jobs?tab=jobs&state=dead&type=nobody.knows1');
  const ask = page.getByRole('alertdialog');
  const runs = async () => (await system.api('GET', '/api/v1/job-runs?type=nobody.knows1&limit=200')).body.runs.length;
  const ran = await runs();
  await page.getByRole('button', { name: 'Retry all that match…' }).click();
  await ask.getByText(`Retry ${before} jobs?`).waitFor();
  await ask.locator('input[name=typed]').fill(String(before));
  await ask.getByRole('button', { name: 'Retry', exact: true }).click();
  await page.getByText(`${before} jobs are in their queues again.`).waitFor();
  await until('each has run once more', async () => (await runs()) === ran + before, 30000, 200);
  await until('all are dead again', async () => (await jobs('dead')).filter((j) => j.class === 'nobody.knows1').length === before, 30000, 200);
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  await page.getByRole('button', { name: 'Delete all that match…' }).click();
  await ask.getByText(`Delete ${before} jobs?`).waitFor();
  const button = ask.getByRole('button', { name: 'Delete', exact: true });
  assert.equal(await button.isDisabled(), true);
  await ask.locator('input[name=typed]').fill(String(before));
  await button.click();
  await page.getByText(`${before} jobs are deleted.`).waitFor();
  assert.equal((await jobs('dead')).filter((j) => j.class === 'nobody.knows1').length, 0);
  assert.ok((await jobs('dead')).some((j) => j.class === 'nobody.knows0'), 'others stay');
  await context.close();
});

test('a queue is paused and served again, its threads are changed', async () => {
  const queue = async () => (await system.api('GET', '/api/v1/queues')).body.queues.find((q) => q.name === 'default');
  const { context, page } = await openDashboard(browser, system, '/jobs');
  const row = page.locator('tr', { has: page.getByRole('link', { name: 'default', exact: true }) });
  await row.getByRole('button', { name: 'Pause' }).click();
  await row.getByText('paused').waitFor();
  assert.equal((await queue()).paused, true);
  await row.getByRole('button', { name: 'Resume' }).click();
  await row.getByText('served').waitFor();
  await row.getByRole('button', { name: 'Threads of default' }).click();
  await row.getByRole('textbox').fill('2');
  await page.keyboard.press('Enter');
  await until('the worker has two threads', async () => (await queue()).threads === 2, 20000, 200);
  await context.close();
});

test('a mode that was changed shows at once, though an answer of before comes after it', async () => {
  await system.api('PUT', '/api/v1/flows/fulfillment', { mode: 'approve' });
  const { context, page } = await openDashboard(browser, system, '/automation');
  const card = page.locator('.flow-row', { has: page.getByRole('heading', { name: 'Orders' }) });
  const bar = page.locator('.bar-dry');
  await card.waitFor();
  assert.equal(await bar.count(), 0);
  // The next look at the flows is answered as of now, and late.
  let asked = false, release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/api/v1/flows', async (route) => {
    if (asked || route.request().method() !== 'GET') return route.fallback();
    asked = true;
    const answer = await route.fetch();
    await held;
    return route.fulfill({ response: answer });
  });
  await system.api('PUT', '/api/v1/settings', { name: 'stock.watch_s', value: '301' });
  await until('the page asks for the flows', () => asked, 30000, 50);
  const stored = page.waitForResponse((r) => r.request().method() === 'PUT' && r.url().endsWith('/flows/fulfillment'));
  await card.getByText('Dry run', { exact: true }).click();
  await stored;
  // What tells of changes has come, too; the next look of its own is far.
  await page.waitForTimeout(1500);
  release();
  await bar.waitFor({ timeout: 3000 });
  assert.match(await bar.innerText(), /DRY RUN\s+Orders/);
  await system.api('PUT', '/api/v1/flows/fulfillment', { mode: 'approve' });
  await context.close();
});

test('a mode is raised after its next run was told, and an interval is changed', async () => {
  await system.api('PUT', '/api/v1/flows/fulfillment', { mode: 'dry_run' });
  const { context, page } = await openDashboard(browser, system, '/automation');
  const card = page.locator('.flow-row', { has: page.getByRole('heading', { name: 'Orders' }) });
  await card.getByText('By itself').click();
  const ask = page.getByRole('alertdialog');
  await ask.getByText('The next run:').waitFor();
  assert.equal((await system.api('GET', '/api/v1/flows')).body.flows.find((f) => f.name === 'fulfillment').mode, 'dry_run');
  await ask.getByRole('button', { name: /Set to/ }).click();
  await until('the mode is auto', async () => (await setting('flow.fulfillment')) === 'auto', 10000, 100);
  const every = card.getByRole('textbox');
  await every.fill('1');
  assert.equal(await every.getAttribute('aria-invalid'), 'true');
  await every.fill('77');
  await card.getByRole('button', { name: 'Save' }).click();
  await until('the interval is stored', async () => (await setting('orders.check_s')) === '77', 10000, 100);
  await context.close();
});

test('a setting is searched, refused, stored and taken back from the activity', async () => {
  const { context, page } = await openDashboard(browser, system, '/automation?tab=settings');
  await page.fill('input[name=q]', 'grace');
  const row = page.getByRole('form', { name: 'orders.grace_s' });
  const old = await setting('orders.grace_s');
  await row.getByRole('textbox').fill('999999999');
  await row.getByText('It must be').waitFor();
  assert.equal(await row.getByRole('button', { name: 'Save' }).isDisabled(), true);
  await row.getByRole('textbox').fill('1234');
  await row.getByRole('button', { name: 'Save' }).click();
  await until('it is stored', async () => (await setting('orders.grace_s')) === '1234', 10000, 100);
  await page.goto(`${system.apiUrl}/activity?what=setting.change`);
  await page.locator('tbody tr', { hasText: 'orders.grace_s' }).first().getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click();
  await until('it is as before', async () => (await setting('orders.grace_s')) === old, 10000, 100);
  await context.close();
});

test('a text setting that makes no sense is refused at its field, with what it takes', async () => {
  const { context, page } = await openDashboard(browser, system, '/automation?tab=settings&q=warehouse');
  const row = page.getByRole('form', { name: 'orders.warehouse' });
  const field = row.getByRole('textbox');
  await field.fill('XX');
  await row.getByRole('button', { name: 'Save' }).click();
  const sentence = row.getByText("orders.warehouse takes one country by its two capital letters, like CN; 'XX' is no country");
  await sentence.waitFor();
  assert.equal(await field.getAttribute('aria-describedby'), await sentence.getAttribute('id'));
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.equal(await setting('orders.warehouse'), 'CN');
  await field.fill('US');
  assert.equal(await field.getAttribute('aria-invalid'), null, 'what was said of another value is gone');
  await row.getByRole('button', { name: 'Leave as it was' }).click();
  await context.close();
});

test('STOP stops at once without a question, is read back, and going on needs a reason', async () => {
  const { context, page } = await openDashboard(browser, system, '/orders');
  await page.getByRole('button', { name: 'STOP' }).click();
  await page.getByText(/Stopped: (\d+) of \1 confirmed/).waitFor({ timeout: 60000 });
  assert.equal(await setting('stop'), '1');
  await assertAccessible(page, 'stopped');
  await page.getByRole('button', { name: 'Resume…' }).click();
  const ask = page.getByRole('alertdialog');
  const button = ask.getByRole('button', { name: 'Resume' });
  await ask.locator('input[name=typed]').fill('resume');
  assert.equal(await button.isDisabled(), true, 'a reason is wanted');
  await ask.locator('input[name=reason]').fill('tried out');
  await button.click();
  await until('it goes on', async () => (await setting('stop')) === '0', 20000, 100);
  assert.equal(system.rows("select detail ->> 'reason' as r from audit where action = 'stop.off' order by id desc limit 1")[0].r, 'tried out');
  await context.close();
});

test('a new key is shown once, reads, and may not write', async () => {
  const { context, page } = await openDashboard(browser, system, '/automation?tab=keys');
  await page.getByLabel('Name').fill('reader');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const key = await page.locator('.key-text').textContent();
  assert.match(key, /^ds_[0-9a-f]{64}$/);
  await page.getByRole('button', { name: 'I have it' }).click();
  assert.equal((await page.content()).includes(key), false);
  await context.close();
  const other = await newPage(browser);
  await signIn(other.page, { ...system, apiUrl: system.apiUrl, key }, '/jobs');
  const pause = other.page.getByRole('button', { name: 'Pause', exact: true }).first();
  await pause.waitFor();
  assert.equal(await pause.isDisabled(), true);
  assert.match(await pause.getAttribute('title'), /may only read/);
  await other.context.close();
});

test('the activity is saved as a file', async () => {
  const { context, page } = await openDashboard(browser, system, '/activity');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()]);
  assert.match(file.suggestedFilename(), /activity.*\.csv$/);
  await context.close();
});

test('every part of Jobs and Automation is sound, also on small screens', { timeout: 180000 }, async () => {
  for (const options of [{ viewport: { width: 1360, height: 900 }, colorScheme: 'dark' }, { viewport: { width: 320, height: 640 } }]) {
    const { context, page, problems } = await openDashboard(browser, system, '/jobs', options);
    for (const path of ['/jobs?tab=jobs&state=dead', '/jobs?tab=runs', '/jobs?tab=errors', '/automation?tab=settings', '/automation?tab=health', '/automation?tab=keys']) {
      await page.goto(system.apiUrl + path);
      await page.waitForSelector('main h1');
      await until(`${path} has loaded`, async () => (await page.locator('main .skeleton').count()) === 0, 20000, 100);
      await assertAccessible(page, path);
      await assertNarrow(page, path);
      await takePicture(page, `steer${path.replace(/[^a-z]+/g, '-')}-${options.viewport.width}`);
    }
    assert.deepEqual(problems, []);
    await context.close();
  }
});
