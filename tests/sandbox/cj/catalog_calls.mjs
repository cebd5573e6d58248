// Read-only calls: products, variants, stock, freight, tracks.

import { hash } from '../rng.mjs';
import { CjError, oddAmount, oddId, oddPrice, success, success0 } from './envelope.mjs';
import { carries, methodsTo } from './freight.mjs';
import { productFields, variantFields } from './supply_json.mjs';
import { categoryTree, searchProducts } from './supply_search.mjs';

const AREAS = {
  CN: { areaId: 1, areaEn: 'China Warehouse', countryCode: 'CN', countryNameEn: 'China' },
  US: {
    areaId: 2,
    areaEn: 'US Warehouse',
    countryCode: 'US',
    countryNameEn: 'United States of America (the)',
  },
};

const cjPart = (n) => Math.floor(n / 10);

/** Where a variant lies: CN always, US only where something is there. */
const placesOf = (variant) => ['CN', 'US'].filter((c) => c === 'CN' || variant.stock[c] > 0);

function inventories(variant) {
  return placesOf(variant).map((c) => ({
    countryCode: c,
    totalInventory: variant.stock[c],
    cjInventory: cjPart(variant.stock[c]),
    factoryInventory: variant.stock[c] - cjPart(variant.stock[c]),
    verifiedWarehouse: c === 'US' ? 1 : 2,
  }));
}

function variantJson(variant, withInventory) {
  const base = variant.product?.supply.imageBase;
  return {
    ...(base === undefined ? smallVariant(variant) : variantFields(variant, base)),
    inventories: withInventory ? inventories(variant) : null,
  };
}

/** A variant of the 40 products that the shop sells from the first day. */
function smallVariant(variant) {
  return {
    vid: oddId(variant.vid),
    pid: oddId(variant.pid),
    variantName: null,
    variantNameEn: variant.name,
    variantSku: variant.sku,
    variantImage: `https://img.example/${variant.sku}.jpg`,
    variantKey: variant.style,
    variantUnit: null,
    variantLength: 110,
    variantWidth: 60,
    variantHeight: 40,
    variantVolume: 264000,
    variantWeight: variant.weight,
    variantSellPrice: oddAmount(variant.costCents, variant.vid),
    variantSugSellPrice: oddAmount(variant.costCents * 3, variant.vid),
    variantStandard: 'long=110,width=60,height=40',
    createTime: '2025-09-18T08:00:00+08:00',
    combineNum: null,
    combineVariants: [],
  };
}

function productJson(product, withInventory) {
  const base = product.supply?.imageBase;
  return {
    ...(base === undefined ? smallProduct(product) : productFields(product, base)),
    variants: product.variants.filter((v) => !v.offShelf).map((v) => variantJson(v, withInventory)),
  };
}

function smallProduct(product) {
  const prices = product.variants.map((v) => v.costCents);
  return {
    pid: oddId(product.pid),
    productName: JSON.stringify([product.title]),
    productNameEn: product.title,
    productSku: product.sku,
    bigImage: `https://img.example/${product.sku}.jpg`,
    productImage: JSON.stringify([`https://img.example/${product.sku}.jpg`]),
    productImageSet: [`https://img.example/${product.sku}.jpg`],
    productWeight: product.weight.toFixed(1),
    packingWeight: (product.weight + 20).toFixed(1),
    productType: 'ORDINARY_PRODUCT',
    productUnit: 'unit(s)',
    categoryId: `5E65${hash(product.category).toString(16).toUpperCase()}`,
    categoryName: product.category,
    productKeyEn: 'Color-Size',
    productProEnSet: ['COMMON'],
    description: `<p>${product.title}</p>`,
    sellPrice: oddPrice(Math.min(...prices), Math.max(...prices), product.pid),
    listedNum: hash(product.pid) % 900,
    status: product.variants.every((v) => v.offShelf) ? '2' : '3',
    supplierId: null,
    supplierName: null,
    createrTime: '2025-09-18T08:00:00+08:00',
  };
}

/** The product of pid, productSku or variantSku; throws CJ's codes. */
function productOf(catalog, query) {
  if (!query.pid && !query.productSku && !query.variantSku) {
    throw new CjError(16900403, 'pid can not be empty');
  }
  const product = query.pid
    ? catalog.byPid.get(query.pid)
    : query.productSku
      ? catalog.byProductSku.get(query.productSku)
      : catalog.byPid.get(catalog.bySku.get(query.variantSku)?.pid);
  if (!product) {
    throw new CjError(1602001, 'Product not found');
  }
  if (product.gone) {
    throw new CjError(1602002, 'The product has been removed from shelves');
  }
  return product;
}

function shownVariant(variant) {
  if (!variant) {
    throw new CjError(1602000, 'Variant not found');
  }
  if (variant.offShelf) {
    throw new CjError(1602003, 'The variant has been removed from shelves');
  }
  return variant;
}

function stockRows(variant) {
  return placesOf(variant).map((c) => {
    const total = variant.stock[c];
    const bare = hash(`stock ${variant.vid}`) % 4 === 0;
    return {
      vid: oddId(variant.vid),
      ...AREAS[c],
      ...(bare
        ? {}
        : {
            totalInventoryNum: total,
            cjInventoryNum: cjPart(total),
            factoryInventoryNum: total - cjPart(total),
          }),
      storageNum: total,
    };
  });
}

