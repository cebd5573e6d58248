import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { hostile, openPage, startBrowser, takePicture } from './screen.mjs';

// Rows as the jobs leave them; no job runs meanwhile.
const decision = {
  verdict: 'pass', rule: 'PASSED', text: 'Every check passed.', currency: 'USD', target_ppm: 300000,
  gate: [{ rule: 'MARGIN', passed: true, text: '31.23 %, at least 30 %' }, { rule: 'STOCK', passed: false, text: `3 of ${hostile}` }],
  variants: [{ vid: 'v1', name: 'Black', markets: [{ country: 'US', goods_minor: 850, shipping_minor: 420, duty_minor: 85, import_tax_minor: 0, broker_minor: 0, fx_minor: 0, landed_minor: 1355,
    price_minor: 2299, net_minor: 2299, fee_minor: 97, reserve_minor: 129, margin_minor: 718, margin_ppm: 312300 }] }],
  worst: { vid: 'v1', country: 'US' },
};
const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;

let system;
let browser;
before(async () => {
  system = await System.start('browser-products', { workers: 0, schedulers: 0, settings: { 'flow.discovery': 'approve' } });
  browser = await startBrowser();
  system.postgres.query(`
    insert into product (pid, name, state, label, score_e4, price_minor, margin_ppm, shop_currency, decision, decision_rule, decision_text, problem, opportunity_e4) values
      ('1', 'Lamp ${hostile}', 'approval', 'RISING', 825000, 2299, 312300, 'USD', ${quote(JSON.stringify(decision))}, 'PASSED', 'Every check passed.', null, 9),
      ('2', 'Brush', 'rejected', 'FALLING', 175000, null, null, null, null, 'MARGIN', '8.07 % is less than 30 %', null, 5),
      ('3', 'Mat', 'on_hold', null, null, 2799, 180000, 'USD', null, null, null, ${quote(hostile)}, null),
      ('4', 'Bottle', 'listed', 'NEW', 562500, 1999, 330000, 'USD', null, null, null, null, 7);
    insert into variant (product_id, vid, sku, name, cost_minor, stock) values (1, 'v1', 'S-1', ${quote(hostile)}, 850, 210);
    insert into listing_text (product_id, version, made_by, title, description_html, seo_title, meta_description, tags, alt_texts, facts, checks, list_version)
      values (1, 1, 'template', 'Desk lamp', ${quote(`<p>A lamp.</p>${hostile}`)}, 's', 'm', '["lamp"]', '[]', '[]', '{"passed": true, "failed": []}', 'w1');
    insert into product_event (product_id, step, code, text) values (1, 'assessed', 'PASSED', ${quote(hostile)});
    insert into proposal (kind, subject, text, detail) values ('product.price', 'product:3', '27.99 to 29.99', '{"price_minor": 2999}');
    insert into discovery_run (searches, points, seen, added, candidates) values (12, 600, 1200, 900, 20)`);
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

const open = (options = {}) => openPage(browser, system, '#products tr', options);
const row = (page, name) => page.locator('#products tr', { hasText: name });
const state = (id) => system.rows(`select state from product where id = ${id}`)[0].state;

test('the pipeline, the products with their reasons and the last scan are shown', async () => {
  const { context, page, problems } = await open();
  assert.equal(await page.locator('#products tr').count(), 4);
  assert.match(await row(page, 'Lamp').innerText(), /approval[^]*RISING 82\.5[^]*22\.99[^]*31\.23 %[^]*Every check passed/);
  assert.match(await row(page, 'Brush').innerText(), /8\.07 % is less than 30 %/);
  assert.match(await row(page, 'Brush').innerText(), /—/);
  const tiles = await page.locator('#p-counts .tile').allInnerTexts();
  for (const tile of [/^1\s+waiting for you/, /^1\s+live/, /^1\s+on hold/, /^1\s+rejected/, /^0\s+found/]) assert.ok(tiles.some((t) => tile.test(t)), `${tile} in ${tiles}`);
  assert.match(await page.textContent('#p-run'), /1200 seen, 900 new, 20 candidates, 600 points/);
  await page.selectOption('#p-state', 'listed');
  await page.click('#p-filter button');
  await until('one is left', async () => (await page.locator('#products tr').count()) === 1);
  assert.match(await page.textContent('#products'), /Bottle/);
  await page.selectOption('#p-state', '');
  await page.selectOption('#p-sort', 'opportunity');
  await page.click('#p-filter button');
  await until('best first', async () => /Lamp[^]*Bottle[^]*Brush[^]*Mat/.test(await page.textContent('#products')));
  await takePicture(page, 'products');
  assert.deepEqual(problems, []);
  await context.close();
});

test('a product opens with its whole sum, checks, text and timeline; text from outside stays text', async () => {
  const { context, page, problems } = await open();
  await row(page, 'Lamp').locator('button').click();
  await page.waitForSelector('#p-timeline li');
  assert.match(await page.innerText('#p-sum'), /goods\s+\$8\.50[^]*shipping\s+\$4\.20[^]*landed cost\s+\$13\.55[^]*contribution\s+\$7\.18[^]*31\.23 %, wanted 30\.00 %/);
  const detail = await page.textContent('#product');
  for (const part of ['passed · MARGIN', 'failed · STOCK', 'passed the content rules', '<p>A lamp.</p>', 'assessed PASSED']) assert.ok(detail.includes(part), part);
  assert.ok(detail.split(hostile).length > 4, 'the hostile text was shown at all');
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('#main img').count(), 0);
  await takePicture(page, 'product');
  assert.deepEqual(problems, []);
  await context.close();
});

test('a person rejects with a reason, and approves', async () => {
  const { context, page } = await open();
  await row(page, 'Brush').locator('button').click();
  await page.waitForSelector('#product:not([hidden])');
  assert.equal(await page.locator('#p-acts button').count(), 0, 'what is rejected cannot be approved');
  await row(page, 'Lamp').locator('button').click();
  await until('the Lamp is shown', async () => /Lamp/.test(await page.textContent('#h-product')));
  await page.locator('#p-acts button', { hasText: 'Reject' }).click();
  await page.click('#ask-no');
  assert.equal(state(1), 'approval', 'nothing happened on Cancel');
  await page.locator('#p-acts button', { hasText: 'Approve' }).click();
  await until('it is on its way', () => state(1) === 'publishing');
  await until('and that is shown', async () => /publishing/.test(await page.textContent('#h-product')));
  assert.deepEqual(system.rows("select args from outbox where job_type = 'listing.publish'"), [{ args: '[1]' }]);
  await row(page, 'Bottle').locator('button').click();
  await until('the Bottle is shown', async () => /Bottle/.test(await page.textContent('#h-product'))); // the Lamp can be unlisted, too
  await page.locator('#p-acts button', { hasText: 'Unlist' }).click();
  await page.fill('#ask-reason', 'out of season');
  await page.click('#ask-yes');
  await until('it leaves the shop', () => state(4) === 'unlisting');
  await context.close();
});

test('a proposal is rejected with a reason and disappears', async () => {
  const { context, page } = await open();
  assert.match(await page.textContent('#proposals'), /Mat[^]*27\.99 to 29\.99/);
  await page.locator('#proposals button', { hasText: 'Reject' }).click();
  await page.fill('#ask-reason', 'too dear');
  await page.click('#ask-yes');
  await page.waitForSelector('#p-proposals', { state: 'hidden' });
  assert.deepEqual(system.rows('select state, reason from proposal'), [{ state: 'rejected', reason: 'too dear' }]);
  await context.close();
});

test('Discover now asks for one scan', async () => {
  const { context, page } = await open();
  for (const duplicate of [false, true]) {
    const [answer] = await Promise.all([page.waitForResponse(/flows\/discovery\/run/), page.click('#p-discover')]);
    assert.equal((await answer.json()).duplicate, duplicate);
  }
  assert.equal(system.redis.command('LLEN', 'queue:discovery'), '1');
  await context.close();
});

test('a small dark screen shows the products without sideways scrolling', async () => {
  const { context, page } = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await row(page, 'Lamp').locator('button').click();
  await page.waitForSelector('#p-timeline li');
  await takePicture(page, 'products-small-dark');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  await context.close();
});

test('a forgotten key takes the products along', async () => {
  const { context, page } = await open();
  await row(page, 'Lamp').locator('button').click();
  await page.waitForSelector('#p-timeline li');
  await page.click('#leave');
  for (const id of ['products', 'proposals', 'p-sum', 'p-text', 'p-timeline', 'h-product', 'p-summary', 'p-run']) assert.equal(await page.textContent(`#${id}`), '', id);
  await context.close();
});
