// Products as GraphQL sees them, and the roots that read and change them.

import { isoSeconds } from '../clock.mjs';
import { listConnection } from './connection.mjs';
import { RequestError } from './errors.mjs';
import { gid, isGid, numberOf } from './ids.mjs';
import { setPublished, setQuantities, updateProduct, updateVariants } from './product_changes.mjs';
import { setProduct } from './product_set.mjs';
import { locationView } from './view.mjs';

const price = (n) => (n === null ? '0.00' : (n / 100).toFixed(2));
const costView = (n) =>
  n === null
    ? null
    : { amount: n % 100 === 0 ? `${n / 100}.0` : String(n / 100), currencyCode: 'USD' };
const plain = (html) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const FAULT_WORDS = {
  UNSUPPORTED_IMAGE_FILE_TYPE: 'The file type is not supported.',
  IMAGE_DOWNLOAD_FAILURE: 'The image could not be downloaded.',
  IMAGE_PROCESSING_FAILURE: 'The image could not be processed.',
};

function mediaView(products, m) {
  const { status, code } = products.mediaState(m);
  const url = `https://cdn.shop.example/files/${m.name ?? `${m.id}.jpg`}?v=1`;
  return {
    __typename: 'MediaImage',
    id: gid('MediaImage', m.id),
    alt: m.alt,
    mediaContentType: 'IMAGE',
    status,
    fileStatus: status,
    createdAt: isoSeconds(m.at),
    updatedAt: isoSeconds(m.at),
    mimeType: status === 'READY' ? 'image/jpeg' : null,
    mediaErrors: code ? [{ code, details: null, message: FAULT_WORDS[code] }] : [],
    mediaWarnings: [],
    image: status === 'READY' ? { url, width: 1200, height: 1200, altText: m.alt } : null,
  };
}

const itemView = (products, row, v) => ({
  __typename: 'InventoryItem',
  id: gid('InventoryItem', v.itemId),
  legacyResourceId: String(v.itemId),
  sku: v.sku,
  tracked: v.tracked,
  requiresShipping: true,
  unitCost: costView(v.costCents),
  createdAt: isoSeconds(row.createdAt),
  updatedAt: isoSeconds(row.updatedAt),
  measurement: { weight: v.weightG === null ? null : { value: v.weightG, unit: 'GRAMS' } },
  inventoryLevels: (args) =>
    listConnection(
      Object.entries(v.stock).map(([place, n]) => ({ id: Number(place), n })),
      args,
      ({ id, n }) => levelView(products, v, id, n),
    ),
  inventoryLevel: ({ locationId }) => {
    const place = numberOf('Location', locationId);
    return place in v.stock ? levelView(products, v, place, v.stock[place]) : null;
  },
});

const levelView = (products, v, place, n) => ({
  __typename: 'InventoryLevel',
  id: gid('InventoryLevel', `${place}?inventory_item_id=${v.itemId}`),
  isActive: true,
  location: locationView(products.shop.locations.find((l) => l.id === place)),
  quantities: ({ names }) =>
    names.map((name) => ({
      id: gid('InventoryQuantity', v.itemId),
      name,
      quantity: n,
      updatedAt: null,
    })),
});

export const variantView = (products, row, v) => ({
  __typename: 'ProductVariant',
  id: gid('ProductVariant', v.id),
  legacyResourceId: String(v.id),
  sku: v.sku,
  title: v.options.join(' / '),
  displayName: `${row.title} - ${v.options.join(' / ')}`,
  price: price(v.priceCents),
  compareAtPrice: v.compareAtCents === null ? null : price(v.compareAtCents),
  barcode: v.barcode,
  position: row.variants.indexOf(v) + 1,
  inventoryPolicy: v.policy,
  inventoryQuantity: products.available(v),
  availableForSale: !v.tracked || v.policy === 'CONTINUE' || products.available(v) > 0,
  taxable: true,
  createdAt: isoSeconds(row.createdAt),
  updatedAt: isoSeconds(row.updatedAt),
  selectedOptions: v.options.map((value, i) => ({ name: row.options[i].name, value })),
  inventoryItem: () => itemView(products, row, v),
  media: (args) =>
    listConnection(
      row.media.filter((m) => m.id === v.mediaId),
      args,
      (m) => mediaView(products, m),
    ),
  product: () => productView(products, row),
});

