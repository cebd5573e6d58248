// What may be done to a stored product: texts and status, prices, sales channels, quantities. Each is all or nothing.

import { RequestError } from './errors.mjs';
import { gid, numberOf } from './ids.mjs';
import { cleanTags } from './product_set.mjs';
import { cents, slug } from './products.mjs';

const MOST_ROWS = 250;
const REASONS = new Set([
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
]);

/** productUpdate: {row} or {error}. */
export function updateProduct(products, { product: input, identifier }) {
  const row = products.byGid(input?.id ?? identifier?.id);
  if (!row) {
    return { error: { field: ['id'], message: 'Product does not exist' } };
  }
  const refuse = (field, message) => ({ row: null, error: { field: [field], message } });
  if (input.title != null && !input.title.trim()) {
    return refuse('title', "Title can't be blank");
  }
  if ((input.title ?? '').length > 255) {
    return refuse('title', 'Title is too long (maximum is 255 characters)');
  }
  if (input.handle != null && products.handleTaken(slug(input.handle), row)) {
    return refuse(
      'handle',
      `Handle '${input.handle}' already in use. Please provide a new handle.`,
    );
  }
  const next = {
    ...row,
    ...pick(input, ['title', 'descriptionHtml', 'vendor', 'productType', 'status']),
    handle: input.handle != null ? slug(input.handle) : row.handle,
    seo: { ...row.seo, ...input.seo },
    tags: input.tags ? cleanTags(input.tags) : row.tags,
  };
  products.put(next);
  const { id, ...said } = input;
  products.note('productUpdate', next, { ...pick(said, ['status']), fields: Object.keys(said) });
  return { row: next };
}

const pick = (from, names) =>
  Object.fromEntries(names.filter((n) => from[n] != null).map((n) => [n, from[n]]));

function changedVariant(products, row, given, i) {
  const field = ['variants', String(i)];
  const stored = products.variantOf(row, numberOf('ProductVariant', given.id));
  if (!stored) {
    return {
      error: {
        code: 'PRODUCT_VARIANT_DOES_NOT_EXIST',
        field: [...field, 'id'],
        message: 'Product variant does not exist',
      },
    };
  }
  const item = given.inventoryItem ?? {};
  if ([given.price, item.cost].some((text) => text != null && Number(text) < 0)) {
    return {
      error: {
        code: 'GREATER_THAN_OR_EQUAL_TO',
        field: [...field, 'price'],
        message: 'Price must be greater than or equal to 0',
      },
    };
  }
  return {
    variant: {
      ...stored,
      sku: item.sku ?? stored.sku,
      priceCents: given.price != null ? cents(given.price) : stored.priceCents,
      compareAtCents:
        given.compareAtPrice != null ? cents(given.compareAtPrice) : stored.compareAtCents,
      costCents: item.cost != null ? cents(item.cost) : stored.costCents,
      tracked: item.tracked ?? stored.tracked,
      policy: given.inventoryPolicy ?? stored.policy,
    },
  };
}

/** productVariantsBulkUpdate without partial updates: {row, changed} or {error}. */
export function updateVariants(products, { productId, variants, allowPartialUpdates }) {
  if (allowPartialUpdates) {
    throw new RequestError(
      'sandbox: allowPartialUpdates is not simulated',
      'SANDBOX_NOT_SIMULATED',
    );
  }
  const row = products.byGid(productId);
  if (!row) {
    return {
      error: {
        code: 'PRODUCT_DOES_NOT_EXIST',
        field: ['productId'],
        message: 'Product does not exist',
      },
    };
  }
  const results = variants.map((given, i) => changedVariant(products, row, given, i));
  const bad = results.find((r) => r.error);
  if (bad) {
    return bad;
  }
  const changed = results.map((r) => r.variant);
  const next = {
    ...row,
    variants: row.variants.map((v) => changed.find((c) => c.id === v.id) ?? v),
  };
  products.put(next);
  products.note('productVariantsBulkUpdate', next, {
    prices: changed.map((v) => ({
      sku: v.sku,
      price: v.priceCents / 100,
      cost: v.costCents === null ? null : v.costCents / 100,
    })),
  });
  return { row: next, changed };
}

