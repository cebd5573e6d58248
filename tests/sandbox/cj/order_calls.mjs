// Calls on orders and payment.

import { plainTime } from '../clock.mjs';
import { hash } from '../rng.mjs';
import { CjError, oddAmount, oddId, success } from './envelope.mjs';

const REQUIRED = [
  'orderNumber',
  'shippingCountryCode',
  'shippingCountry',
  'shippingProvince',
  'shippingCity',
  'shippingAddress',
  'shippingCustomerName',
  'logisticName',
  'fromCountryCode',
];
const LIMITS = {
  orderNumber: 50,
  shippingCountryCode: 20,
  shippingCountry: 50,
  shippingProvince: 50,
  shippingCity: 50,
  shippingCounty: 50,
  shippingZip: 20,
  shippingAddress: 200,
  shippingAddress2: 200,
  houseNumber: 20,
  shippingCustomerName: 50,
  shippingPhone: 20,
  email: 50,
  taxId: 20,
  consigneeID: 20,
  remark: 500,
  logisticName: 50,
  fromCountryCode: 20,
};
const SPLIT_STATUS = { UNSHIPPED: 400, SHIPPED: 500, DELIVERED: 600, CANCELLED: 700 };

function checkCreate(body) {
  for (const field of REQUIRED) {
    if (body[field] == null || body[field] === '') {
      throw new CjError(16900403, `${field} can not be empty`);
    }
  }
  for (const [field, most] of Object.entries(LIMITS)) {
    if (typeof body[field] === 'string' && body[field].length > most) {
      throw new CjError(1600300, `Param error: the length of ${field} must not exceed ${most}`);
    }
  }
  if (!/^[A-Z]{2}$/.test(body.shippingCountryCode) || body.shippingCountryCode === 'UK') {
    throw new CjError(1605002, 'The country code is unknown');
  }
  if (!Array.isArray(body.products) || body.products.length === 0) {
    throw new CjError(16900403, 'products can not be empty');
  }
}

function createdJson(order) {
  const amount = (cents) => oddAmount(cents, order.id);
  const total = order.productCents + order.postageCents;
  return {
    orderId: order.id,
    orderNumber: order.orderNumber,
    shipmentOrderId: null,
    productAmount: amount(order.productCents),
    postageAmount: amount(order.postageCents),
    iossAmount: 0,
    iossTaxHandlingFee: 0,
    totalDiscountAmount: 0,
    orderAmount: amount(total),
    orderOriginalAmount: amount(total),
    actualPayment: amount(total),
    cjPayUrl: [2, 3].includes(Number(order.payType)) ? null : `https://pay.cj.example/${order.id}`,
    logisticsMiss: order.logisticsMiss,
    orderStatus: order.status,
    productInfoList: order.lines.map((l) => ({
      storeLineItemId: l.storeLineItemId,
      lineItemId: l.lineItemId,
      variantId: l.vid,
      quantity: l.quantity,
      isGroup: false,
    })),
    interceptOrderReasons: order.intercept,
  };
}

/** The fields order/list gives; in it orderAmount and productList are often null. */
function listJson(order, sparse) {
  const amount = (cents) => oddAmount(cents, order.id);
  return {
    orderId: oddId(order.id),
    orderNum: order.orderNumber,
    cjOrderId: order.confirmedAt ? order.id : null,
    ...order.shipping,
    remark: order.remark,
    orderWeight: order.lines.length * 150,
    orderStatus: order.status,
    orderAmount: sparse ? null : amount(order.productCents + order.postageCents),
    productAmount: amount(order.productCents),
    postageAmount: amount(order.postageCents),
    logisticName: order.logisticName,
    trackNumber: order.trackNumber,
    trackingUrl: order.trackingUrl,
    createDate: plainTime(order.createdAt),
    paymentDate: plainTime(order.paidAt),
    storeCreateDate: null,
    storageId: null,
    storageName: null,
    isSandbox: order.sandbox,
    originalOrderId: order.parentId,
    productList: sparse ? null : productsJson(order),
  };
}

const productsJson = (order) =>
  order.lines.map((l) => ({
    vid: oddId(l.vid),
    sku: l.sku,
    quantity: l.quantity,
    sellPrice: oddAmount(l.cents, l.vid),
    storeLineItemId: l.storeLineItemId,
    lineItemId: l.lineItemId,
    productionOrderStatus: null,
    abnormalType: [],
  }));

