// refundCreate, as far as the first flow needs it: money back, recorded once.

import { isoSeconds } from '../clock.mjs';
import { gid, numberOf } from './ids.mjs';
import { totalCents } from './shop.mjs';
import { orderView } from './view.mjs';

export function refundOrder(shop, input) {
  const order = shop.orders.byId.get(numberOf('Order', input.orderId));
  const refuse = (field, message) => ({
    refund: null,
    order: null,
    userErrors: [{ field, message }],
  });
  if (!order) {
    return refuse(['orderId'], 'Order does not exist');
  }
  const rows = input.transactions ?? [];
  const cents = rows.reduce((sum, t) => sum + Math.round(Number(t.amount) * 100), 0);
  if (rows.some((t) => !t.parentId)) {
    return refuse(['transactions'], 'Transactions require a parent_id associated with the order');
  }
  if (order.refundedCents + cents > totalCents(order)) {
    return refuse(['transactions'], 'Refund amount is more than what is left to refund');
  }
  order.refundedCents += cents;
  if (cents > 0) {
    order.financial = order.refundedCents === totalCents(order) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  }
  const id = 880000000 + shop.newId();
  shop.note('refundCreate', order, { refundId: gid('Refund', id), amount: cents / 100 });
  shop.touch(order);
  const money = { amount: (cents / 100).toFixed(2), currencyCode: 'USD' };
  const transactions = rows.map((_, i) => ({
    id: gid('OrderTransaction', id * 10 + i),
    kind: 'REFUND',
    status: 'SUCCESS',
  }));
  return {
    refund: {
      __typename: 'Refund',
      id: gid('Refund', id),
      legacyResourceId: String(id),
      createdAt: isoSeconds(shop.world.clock.now()),
      totalRefundedSet: { shopMoney: money, presentmentMoney: money },
      transactions: () => ({
        nodes: transactions,
        edges: transactions.map((node) => ({ cursor: node.id, node })),
        pageInfo: {
          hasNextPage: false,
          hasPreviousPage: false,
          startCursor: null,
          endCursor: null,
        },
      }),
    },
    order: orderView(shop, order),
    userErrors: [],
  };
}