function productFacts(products, row) {
  const { clock } = products.shop.world;
  const live = products.isLive(row);
  return {
    id: gid('Product', row.id),
    legacyResourceId: String(row.id),
    handle: row.handle,
    title: row.title,
    description: plain(row.descriptionHtml),
    descriptionHtml: row.descriptionHtml,
    seo: row.seo,
    status: row.status,
    vendor: row.vendor,
    productType: row.productType,
    tags: row.tags,
    isGiftCard: false,
    createdAt: isoSeconds(row.createdAt),
    updatedAt: isoSeconds(row.updatedAt),
    publishedAt: live ? isoSeconds(clock.now()) : null,
    onlineStoreUrl: live
      ? `https://${products.shop.world.settings.shop}/products/${row.handle}`
      : null,
    totalInventory: row.variants.reduce((sum, v) => sum + products.available(v), 0),
    tracksInventory: row.variants.some((v) => v.tracked),
    hasOnlyDefaultVariant:
      row.variants.length === 1 && row.variants[0].options[0] === 'Default Title',
    variantsCount: { count: row.variants.length, precision: 'EXACT' },
    mediaCount: { count: row.media.length, precision: 'EXACT' },
  };
}

export const productView = (products, row) => ({
  __typename: 'Product',
  ...productFacts(products, row),
  options: ({ first }) =>
    row.options.slice(0, first ?? undefined).map((o, i) => ({
      id: gid('ProductOption', o.id),
      name: o.name,
      position: i + 1,
      values: o.values,
    })),
  variants: (args) => listConnection(row.variants, args, (v) => variantView(products, row, v)),
  media: (args) => listConnection(row.media, args, (m) => mediaView(products, m)),
  featuredMedia: () => (row.media[0] ? mediaView(products, row.media[0]) : null),
  publishedOnPublication: ({ publicationId }) =>
    row.published.includes(numberOf('Publication', publicationId)),
  resourcePublicationsCount: () => ({ count: row.published.length, precision: 'EXACT' }),
  availablePublicationsCount: () => ({ count: row.published.length, precision: 'EXACT' }),
});

/** field -> test of a row; other fields only give a warning, as in the real search. */
const SEARCH = {
  status: (value) => (row) => row.status.toLowerCase() === value.toLowerCase(),
  tag: (value) => (row) => row.tags.some((t) => t.toLowerCase() === value.toLowerCase()),
  handle: (value) => (row) => row.handle === value.toLowerCase(),
  title: (value) => (row) => row.title.toLowerCase().includes(value.toLowerCase()),
  vendor: (value) => (row) => row.vendor.toLowerCase() === value.toLowerCase(),
  sku: (value) => (row) => row.variants.some((v) => v.sku.toLowerCase() === value.toLowerCase()),
  id: (value) => (row) => String(row.id) === value,
};

function searchProducts(products, args, context, field) {
  const warnings = [];
  const tests = [];
  for (const [, name, quoted, bare] of (args.query ?? '').matchAll(
    /([a-z_]+):(?:'([^']*)'|([^\s']+))/gi,
  )) {
    const make = SEARCH[name];
    if (make) {
      tests.push(make(quoted ?? bare));
    } else {
      warnings.push({
        field: name,
        message: `Invalid search field for this query.`,
        code: 'invalid_field',
      });
    }
  }
  if (warnings.length) {
    context.search.push({ path: [field], query: args.query, warnings });
  }
  const { clock, settings } = products.shop.world;
  const newest = clock.now() - settings.searchLag * 1000;
  return [...products.byId.values()].filter(
    (row) => row.updatedAt <= newest && tests.every((test) => test(row)),
  );
}

