// A real browser.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// Text of customers and suppliers that must stay text.
export const hostile = '<img src=x onerror="window.pwned=1">';

// Pictures of the last run, for people to look at.
const pictures = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/screens');

export function startBrowser(options = {}) {
  fs.mkdirSync(pictures, { recursive: true });
  return chromium.launch({ ...options, executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

export const takePicture = (page, name) => page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
