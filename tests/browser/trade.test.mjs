// Orders, products and approvals in a real browser: what is shown, what a person decides, and what is refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { hostile, startBrowser, takePicture } from './screen.mjs';
import { assertAccessible, assertNarrow, openDashboard } from './dashboard_pages.mjs';

const german = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterung XL';
const hebrew = 'שרה כהן';
const quote = (value) => (value === null ? 'null' : `'${(typeof value === 'object' ? JSON.stringify(value) : String(value)).replaceAll("'", "''")}'`);

let system;
let browser;
const insert = (table, row) => Number(system.postgres.query(`insert into ${table} (${Object.keys(row)}) values (${Object.values(row).map(quote)}) returning ${table === 'listing_text' ? 'version' : 'id'}`));
let number = 1000;
function order(state, more = {}) {
  number += 1;
  const id = insert('shop_order', { gid: `gid://shopify/Order/${number}`, name: `#${number}`, state, created_at: new Date(Date.now() - (2000 - number) * 60000).toISOString(), shop_updated_at: new Date().toISOString(),
    financial: 'PAID', total_minor: 5499, currency: 'USD', email: `buyer${number}@example.com`, address: { name: 'Anna K.', line1: 'Hauptstr. 5', zip: '04109', city: 'Leipzig', country_code: 'DE' }, ...more });
  insert('order_line', { order_id: id, line_gid: 'l1', title: german, sku: 'S-1', quantity: 2, to_ship: 2, unit_price_minor: 2750, currency: 'USD' });
  return { id, name: `#${number}` };
}
const rise = { hold_code: 'PRICE_RISE', hold_reasons: [{ code: 'PRICE_RISE', text: `10.10, limit 9.78 ${hostile}`, numbers: { number: 1010, limit: 978 } }] };
const decision = {
  at: '2026-11-20T10:00:00Z', currency: 'USD', target_ppm: 300000, return_ppm: 0, gate: [{ rule: 'STOCK', passed: false, text: `3 of ${hostile}` }],
  markets: [{ country: 'US', tax_mode: 'exclusive', tax_ppm: 0, fee_ppm: 29000, fee_fixed_minor: 30, return_cost_minor: 0, salvage_ppm: 0 }],
  variants: [{ vid: 'v', name: 'Black', offered: true, markets: [{ country: 'US', goods_minor: 850, shipping_minor: 505, landed_minor: 1355, price_minor: 2299, fee_minor: 97, reserve_minor: 0, margin_minor: 847, margin_ppm: 368400 }] }],
  worst: { vid: 'v', country: 'US' },
};
let pid = 0;
function product(name, state, more = {}) {
  pid += 1;
  const id = insert('product', { pid: `p${pid}`, name, state, price_minor: 2299, margin_minor: 847, margin_ppm: 368400, shop_currency: 'USD', decision, decision_text: 'Every check passed.', ...more });
  insert('variant', { product_id: id, vid: `v${pid}`, sku: `S-${pid}`, name: 'Black', cost_minor: 850, stock: 210, price_minor: 2299, shop_currency: 'USD', offered: true });
  insert('listing_text', { product_id: id, version: 1, made_by: 'template', title: name, description_html: `<p>A lamp.</p>${hostile}`, seo_title: 's', meta_description: 'm', tags: '["lamp"]', alt_texts: '[]', facts: '[]', checks: { passed: true, failed: [] }, list_version: 'w1' });
  return id;
}
const stateOf = (table, id) => system.rows(`select state from ${table} where id = ${id}`)[0].state;
// The stream of changes may be cut at any time; the page opens it again.
const faults = (problems) => problems.filter((text) => !text.endsWith('/api/v1/live'));
const dialog = (page) => page.locator('dialog[role=alertdialog]');

