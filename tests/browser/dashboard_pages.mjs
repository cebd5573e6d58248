// What the tests of all pages of the dashboard need: signing in, axe, sideways scrolling.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import { watchAnswers } from '../support/openapi.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const pages = ['/', '/products', '/orders', '/ads', '/service', '/jobs', '/approvals', '/activity', '/automation'];

/** A new context and page; problems: what the page complained of, but for refusals that were meant. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(20000);
  const page = await context.newPage();
  const problems = [];
  watchAnswers(page, problems);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(`${message.text()} ${message.location().url}`));
  return { context, page, problems };
}

/** Signs in through the form and goes to a path. */
export async function signIn(page, system, path = '/') {
  await page.goto(`${system.apiUrl}${path}`);
  await page.fill('input[name=password]', system.key);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.shell main h1');
}

export async function openDashboard(browser, system, path = '/', options = {}) {
  const opened = await newPage(browser, options);
  await signIn(opened.page, system, path);
  return opened;
}

/** Nothing that axe calls serious or critical, by WCAG 2.2 A and AA. */
export async function assertAccessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'],
  }));
  const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 4).map((n) => `    ${n.target.join(' ')}  ${n.failureSummary?.split('\n')[1] ?? ''}`).join('\n')}`);
  assert.equal(serious.length, 0, `${what}:\n${serious.join('\n')}`);
}

export async function assertNarrow(page, what) {
  const over = await page.evaluate(() => ({
    by: document.documentElement.scrollWidth - window.innerWidth,
    who: [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.table-scroll, .tabs, .sr, pre')).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)),
  }));
  assert.ok(over.by <= 0, `${what}: ${over.by} pixels too wide: ${over.who.join('\n')}`);
}
