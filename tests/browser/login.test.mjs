import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { startBrowser, takePicture } from './screen.mjs';
import { assertAccessible, assertNarrow, newPage, signIn } from './dashboard_pages.mjs';

let system;
let browser;
before(async () => {
  system = await System.start('browser-login', { workers: 0, schedulers: 0 });
  browser = await startBrowser();
}, { timeout: 180000 });
after(async () => {
  await browser?.close();
  await system?.stop();
});

const key = 'input[name=password]';
const stranger = `ds_${'0'.repeat(64)}`;

test('a wrong key is refused in words, and the right one opens the dashboard', async () => {
  const { context, page } = await newPage(browser);
  await page.goto(`${system.apiUrl}/`);
  await page.waitForURL('**/login');
  await page.click('button[type=submit]');
  const field = page.locator(key);
  const told = await page.textContent(`[id="${(await field.getAttribute('aria-describedby')).split(' ').at(-1)}"]`);
  assert.match(told, /Paste the key/);
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await page.fill(key, 'no key');
  await page.click('button[type=submit]');
  await page.getByText('A key begins with ds_').waitFor();
  await page.fill(key, stranger);
  await page.click('button[type=submit]');
  await page.getByText('does not know this key').waitFor();
  await takePicture(page, 'login');
  await page.fill(key, ` ${system.key} `); // pasted with spaces
  await page.click('button[type=submit]');
  await page.waitForSelector('.shell main h1');
  assert.equal(new URL(page.url()).pathname, '/');
  await context.close();
});

test('no script can read the key or the session', async () => {
  const { context, page } = await newPage(browser);
  await signIn(page, system);
  const cookie = (await context.cookies()).find((c) => c.name === 'dropship_session');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  const seen = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.documentElement.outerHTML);
  for (const secret of [system.key, cookie.value]) assert.ok(!seen.includes(secret));
  await context.close();
});

test('password managers and the keyboard alone can sign in', async () => {
  const { context, page } = await newPage(browser);
  await page.goto(`${system.apiUrl}/login`);
  await page.waitForSelector(key);
  assert.equal(await page.getAttribute(key, 'autocomplete'), 'current-password');
  assert.equal(await page.getAttribute(key, 'type'), 'password');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('name')), 'password');
  await page.keyboard.insertText(system.key);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.shell main h1');
  await context.close();
});

test('a deep link leads through the login back to itself, a foreign address to the dashboard', async () => {
  const { context, page } = await newPage(browser);
  await signIn(page, system, '/orders?range=7d&state=held');
  await page.waitForURL('**/orders?range=7d&state=held');
  await page.goto(`${system.apiUrl}/login?next=${encodeURIComponent('//example.com/x')}`);
  await page.waitForSelector('.shell main h1');
  assert.equal(page.url(), `${system.apiUrl}/`);
  await context.close();
});

test('a session survives loading again, and ends with signing out in every tab', async () => {
  const { context, page } = await newPage(browser);
  await signIn(page, system);
  await page.reload();
  await page.waitForSelector('.shell main h1');
  const other = await context.newPage();
  await other.goto(`${system.apiUrl}/ads`);
  await other.waitForSelector('.shell main h1');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login');
  assert.equal((await context.cookies()).some((c) => c.name === 'dropship_session' && c.value !== ''), false);
  await other.bringToFront();
  await other.waitForURL('**/login?next=%2Fads');
  assert.match(await other.textContent('main'), /session has ended/);
  await context.close();
});

test('a revoked key ends its session, and the next login goes back to where it was', async () => {
  const made = JSON.parse(await system.cli('key', 'create', 'visitor', '--scope', 'read', '--json')).key;
  const { context, page } = await newPage(browser);
  await page.goto(`${system.apiUrl}/ads?range=7d`);
  await page.fill(key, made);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.shell main h1');
  await page.getByText('visitor').first().waitFor();
  assert.equal(await page.locator('.stop').isDisabled(), true, 'a reader cannot stop');
  await system.cli('key', 'revoke', 'visitor');
  await page.waitForURL('**/login?next=*');
  await page.fill(key, system.key);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ads?range=7d');
  await context.close();
});

test('the login has no serious fault, and fits 320 pixels in both themes', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const { context, page } = await newPage(browser, { viewport: { width: 320, height: 640 }, colorScheme });
    await page.goto(`${system.apiUrl}/login`);
    await page.waitForSelector(key);
    await assertNarrow(page, colorScheme);
    await assertAccessible(page, `login, ${colorScheme}`);
    await takePicture(page, `login-320-${colorScheme}`);
    await context.close();
  }
});

test('many wrong keys lock the address for a time that is counted down', async () => {
  const { context, page } = await newPage(browser);
  await page.goto(`${system.apiUrl}/login`);
  await page.waitForSelector(key);
  const locked = page.getByText('Too many wrong keys');
  for (let i = 0; i < 40 && !(await locked.isVisible()); i += 1) {
    await page.fill(key, `ds_${String(i).padStart(64, '0')}`);
    const answer = page.waitForResponse(/\/api\/v1\/session/);
    await page.keyboard.press('Enter');
    await answer;
    await until('it is told', async () => (await page.locator('.failed').count()) > 0 && !(await page.locator('button[type=submit]').innerText()).startsWith('Signing'));
  }
  await locked.waitFor();
  const seconds = async () => Number(/Wait (\d+) s/.exec(await page.locator('button[type=submit]').innerText())?.[1] ?? Number.NaN);
  const first = await seconds();
  assert.ok(first > 0, 'the button says how long');
  assert.equal(await page.locator('button[type=submit]').isDisabled(), true);
  await until('it counts down', async () => !((await seconds()) >= first));
  await context.close();
});
