// Every page of the dashboard over a shop with something in each of its places: no serious fault by axe, in both themes, on small
// screens, with text that tries to be more than text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { hostile, startBrowser, takePicture } from './screen.mjs';
import { assertAccessible, assertNarrow, openDashboard, pages } from './dashboard_pages.mjs';

const longName = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenhalter groß';

let system;
let browser;
before(async () => {
  system = await System.start('browser-pages', { sandboxArgs: ['--oddity', '0'] });
  browser = await startBrowser();
  await system.control('POST', '/control/orders', {});
  await system.control('POST', '/control/orders', { risk: 'HIGH', address: { city: hostile } });
  await system.control('POST', '/control/orders', { lines: [{ sku: hostile, quantity: 1, price: 1995, title: hostile }] });
  system.postgres.query(`
    insert into product (pid, name, state, shop_currency, price_minor, decision_text) values
      ('1', '${longName}', 'approval', 'USD', 2299, '${hostile}'), ('2', '${hostile}', 'rejected', 'USD', null, 'Too dear.'), ('3', 'عنوان طويل', 'listed', 'USD', 990, null);
    insert into contact_message (name, email, subject, text) values
      ('${hostile}', 'anna@example.com', 'Where is it?', 'Hello, where is #1001? ${hostile}'), (null, 'bo@example.com', null, 'مرحبا، أين طلبي؟')`);
  await system.api('POST', '/api/v1/jobs', { type: 'nobody.knows', queue: 'nobody', args: [hostile] });
  await until('the orders are there', () => system.rows('select count(*) as n from shop_order where money_at is not null')[0].n === 3, 60000, 300);
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

// Everything that was asked for has come.
const settled = async (page, path) => {
  await page.goto(`${system.apiUrl}${path}`);
  await page.waitForSelector('main h1');
  await page.waitForLoadState('load');
  await until(`${path} has loaded`, async () => (await page.locator('main .skeleton').count()) === 0, 20000, 100);
};

for (const [name, options] of Object.entries({
  'in the light': { viewport: { width: 1360, height: 900 } },
  'in the dark': { viewport: { width: 1360, height: 900 }, colorScheme: 'dark' },
  'on 390 pixels': { viewport: { width: 390, height: 844 }, hasTouch: true },
  'on 320 pixels in the dark': { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
})) {
  test(`every page has no serious fault ${name}, and no sideways scrolling`, { timeout: 240000 }, async () => {
    const { context, page, problems } = await openDashboard(browser, system, '/', options);
    const faults = [];
    for (const path of pages) {
      await settled(page, path);
      await takePicture(page, `page${path.replace('/', '-')}-${name.replaceAll(' ', '-')}`);
      for (const check of [assertAccessible, assertNarrow]) await check(page, `${path} ${name}`).catch((fault) => faults.push(fault.message));
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator('main h1').count(), 1, path);
      assert.match(await page.title(), /\S+ · dropship/);
    }
    assert.equal(faults.length, 0, faults.join('\n\n'));
    assert.deepEqual(problems, []);
    await context.close();
  });
}

test('text of customers stays text, also that of the other direction', async () => {
  const { context, page } = await openDashboard(browser, system, '/service?tab=all');
  await page.locator('tbody tr', { hasText: 'onerror' }).first().waitFor();
  assert.equal(await page.locator('main img').count(), 0);
  await page.locator('tbody tr', { hasText: 'bo@example.com' }).click();
  const text = page.locator('.message-text');
  await text.waitFor();
  assert.equal(await text.evaluate((e) => getComputedStyle(e).direction), 'rtl');
  await context.close();
});

test('a message is taken, answered and opened again, by the keyboard alone', async () => {
  const state = () => system.rows("select state from contact_message where email = 'anna@example.com'")[0].state;
  const { context, page } = await openDashboard(browser, system, '/service');
  await page.locator('tbody tr', { hasText: 'Where is it?' }).waitFor();
  for (let i = 0; i < 3 && !/Where is it\?/.test(await page.evaluate(() => document.activeElement.textContent)); i += 1) await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.sheet .message-text').waitFor();
  assert.equal(new URL(page.url()).searchParams.has('open'), true);
  await page.locator('.sheet').getByRole('button', { name: 'Take' }).focus();
  await page.keyboard.press('Enter');
  await until('it is in work', () => state() === 'open');
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await until('and new again', () => state() === 'new');
  await page.locator('.sheet').getByRole('button', { name: 'Mark answered' }).click();
  await until('it is answered', () => state() === 'answered');
  await page.keyboard.press('Escape');
  await page.locator('.sheet').waitFor({ state: 'detached' });
  await until('it has left the new ones', async () => (await page.locator('tbody tr', { hasText: 'Where is it?' }).count()) === 0);
  await context.close();
});

test('rows do not move under a reader: what is new waits to be shown', async () => {
  const { context, page } = await openDashboard(browser, system, '/service?tab=all');
  await page.locator('tbody tr').first().waitFor();
  await page.locator('tbody tr').first().focus();
  const before = await page.locator('tbody tr').allInnerTexts();
  system.postgres.query("insert into contact_message (email, subject, text) values ('new@example.com', 'Just came', 'Hello')");
  const show = page.getByRole('button', { name: '1 new, show' });
  await show.waitFor({ timeout: 40000 });
  assert.deepEqual((await page.locator('tbody tr').allInnerTexts()).map((t) => t.split('\n')[0]), before.map((t) => t.split('\n')[0]));
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TR');
  await show.click();
  await page.locator('tbody tr', { hasText: 'Just came' }).waitFor();
  await context.close();
});
