import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTypescript } from '../../support/typescript.mjs';

const money = await loadTypescript('lib/money');
const shown = (minor, currency, options) => money.formatMoney({ minor, currency }, { locale: 'en-US', ...options }).replaceAll('\u00a0', ' ');

test('an amount has as many digits as its currency', () => {
  assert.equal(shown(1234, 'USD'), '$12.34');
  assert.equal(shown(1234, 'JPY'), '¥1,234');
  assert.equal(shown(1234, 'KWD'), 'KWD 1.234');
  assert.equal(shown(1234, 'IQD'), 'IQD 1.234');
  assert.equal(shown(1234, 'ALL'), 'ALL 12.34');
  assert.equal(shown(5, 'USD'), '$0.05');
  assert.equal(shown(5, 'KWD'), 'KWD 0.005');
  assert.equal(shown(-5, 'USD'), '-$0.05');
  assert.equal(shown(0, 'EUR'), '€0.00');
});

test('large amounts keep their last unit', () => {
  assert.equal(shown(9007199254740991, 'USD'), '$90,071,992,547,409.91');
  assert.equal(shown(-9007199254740991, 'USD'), '-$90,071,992,547,409.91');
  assert.equal(shown(9007199254740991, 'JPY'), '¥9,007,199,254,740,991');
  assert.equal(shown(9007199254740991, 'USD', { compact: true }), '$90.1T');
  assert.equal(money.decimalOf(-9007199254740991, 'KWD'), '-9007199254740.991');
});

test('what is unknown is a dash, never zero', () => {
  for (const unknown of [null, undefined, { minor: null, currency: 'USD' }]) assert.equal(money.formatMoney(unknown), '—');
  for (const format of [money.formatCount, money.formatPpm, money.formatRatio]) {
    assert.equal(format(null), '—');
    assert.notEqual(format(0), '—');
  }
  assert.equal(money.formatAmount(null, 'USD'), '—');
});

test('small spaces get a short form', () => assert.equal(shown(1243200, 'USD', { compact: true }), '$12.4K'));

test('rates have one decimal, ratios two', () => {
  assert.equal(money.formatPpm(25000, 1, 'en-US'), '2.5 %');
  assert.equal(money.formatPpm(-934000, 1, 'en-US'), '-93.4 %');
  assert.equal(money.formatRatio(33300, 'en-US'), '3.33×');
});

test('what a person types is taken exactly or not at all', () => {
  assert.equal(money.minorOf('12.5', 'USD'), 1250);
  assert.equal(money.minorOf(' 12,50 ', 'USD'), 1250);
  assert.equal(money.minorOf('1 250.00', 'USD'), 125000);
  assert.equal(money.minorOf('1250', 'JPY'), 1250);
  assert.equal(money.minorOf('1.250', 'KWD'), 1250);
  assert.equal(money.minorOf('-3', 'USD'), -300);
  for (const wrong of ['', 'x', '1.234', '1.2.3', '1e5', '--1', '.5']) assert.equal(money.minorOf(wrong, 'USD'), null, wrong);
  assert.equal(money.minorOf('1.5', 'JPY'), null);
});

test('figures of any scale and bytes are short', () => {
  assert.equal(money.formatScaled(10152, 6, 'en-US'), '0.010152');
  assert.equal(money.formatScaled(2000000, 6, 'en-US'), '2');
  assert.equal(money.formatScaled(24880134, 2, 'en-US'), '248,801.34');
  assert.equal(money.formatScaled(1000000, 0, 'en-US'), '1,000,000');
  assert.equal(money.formatBytes(1048576 * 1.25, 'en-US'), '1.3 MiB');
  assert.equal(money.formatBytes(1048576 * 1234.5, 'en-US'), '1,235 MiB');
});