function byIdentifier(products, { identifier }) {
  if (identifier.customId) {
    throw new RequestError(
      'sandbox: products by customId are not simulated',
      'SANDBOX_NOT_SIMULATED',
    );
  }
  return identifier.id
    ? byId(products, identifier.id)
    : viewOrNull(products, products.byHandle.get(identifier.handle.toLowerCase()));
}

const viewOrNull = (products, row) => (row ? productView(products, row) : null);

function byId(products, id) {
  if (!isGid(id)) {
    throw new RequestError(`Invalid global id '${id}'`, 'RESOURCE_NOT_FOUND');
  }
  return viewOrNull(products, products.byGid(id));
}

function variantById(products, id) {
  const row = products.byVariant.get(numberOf('ProductVariant', id));
  const variant = products.variantOf(row, numberOf('ProductVariant', id));
  return variant ? variantView(products, row, variant) : null;
}

/** A product, variant or stock item by gid; undefined for other types. */
export function productNode(products, id) {
  const type = /^gid:\/\/shopify\/([A-Za-z]+)\//.exec(id)?.[1];
  if (type === 'Product') {
    return byId(products, id);
  }
  if (type === 'ProductVariant') {
    return variantById(products, id);
  }
  if (type === 'InventoryItem') {
    const found = products.item(id);
    return found ? itemView(products, found.row, found.variant) : null;
  }
  return undefined;
}

export const productQueries = (products) => ({
  product: ({ id }) => byId(products, id),
  productByIdentifier: (args) => byIdentifier(products, args),
  products: (args, context) =>
    listConnection(searchProducts(products, args, context, 'products'), args, (row) =>
      productView(products, row),
    ),
  productsCount: (args, context) => ({
    count: searchProducts(products, args, context, 'productsCount').length,
    precision: 'EXACT',
  }),
  productVariant: ({ id }) => variantById(products, id),
  productVariants: (args, context) => {
    const rows = searchProducts(products, args, context, 'productVariants');
    const sku = /sku:'?([^\s']+)/.exec(args.query ?? '')?.[1];
    const list = rows.flatMap((row) =>
      row.variants.filter((v) => !sku || v.sku === sku).map((v) => ({ id: v.id, row, v })),
    );
    return listConnection(list, args, ({ row, v }) => variantView(products, row, v));
  },
  inventoryItem: ({ id }) => productNode(products, id),
});

const groupView = (group) => ({
  id: group.id,
  createdAt: isoSeconds(group.at),
  reason: group.input.reason,
  referenceDocumentUri: group.input.referenceDocumentUri ?? null,
  changes: () =>
    group.changes.map((c) => ({
      name: group.input.name,
      delta: c.delta,
      quantityAfterChange: null,
    })),
});

const told = (error) => (error ? [error] : []);

export const productMutations = (products) => ({
  productSet: (args) => {
    const { row, error } = setProduct(products, args);
    return {
      product: viewOrNull(products, row),
      productSetOperation: null,
      userErrors: told(error),
    };
  },
  productUpdate: (args) => {
    const { row, error } = updateProduct(products, args);
    return { product: viewOrNull(products, row), userErrors: told(error) };
  },
  productVariantsBulkUpdate: (args) => {
    const { row, changed, error } = updateVariants(products, args);
    return {
      product: viewOrNull(products, row),
      productVariants: () => (changed ? changed.map((v) => variantView(products, row, v)) : null),
      userErrors: told(error),
    };
  },
  publishablePublish: (args) => published(products, args, true),
  publishableUnpublish: (args) => published(products, args, false),
  inventorySetQuantities: (args) => {
    const { group, error } = setQuantities(products, args);
    return { inventoryAdjustmentGroup: group ? groupView(group) : null, userErrors: told(error) };
  },
});

function published(products, args, want) {
  const { row, error } = setPublished(products, args, want);
  return { publishable: viewOrNull(products, row), userErrors: told(error) };
}