before(async () => {
  system = await System.start('browser-trade', { workers: 0, schedulers: 0, settings: { 'flow.discovery': 'approve', 'flow.fulfillment': 'approve' } });
  browser = await startBrowser();
  system.postgres.query("insert into shop_info (name, currency, timezone) values ('Shop', 'USD', 'Europe/Berlin')");
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

test('an order is found, followed to its panel, and what is impossible says why', async () => {
  const sent = order('shipped', { placed_at: new Date().toISOString(), address: { name: hebrew, country_code: 'IL', line1: hostile } });
  const supply = insert('supplier_order', { order_id: sent.id, our_number: `N-${sent.id}`, state: 'shipped', lines: '[]', cj_order_id: 'CJ77' });
  insert('parcel', { supplier_order_id: supply, cj_order_id: 'CJ77', tracking_number: 'CJ12', tracking_url: 'javascript:alert(1)', carrier: 'CJ' });
  const { context, page, problems } = await openDashboard(browser, system, '/orders');
  await page.getByPlaceholder('Order #, e-mail, tracking').fill('CJ12');
  const row = page.locator('tr[data-row]');
  await until('one is left', async () => (await row.count()) === 1);
  assert.match(await row.innerText(), new RegExp(`${sent.name}[^]*${hebrew}[^]*\\$54\\.99[^]*—[^]*Shipped[^]*CJ12`));
  await row.click();
  const panel = page.locator('dialog.sheet');
  await panel.getByText('It is ordered at the supplier already').waitFor();
  assert.equal(await panel.getByRole('button', { name: /Release/ }).count(), 0);
  assert.equal(await panel.locator('a', { hasText: 'CJ12' }).count(), 0, 'a link of outside that is no web page is text');
  assert.ok((await panel.innerText()).includes(hostile));
  assert.equal(await panel.locator('.stateline .done').count(), 4);
  assert.equal(new URL(page.url()).searchParams.get('open'), String(sent.id));
  await page.keyboard.press('Escape');
  await until('the panel is closed', async () => (await panel.count()) === 0);
  await page.goBack();
  await panel.waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(faults(problems), []);
  await context.close();
});

test('the approvals say how many orders on hold there are, not how many the page shows', async () => {
  const made = Array.from({ length: 30 }, () => order('held', rise).id);
  const count = Number(system.rows("select count(*) as n from shop_order where state = 'held'")[0].n);
  const { context, page } = await openDashboard(browser, system, '/approvals?limit=25');
  await page.getByText(`${count} orders on hold stand here too`).waitFor();
  await page.locator('select[name=type]').selectOption('publish');
  await until('they do not stand among the products', async () => (await page.getByText('on hold stand here').count()) === 0);
  system.postgres.query(`delete from order_line where order_id in (${made}); delete from shop_order where id in (${made})`);
  await context.close();
});

test('a held order is released: the question names the amount, and Cancel does nothing', async () => {
  const held = order('held', rise);
  const { context, page } = await openDashboard(browser, system, `/orders?view=todo&open=${held.id}`);
  const panel = page.locator('dialog.sheet');
  await panel.getByText('price rise').first().waitFor();
  await panel.getByRole('button', { name: 'Release anyway…' }).click();
  assert.match(await dialog(page).innerText(), /\$54\.99[^]*price rise holds it again/);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel', 'nobody confirms with the Enter that asked');
  await page.keyboard.press('Enter');
  assert.equal(stateOf('shop_order', held.id), 'held');
  await panel.getByRole('button', { name: 'Release anyway…' }).click();
  await dialog(page).getByRole('button', { name: 'Release', exact: true }).click();
  await until('it is released', () => stateOf('shop_order', held.id) === 'waiting');
  await panel.getByText('Released by').first().waitFor();
  await panel.getByRole('button', { name: 'Hold…' }).click();
  assert.equal(await dialog(page).getByRole('button', { name: 'Hold', exact: true }).isDisabled(), true, 'a hold needs its reason');
  await dialog(page).locator('input[name=reason]').fill('stock count');
  await dialog(page).getByRole('button', { name: 'Hold', exact: true }).click();
  await until('it is held', () => stateOf('shop_order', held.id) === 'held');
  await takePicture(page, 'order');
  await context.close();
});

test('a proposed mapping is confirmed from the order', async () => {
  const held = order('held', { ...rise, hold_code: 'NO_MAPPING' });
  insert('variant_mapping', { shop_sku: 'S-1', vid: 'vid-9', supplier_sku: 'X', snapshot_minor: 850 });
  const { context, page } = await openDashboard(browser, system, `/orders?open=${held.id}`);
  await page.locator('dialog.sheet').getByRole('button', { name: 'Confirm', exact: true }).click();
  await dialog(page).getByRole('button', { name: 'Confirm', exact: true }).click();
  await until('it is confirmed', () => system.rows("select confirmed_by from variant_mapping where vid = 'vid-9'")[0].confirmed_by === 'key:test');
  await until('and that is shown', async () => (await page.locator('dialog.sheet').getByText('proposed').count()) === 0);
  await context.close();
});

test('what is sent for a line is picked from the known products, proposed, confirmed and forgotten', async () => {
  product('Picked lamp', 'listed');
  const vid = `v${pid}`;
  const held = order('held', { hold_code: 'NO_MAPPING', hold_reasons: [{ code: 'NO_MAPPING', text: 'S-1', numbers: {} }, { code: 'ADDR_INCOMPLETE', text: 'no city', numbers: {} }] });
  system.postgres.query(`delete from variant_mapping where shop_sku = 'S-1'`);
  const mappings = () => system.rows("select vid, supplier_sku, snapshot_minor, confirmed_by from variant_mapping where shop_sku = 'S-1' order by rank");
  const { context, page, problems } = await openDashboard(browser, system, `/orders?open=${held.id}`);
  const panel = page.locator('dialog.sheet');
  await panel.locator('.pill', { hasText: 'no mapping' }).waitFor();
  await panel.getByText('Change the address at the shop').waitFor();
  await panel.getByRole('button', { name: 'Other variant…' }).click();
  const form = page.locator('dialog.dialog-wide');
  await form.getByLabel('Find among the known products').fill('Picked');
  await form.getByRole('button', { name: 'Picked lamp' }).click();
  await form.getByRole('button', { name: 'Take' }).click();
  assert.equal(await form.getByLabel('VID').inputValue(), vid);
  await assertAccessible(page, 'choosing what is sent');
  await form.getByLabel('Its price now').fill('8.505');
  await form.getByText('No amount of USD').waitFor();
  assert.equal(await form.getByRole('button', { name: 'Propose it' }).isDisabled(), true);
  await form.getByLabel('Its price now').fill('8.50');
  await form.getByRole('button', { name: 'Propose it' }).click();
  await panel.getByText('proposed', { exact: true }).waitFor();
  assert.deepEqual(mappings(), [{ vid, supplier_sku: `S-${pid}`, snapshot_minor: 850, confirmed_by: null }]);
  await panel.getByRole('button', { name: 'Confirm', exact: true }).click();
  await dialog(page).getByRole('button', { name: 'Confirm', exact: true }).click();
  await until('it is confirmed', () => mappings()[0].confirmed_by === 'key:test');
  await panel.getByRole('button', { name: `Send ${vid} no more` }).click();
  assert.match(await dialog(page).innerText(), /held until something else is confirmed/);
  await dialog(page).getByRole('button', { name: 'Forget' }).click();
  await until('it is forgotten', () => mappings().length === 0);
  await panel.locator('.pill', { hasText: 'no mapping' }).waitFor();
  assert.deepEqual(faults(problems), []);
  await context.close();
});

test('a view is kept under its name in this browser, opened again and forgotten', async () => {
  const { context, page } = await openDashboard(browser, system, '/orders?state=held&sort=total&open=999999&limit=25');
  await page.keyboard.press('Escape');
  await page.getByText('Views', { exact: true }).click();
  await page.getByText('Kept in this browser alone').waitFor();
  await page.getByLabel('Name of the present view').fill('Dear holds');
  await page.keyboard.press('Enter');
  await page.getByText('View: Dear holds').waitFor();
  await page.goto(`${system.apiUrl}/orders`);
  await page.getByText('Views', { exact: true }).click();
  await assertAccessible(page, 'the views');
  await page.getByRole('link', { name: 'Dear holds' }).click();
  await until('it is there', () => new URL(page.url()).search === '?limit=25&sort=total&state=held');
  await page.getByText('View: Dear holds').click();
  await page.getByRole('button', { name: 'Forget the view Dear holds' }).click();
  await page.getByText('Views', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByLabel('Name of the present view').isVisible(), false);
  await context.close();
});

test('a pricing rule is made, shows before what it would do, is copied and deleted', async () => {
  product('Priced by rule', 'listed', { landed_minor: 1000 });
  system.postgres.query(`update variant set landed_minor = 1000 where vid = 'v${pid}'`);
  await system.api('PUT', '/api/v1/settings', { name: 'discovery.markets', value: 'US' });
  const rules = () => system.rows('select name, kind, spec from pricing_rule order by id');
  const { context, page, problems } = await openDashboard(browser, system, '/products?tab=rules');
  await page.getByRole('button', { name: 'New rule…' }).click();
  const form = page.locator('dialog.dialog-wide');
  await form.getByLabel('Name').fill('Times two and a half');
  await form.getByLabel('The price is').selectOption('multiplier');
  await form.getByLabel('Factor').fill('0.5');
  await form.getByText('A number from 1 to 100').waitFor();
  await form.getByLabel('Factor').fill('2.5');
  await form.getByLabel('Prices end in').selectOption('.99');
  await form.locator('tr', { hasText: 'Priced by rule' }).getByText('$25.99').waitFor();
  await assertAccessible(page, 'a new rule');
  await takePicture(page, 'rule-form');
  assert.deepEqual(rules(), [], 'nothing is kept by looking');
  await form.getByRole('button', { name: 'Keep the rule' }).click();
  await page.getByText('landed cost × 2.50, ending in 99').waitFor();
  assert.deepEqual(rules(), [{ name: 'Times two and a half', kind: 'multiplier', spec: { factor_e3: 2500, endings: '100:99' } }]);
  await page.getByRole('button', { name: 'Change…' }).click();
  assert.equal(await form.getByLabel('Prices end in').inputValue(), '100:99');
  assert.equal(await form.getByLabel('Factor').inputValue(), '2.5');
  await form.getByLabel('The price is').selectOption('tiers');
  await form.getByLabel('Up to (USD)').fill('10');
  await form.getByRole('button', { name: 'Add a tier' }).click();
  await form.getByLabel('Up to (USD)').nth(1).fill('9.99');
  await form.getByText('More than in the line before').waitFor();
  await form.getByLabel('Up to (USD)').nth(1).fill('20.50');
  await form.getByLabel('Times').nth(1).fill('2.25');
  await form.getByRole('button', { name: 'Keep the rule' }).click();
  await page.getByText('3 tiers of cost').waitFor();
  assert.deepEqual(rules()[1], { name: 'Times two and a half, changed', kind: 'tiers',
    spec: { tiers: [{ up_to_minor: 1000, factor_e3: 3000 }, { up_to_minor: 2050, factor_e3: 2250 }, { factor_e3: 2000 }], endings: '100:99' } });
  await page.locator('tr', { hasText: '3 tiers of cost' }).getByRole('button', { name: 'Delete…' }).click();
  await dialog(page).locator('input[name=typed]').fill('delete');
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await until('it is gone', () => rules().length === 1);
  assert.deepEqual(faults(problems), []);
  await context.close();
});

test('many are released by the keyboard alone, and those that failed say why', async () => {
  const first = order('held', { ...rise, email: 'bulk@example.com' });
  const second = order('held', { ...rise, email: 'bulk@example.com' });
  const { context, page } = await openDashboard(browser, system, '/orders?q=bulk@');
  await until('both are there', async () => (await page.locator('tr[data-row]').count()) === 2);
  for (let i = 0; i < 2; i += 1) {
    await page.keyboard.press('j');
    await page.keyboard.press('x');
  }
  await page.getByText('2 selected').waitFor();
  system.postgres.query(`update shop_order set state = 'placed' where id = ${second.id}`); // meanwhile
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Release' }).focus();
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  assert.match(await dialog(page).innerText(), /Release 2 orders[^]*\$109\.98/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const failed = page.locator('dialog', { hasText: '1 of 2 were not done' });
  await failed.waitFor();
  assert.match(await failed.innerText(), new RegExp(`${second.name}[^]*is placed`));
  assert.equal(stateOf('shop_order', first.id), 'waiting');
  await context.close();
});

test('views, filters and the sort live in the URL and are asked of the server', async () => {
  for (const total of [700, 300, 500]) order('held', { ...rise, total_minor: total });
  const { context, page } = await openDashboard(browser, system, '/orders?view=todo&reason=PRICE_RISE&sort=total');
  await page.waitForSelector('tr[data-row]');
  const wanted = system.rows("select name from shop_order where state = 'held' and hold_code = 'PRICE_RISE' order by total_minor, id").map((r) => r.name);
  assert.deepEqual(await page.locator('tr[data-row] td.main').allInnerTexts(), wanted);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export', exact: true }).click()]);
  const rows = fs.readFileSync(await file.path(), 'utf8').trim().split('\r\n').slice(1);
  assert.deepEqual(wanted.filter((name) => rows.some((row) => row.includes(name))), wanted);
  assert.equal(rows.length, wanted.length, 'the file holds what the list holds');
  assert.match(file.suggestedFilename(), /orders.*\.csv$/);
  await context.close();
});

test('a product is approved from the pipeline after a question that names stores, variants and price', async () => {
  const id = product(german, 'approval');
  const { context, page, problems } = await openDashboard(browser, system, '/products');
  const card = page.locator('.tile-card', { hasText: german });
  await card.getByRole('button', { name: 'Approve…' }).click();
  assert.match(await dialog(page).innerText(), /to 1 store, 1 variant, price \$22\.99/);
  await dialog(page).getByRole('button', { name: 'Publish' }).click();
  await until('it is on its way', () => stateOf('product', id) === 'publishing');
  assert.deepEqual(system.rows(`select args from outbox where job_type = 'listing.publish'`), [{ args: `[${id}]` }]);
  await page.locator('section.lane', { hasText: 'Draft' }).locator('.tile-card', { hasText: german }).waitFor();
  await takePicture(page, 'products-pipeline');
  assert.deepEqual(faults(problems), []);
  await context.close();
});

test('a product shows its sum, tries a price, edits its texts and is rejected with a reason', async () => {
  const id = product(`Lamp ${hostile}`, 'approval');
  const { context, page, problems } = await openDashboard(browser, system, `/products?tab=table&open=${id}`);
  const panel = page.locator('dialog.sheet');
  await panel.getByText('Cost stack').waitFor();
  assert.match(await panel.innerText(), /Item\s+\$8\.50[^]*It earns\s+\+\$8\.47[^]*36\.8 %/);
  await panel.getByLabel('Try a price (USD)').fill('16.00');
  await panel.getByText('below 30.0 %').waitFor();
  assert.match(await panel.innerText(), /\+\$1\.69/);
  await panel.getByLabel('Try a price (USD)').fill('1,600.001');
  await panel.getByText('No amount of USD').waitFor();
  await panel.getByRole('button', { name: 'Edit texts' }).click();
  await panel.getByLabel('Title', { exact: true }).fill('A better lamp');
  await panel.getByRole('button', { name: 'Keep', exact: true }).click();
  await until('a version more', () => system.rows(`select title from listing_text where product_id = ${id} and version = 2`)[0]?.title === 'A better lamp');
  await panel.getByText('A better lamp').first().waitFor();
  assert.ok((await panel.innerText()).includes(`3 of ${hostile}`));
  await takePicture(page, 'product-panel');
  await panel.getByRole('button', { name: 'Reject…' }).click();
  await dialog(page).locator('input[name=reason]').fill('brand');
  await dialog(page).getByRole('button', { name: 'Reject', exact: true }).click();
  await until('it is rejected', () => stateOf('product', id) === 'rejected');
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(faults(problems), []);
  await context.close();
});

test('a live product gets another price after the old, the new and both margins were shown', async () => {
  const id = product('Bottle', 'listed');
  const { context, page } = await openDashboard(browser, system, `/products?open=${id}`);
  const panel = page.locator('dialog.sheet');
  await panel.getByLabel('Try a price (USD)').fill('24.99');
  const button = panel.getByRole('button', { name: 'Set this price…' });
  await until('it is worked out', async () => !(await button.isDisabled()));
  await button.click();
  assert.match(await dialog(page).innerText(), /\$22\.99 → \$24\.99, margin 36\.8 % → 4\d\.\d %/);
  await dialog(page).getByRole('button', { name: 'Set $24.99' }).click();
  await until('it is said', () => system.rows(`select args from outbox where job_type = 'product.reprice'`)[0]?.args === `[${id}, "now", 2499]`);
  await context.close();
});

test('approvals: what has changed since it was shown is refused and said; the rest is done', async () => {
  const changed = order('held', rise);
  const lamp = product('Lamp to publish', 'approval');
  const { context, page } = await openDashboard(browser, system, '/approvals');
  const row = (text) => page.locator('tr[data-row]', { hasText: text });
  await row('Lamp to publish').waitFor();
  await row(changed.name).click();
  const panel = page.locator('dialog.sheet');
  assert.match(await panel.locator('pre').innerText(), /"lines"[^]*"sku": "S-1"/);
  await page.keyboard.press('Escape');
  await row(changed.name).locator('input[type=checkbox]').check();
  await row('Lamp to publish').locator('input[type=checkbox]').check();
  await page.getByRole('button', { name: 'Pause updates' }).click().catch(() => undefined);
  system.postgres.query(`update shop_order set total_minor = 9999 where id = ${changed.id}`);
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Approve' }).click();
  await dialog(page).getByRole('button', { name: 'Approve' }).click();
  const failed = page.locator('dialog', { hasText: '1 of 2 were not done' });
  await failed.waitFor();
  assert.match(await failed.innerText(), /has changed since it was shown/);
  await until('the lamp is on its way', () => stateOf('product', lamp) === 'publishing');
  assert.equal(stateOf('shop_order', changed.id), 'held');
  await context.close();
});

test('more than ten at once are typed', async () => {
  for (let i = 0; i < 11; i += 1) product(`Many ${i}`, 'approval');
  const { context, page } = await openDashboard(browser, system, '/products?tab=table&q=Many');
  await until('all are there', async () => (await page.locator('tr[data-row]').count()) === 11);
  await page.locator('th .pick-area input').check();
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Approve & publish' }).click();
  const yes = dialog(page).getByRole('button', { name: 'Publish' });
  assert.equal(await yes.isDisabled(), true);
  await dialog(page).locator('input[name=typed]').fill('11');
  await yes.click();
  await until('they are on their way', () => system.rows("select count(*) as n from product where name like 'Many%' and state = 'publishing'")[0].n === 11);
  await context.close();
});

test('no page has a serious fault, and all fit 320 pixels in both themes', async () => {
  const held = system.rows("select id from shop_order where state = 'held' limit 1")[0].id;
  const lamp = product(german, 'approval');
  const paths = ['/orders', `/orders?open=${held}`, '/products', '/products?tab=table', `/products?open=${lamp}`, '/products?tab=rules', '/approvals', `/approvals?open=order-${held}`];
  for (const colorScheme of ['light', 'dark']) {
    const { context, page } = await openDashboard(browser, system, '/orders', { viewport: { width: 320, height: 700 }, colorScheme });
    for (const path of paths) {
      await page.goto(`${system.apiUrl}${path}`);
      await page.waitForSelector(path.includes('open=') ? 'dialog.sheet .stack' : path.includes('rules') ? '.rules' : 'tr[data-row], .tile-card');
      await assertNarrow(page, `${path} ${colorScheme}`);
      await assertAccessible(page, `${path} ${colorScheme}`);
    }
    await takePicture(page, `approvals-320-${colorScheme}`);
    await context.close();
  }
});
