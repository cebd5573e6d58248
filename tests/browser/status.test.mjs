import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { hostile, openPage, startBrowser, takePicture } from './screen.mjs';

let system;
let browser;
before(async () => {
  system = await System.start('browser', { sandboxArgs: ['--oddity', '0'] });
  browser = await startBrowser();
  await system.control('POST', '/control/orders', {});
  await system.control('POST', '/control/orders', { risk: 'HIGH', address: { city: hostile } });
  await system.control('POST', '/control/orders', { lines: [{ sku: hostile, quantity: 1, price: 1995, title: hostile }] });
  await until('one is fulfilled, two are held', () =>
    system.rows("select state from shop_order where state in ('fulfilled', 'delivered', 'held')").length === 3, 60000, 300);
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

const open = (options = {}) => openPage(browser, system, '#orders tr', options);

test('the page shows that it is a sandbox, the orders with their reasons, and the queues', async () => {
  const { context, page, problems } = await open();
  await until('three orders', async () => (await page.locator('#orders tr').count()) === 3);
  assert.match(await page.textContent('#sandbox'), /sandbox/i);
  const table = await page.textContent('#orders');
  assert.match(table, /RISK_HIGH/);
  assert.match(table, /NO_MAPPING/);
  assert.match(await page.textContent('#queues'), /fulfillment/);
  await takePicture(page, 'orders');
  assert.deepEqual(problems, []);
  await context.close();
});

test("an order opens with its timeline; customers' and suppliers' text stays text", async () => {
  const { context, page, problems } = await open();
  let seen = '';
  for (const row of [0, 1, 2]) {
    await page.locator('#orders tr').nth(row).locator('a, button').first().click();
    await page.waitForSelector('#timeline li');
    seen += await page.textContent('#detail');
    await takePicture(page, `order${row}`);
    await page.click('#close');
  }
  assert.ok(seen.includes(hostile), 'the hostile text was shown at all');
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('#main img').count(), 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test('STOP from the page is real and can be taken back', async () => {
  const { context, page } = await open();
  await page.click('#stop');
  await page.fill('#ask-reason', 'trying it');
  await page.click('#ask-yes');
  await page.waitForSelector('#stopped:not([hidden])');
  assert.match(await system.cli('status'), /STOP/);
  await page.click('#resume');
  await page.fill('#ask-reason', 'tried');
  await page.click('#ask-yes');
  await page.waitForSelector('#stopped', { state: 'hidden' });
  await context.close();
});

test('a small dark screen shows the same without sideways scrolling', async () => {
  const { context, page } = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await takePicture(page, 'small-dark');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  await context.close();
});

test('a forgotten key takes what it showed along', async () => {
  const { context, page } = await open();
  await page.click('#leave');
  await page.waitForSelector('#login:not([hidden])');
  await page.reload();
  await page.waitForSelector('#login:not([hidden])');
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.equal(await page.locator('#view').isVisible(), false);
  await context.close();
});

// Holds back the answers to the orders until the test lets them go.
async function delayed(page) {
  const held = [];
  let active = true;
  await page.route(/\/api\/v1\/orders\?/, async (route) => {
    const answer = await route.fetch();
    if (active) await new Promise((resolve) => held.push(resolve));
    await route.fulfill({ response: answer });
  });
  return { held, release: () => { active = false; held.forEach((go) => go()); } };
}

test('a key forgotten during a refresh takes along what was under way', async () => {
  const { context, page } = await open();
  await page.locator('#orders button').first().click();
  await page.waitForSelector('#timeline li');
  const { held, release } = await delayed(page);
  await until('a refresh is under way', () => held.length > 0, 20000, 50);
  await page.click('#leave');
  const over = page.evaluate(() => view.run);
  release();
  await over;
  assert.equal(await page.locator('#view').isVisible(), false);
  assert.equal(await page.locator('#login').isVisible(), true);
  for (const id of ['orders', 'queues', 'timeline', 'summary', 'lines']) assert.equal(await page.textContent(`#${id}`), '', id);
  await page.fill('#key', system.key);
  await page.click('#login button');
  await page.waitForSelector('#orders tr');
  assert.equal(await page.locator('#detail').isVisible(), false, 'the order that was open is forgotten too');
  await context.close();
});

test('a click during a refresh is not lost', async () => {
  const { context, page } = await open();
  await page.click('#pause');
  const { held, release } = await delayed(page);
  await page.click('#filter button');
  await until('a refresh is under way', () => held.length > 0, 20000, 50);
  await page.locator('#orders button').first().click();
  release();
  await page.waitForSelector('#timeline li', { timeout: 4000 });
  await context.close();
});

test('a wrong key is refused with a sentence', async () => {
  const page = await browser.newPage();
  await page.goto(`${system.apiUrl}/status-page`);
  await page.fill('#key', 'ds_wrongwrongwrongwrongwrongwrongwrong');
  await page.click('#login button');
  await page.waitForSelector('#error:not([hidden])');
  assert.ok((await page.textContent('#error')).length > 10);
  await page.close();
});