/** publishablePublish and publishableUnpublish: {row} or {error}. */
export function setPublished(products, { id, input }, published) {
  const row = products.byGid(id);
  if (!row) {
    return { error: { field: ['id'], message: 'Resource does not exist' } };
  }
  const wanted = input.map((i) => numberOf('Publication', i.publicationId));
  const strange = wanted.findIndex(
    (p) => !products.shop.publications.some((known) => known.id === p && !known.hidden),
  );
  if (strange >= 0) {
    return {
      error: {
        field: ['input', String(strange), 'publicationId'],
        message: 'Publication does not exist or is not publishable',
      },
    };
  }
  if (new Set(wanted).size < wanted.length) {
    return {
      error: { field: ['input'], message: 'The same publication was specified more than once' },
    };
  }
  const rest = row.published.filter((p) => !wanted.includes(p));
  const next = { ...row, published: published ? [...rest, ...wanted] : rest };
  const same = wanted.every((p) => row.published.includes(p) === published);
  products.put(next);
  products.note(published ? 'publishablePublish' : 'publishableUnpublish', next, {
    publications: wanted,
    status: next.status,
    ...(same && { refused: true }),
  });
  return { row: next };
}

function checkQuantities(products, { name, reason, quantities }) {
  if (quantities.length > MOST_ROWS) {
    throw new RequestError(
      `The input array size of ${quantities.length} is greater than the maximum allowed of ${MOST_ROWS}.`,
      'MAX_INPUT_SIZE_EXCEEDED',
    );
  }
  if (quantities.some((q) => !Object.hasOwn(q, 'changeFromQuantity'))) {
    throw new RequestError(
      'changeFromQuantity is required: give a quantity or an explicit null.',
      'INVALID_FIELD_ARGUMENTS',
    );
  }
  if (!['available', 'on_hand'].includes(name)) {
    return {
      code: 'INVALID_NAME',
      field: ['input', 'name'],
      message: 'The quantity name must be either available or on_hand.',
    };
  }
  if (!REASONS.has(reason)) {
    return {
      code: 'INVALID_REASON',
      field: ['input', 'reason'],
      message: 'The specified reason is invalid.',
    };
  }
  const seen = new Set();
  for (const [i, q] of quantities.entries()) {
    const error = checkQuantity(products, name, q);
    const key = `${q.inventoryItemId} ${q.locationId}`;
    if (error || seen.has(key)) {
      return {
        code: 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
        message: 'The combination of inventoryItemId and locationId must be unique.',
        ...error,
        field: ['input', 'quantities', String(i), ...(error?.at ? [error.at] : [])],
      };
    }
    seen.add(key);
  }
  return null;
}

function checkQuantity(products, name, q) {
  const found = products.item(q.inventoryItemId);
  const place = products.shop.location(q.locationId);
  if (!found) {
    return {
      code: 'INVALID_INVENTORY_ITEM',
      at: 'inventoryItemId',
      message: 'The specified inventory item could not be found.',
    };
  }
  if (!place) {
    return {
      code: 'INVALID_LOCATION',
      at: 'locationId',
      message: 'The specified location could not be found.',
    };
  }
  if (q.quantity > 1e9 || q.quantity < -1e9) {
    return {
      code: q.quantity > 0 ? 'INVALID_QUANTITY_TOO_HIGH' : 'INVALID_QUANTITY_TOO_LOW',
      at: 'quantity',
      message: 'The quantity is out of range.',
    };
  }
  if (name === 'on_hand' && q.quantity < 0) {
    return {
      code: 'INVALID_QUANTITY_NEGATIVE',
      at: 'quantity',
      message: 'The quantity cannot be negative.',
    };
  }
  if (
    q.changeFromQuantity !== null &&
    q.changeFromQuantity !== (found.variant.stock[place.id] ?? 0)
  ) {
    return {
      code: 'CHANGE_FROM_QUANTITY_STALE',
      at: 'changeFromQuantity',
      message: 'The changeFromQuantity argument no longer matches the persisted quantity.',
    };
  }
  return null;
}

/** inventorySetQuantities: {group} (null when nothing changed) or {error}. */
export function setQuantities(products, { input }) {
  const error = checkQuantities(products, input);
  if (error) {
    const { at, ...told } = error;
    return { error: told };
  }
  const changes = [];
  for (const q of input.quantities) {
    const { row, variant } = products.item(q.inventoryItemId);
    const place = numberOf('Location', q.locationId);
    const delta = q.quantity - (variant.stock[place] ?? 0);
    if (delta !== 0 || !(place in variant.stock)) {
      variant.stock[place] = q.quantity;
      row.dirty = true;
      changes.push({
        sku: variant.sku,
        quantity: q.quantity,
        delta,
        place,
        itemId: variant.itemId,
      });
    }
  }
  products.shop.world.ledger.add('shopify', 'inventorySetQuantities', {
    quantities: input.quantities.map((q) => ({
      sku: products.item(q.inventoryItemId).variant.sku,
      quantity: q.quantity,
    })),
    changed: changes.length,
    ...(changes.length === 0 && { refused: true }),
  });
  if (changes.length === 0) {
    return { group: null };
  }
  return {
    group: {
      id: gid('InventoryAdjustmentGroup', products.shop.newId()),
      at: products.shop.world.clock.now(),
      input,
      changes,
    },
  };
}