/** Detail = list fields and more; a split order names its parcels in splitOrderList, spelled as in the ORDERSPLIT hook. */
function detailJson(supplier, order) {
  const lost = hash(`lost ${order.id}`) % 5 === 0;
  return {
    ...listJson(order, false),
    ...(lost ? { orderAmount: null } : {}),
    orderId: order.id,
    platformOrderId: null,
    cjOrderCode: order.id,
    fromCountryCode: order.fromCountryCode,
    disputeId: null,
    outWarehouseTime: plainTime(order.shippedAt),
    isComplete: order.status === 'DELIVERED' ? 1 : 0,
    subStatus: order.subStatus,
    trackingProvider: order.trackNumber ? 'CJPacket' : null,
    logisticsMiss: order.logisticsMiss,
    interceptOrderReasons: order.intercept,
    orderSplitTime: plainTime(order.splitAt),
    splitOrderList: supplier.childrenOf(order).map((c) => ({
      orderCode: c.id,
      createAt: plainTime(order.splitAt),
      orderStatus: SPLIT_STATUS[c.status] ?? 0,
      productList: c.lines.map((l) => ({
        productCode: l.sku,
        vid: l.vid,
        quantity: l.quantity,
        sku: l.sku,
      })),
    })),
  };
}

function list(supplier, query) {
  const size = Math.min(50, Math.max(1, Number(query.pageSize ?? 20)));
  const page = Math.max(1, Number(query.pageNum ?? 1));
  const ids = [query.orderIds ?? []]
    .flat()
    .flatMap((t) => t.split(','))
    .filter(Boolean);
  let rows;
  if (ids.length) {
    rows = [...new Set(ids.map((id) => supplier.find(id)).filter(Boolean))];
  } else {
    // Without ids and status CJ's default is said to be wrong: only closed orders come.
    const status = query.status ?? 'CANCELLED';
    rows = [...supplier.byId.values()].reverse();
    rows = rows.filter((o) => o.status === status);
  }
  rows = query.status ? rows.filter((o) => o.status === query.status) : rows;
  return {
    pageNum: page,
    pageSize: size,
    total: rows.length,
    list: rows
      .slice((page - 1) * size, page * size)
      .map((o) => listJson(o, hash(`sparse ${o.id}`) % 2 === 0)),
  };
}

function need(value, field) {
  if (value == null || value === '') {
    throw new CjError(16900403, `${field} can not be empty`);
  }
  return value;
}

export const ORDER_CALLS = {
  'shopping/order/createOrderV2': {
    method: 'POST',
    run: ({ supplier }, { body }) => {
      checkCreate(body);
      const order = supplier.create(body);
      if (Number(body.payType) === 2) {
        supplier.confirm(order);
        supplier.pay(order);
      }
      return success(createdJson(order));
    },
  },
  'shopping/order/confirmOrder': {
    method: 'PATCH',
    run: ({ supplier }, { body }) => {
      const order = supplier.mustFind(need(body.orderId, 'orderId'));
      supplier.confirm(order);
      return success(order.id);
    },
  },
  'shopping/order/getOrderDetail': {
    method: 'GET',
    run: ({ supplier }, { query }) =>
      success(detailJson(supplier, supplier.mustFind(need(query.orderId, 'orderId')))),
  },
  'shopping/order/list': {
    method: 'GET',
    run: ({ supplier }, { query }) => success(list(supplier, query)),
  },
  'shopping/order/deleteOrder': {
    method: 'DELETE',
    run: ({ supplier }, { query }) => {
      const order = supplier.mustFind(need(query.orderId, 'orderId'));
      supplier.delete(order);
      return success(order.id);
    },
  },
  'shopping/pay/getBalance': {
    method: 'GET',
    run: ({ account }) =>
      success({ amount: account.walletCents / 100, noWithdrawalAmount: 0, freezeAmount: null }),
  },
  'shopping/pay/payBalance': {
    method: 'POST',
    run: ({ supplier }, { body }) => {
      supplier.pay(supplier.mustFind(need(body.orderId, 'orderId')));
      return success(null);
    },
  },
};
