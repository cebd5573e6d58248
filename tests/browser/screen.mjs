// The status page in a real browser.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { watchAnswers } from '../support/openapi.mjs';

// Text of customers and suppliers that must stay text.
export const hostile = '<img src=x onerror="window.pwned=1">';

// Pictures of the last run, for people to look at.
const pictures = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/screens');

export function startBrowser() {
  fs.mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

export const takePicture = (page, name) => page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });

// The page of a system, logged in, with something in `selector`; problems: what the page complained of until now.
export async function openPage(browser, system, selector, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  watchAnswers(page, problems);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${system.apiUrl}/status-page`);
  await page.fill('#key', system.key);
  await page.click('#login button');
  await page.waitForSelector(selector);
  return { context, page, problems };
}