function inventoryByPid(catalog, query) {
  const product = productOf(catalog, query);
  const totalIn = (c) => product.variants.reduce((sum, v) => sum + v.stock[c], 0);
  const odd = hash(`inner ${product.pid}`) % 2 === 0;
  return {
    inventories: ['CN', 'US']
      .filter((c) => totalIn(c) > 0)
      .map((c) => ({ ...AREAS[c], totalInventoryNum: totalIn(c) })),
    variantInventories: product.variants
      .filter((v) => !v.offShelf)
      .map((v) => ({
        vid: oddId(v.vid),
        inventory: inventories(v).map(({ totalInventory, ...rest }) => ({
          ...rest,
          ...(odd ? { totalInventory } : { totalInventoryNum: totalInventory }),
        })),
      })),
  };
}

function freight(catalog, body) {
  for (const field of ['startCountryCode', 'endCountryCode', 'products']) {
    if (!body[field] || body[field].length === 0) {
      throw new CjError(16900403, `${field} can not be empty`);
    }
  }
  const variants = body.products.map((p) => catalog.byVid.get(String(p.vid)));
  if (variants.some((v) => !v)) {
    throw new CjError(1602000, 'Variant not found');
  }
  const from = body.startCountryCode;
  const inStock = variants.every(
    (v, i) => (v.stock[from] ?? 0) >= Number(body.products[i].quantity) || from === 'CN',
  );
  return methodsTo(body.endCountryCode)
    .filter(() => inStock && ['CN', 'US'].includes(from))
    .filter((m) => variants.every((v) => carries(m, v)))
    .map((m) => {
      const cents = m.price(body.products, catalog);
      return {
        logisticName: m.name,
        logisticAging: m.days,
        logisticPrice: oddAmount(cents, m.name),
        logisticPriceCn: Math.round(cents * 7.1) / 100,
        taxesFee: 0.0,
        clearanceOperationFee: 0.0,
        totalPostageFee: m.name === 'CJPacket Sensitive' ? null : oddAmount(cents, m.name),
      };
    });
}

function tracks(supplier, query) {
  const numbers = [query.trackNumber ?? []].flat();
  return numbers
    .map((number) => supplier.byTrack(number))
    .filter(Boolean)
    .map((order) => ({
      trackingNumber: order.trackNumber,
      logisticName: order.logisticName,
      trackingFrom: order.fromCountryCode,
      trackingTo: order.shipping.shippingCountryCode,
      deliveryDay: order.deliveredAt
        ? String(Math.max(1, Math.round((order.deliveredAt - order.shippedAt) / 86400_000)))
        : null,
      deliveryTime: null,
      trackingStatus: order.deliveredAt ? 'Delivered' : 'In transit',
      lastMileCarrier: order.shipping.shippingCountryCode === 'US' ? 'USPS' : null,
      lastTrackNumber: null,
    }));
}

/** path -> {method, points, run(world, request)} */
export const CATALOG_CALLS = {
  'product/listV2': {
    method: 'GET',
    points: 50,
    run: ({ catalog }, { query }) => success(searchProducts(catalog.supply, query)),
  },
  'product/getCategory': {
    method: 'GET',
    points: 0,
    run: () => success(categoryTree()),
  },
  'product/query': {
    method: 'GET',
    points: 10,
    run: ({ catalog }, { query }) =>
      success(
        productJson(productOf(catalog, query), /enable_inventory/.test(query.features ?? '')),
      ),
  },
  'product/variant/query': {
    method: 'GET',
    points: 10,
    run: ({ catalog }, { query }) => {
      const list = productOf(catalog, query).variants.filter(
        (v) => !v.offShelf && (!query.variantSku || v.sku === query.variantSku),
      );
      return success(list.map((v) => variantJson(v, false)));
    },
  },
  'product/variant/queryByVid': {
    method: 'GET',
    points: 10,
    run: ({ catalog }, { query }) =>
      success(
        variantJson(
          shownVariant(catalog.byVid.get(query.vid)),
          /enable_inventory/.test(query.features ?? ''),
        ),
      ),
  },
  'product/stock/queryByVid': {
    method: 'GET',
    points: 10,
    run: ({ catalog }, { query }) => success(stockRows(shownVariant(catalog.byVid.get(query.vid)))),
  },
  'product/stock/queryBySku': {
    method: 'GET',
    points: 10,
    run: ({ catalog }, { query }) => {
      const product = catalog.byProductSku.get(query.sku);
      const list = product ? product.variants : [shownVariant(catalog.bySku.get(query.sku))];
      return success(list.flatMap(stockRows));
    },
  },
  'product/stock/getInventoryByPid': {
    method: 'GET',
    points: 10,
    run: ({ catalog }, { query }) => success0(inventoryByPid(catalog, query)),
  },
  'logistic/freightCalculate': {
    method: 'POST',
    points: 10,
    run: ({ catalog }, { body }) => success(freight(catalog, body)),
  },
  'logistic/trackInfo': {
    method: 'GET',
    points: 0,
    run: ({ supplier }, { query }) => success(tracks(supplier, query)),
  },
};
