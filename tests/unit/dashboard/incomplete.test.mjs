import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTypescript } from '../../support/typescript.mjs';

const { lackingOf } = await loadTypescript('pages/dashboard/incomplete');

test('what a figure lacks leads to the list of those orders, for the range of the figure', () => {
  assert.deepEqual(lackingOf('total_profit', 3, 'USD', ['USD']), {
    short: '3 without cost', long: '3 orders have costs that are not known yet, so this is an estimate (~).', href: '/orders?cost=unknown&when=range',
  });
  assert.match(lackingOf('roi_ads', 1, 'USD', []).long, /^1 order has costs/);
});

test('sales that have not been read are not called costs', () => {
  for (const name of ['total_sales', 'aov']) {
    const { short, long, href } = lackingOf(name, 1, 'USD', ['USD']);
    assert.deepEqual([short, href], ['1 not read yet', '/orders?cost=unread&when=range']);
    assert.match(long, /not been read yet of 1 order\.$/);
  }
});

test('the currency is named where there are several', () => {
  assert.equal(lackingOf('total_profit', 2, 'JPY', ['JPY', 'USD']).href, '/orders?cost=unknown&when=range&currency=JPY');
});
