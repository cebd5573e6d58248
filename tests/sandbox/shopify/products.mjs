// The shop's products: what is kept of them, found again by id, handle, variant or stock item. Money is in cents.
// The products the shop has from the start are made from the catalog (seeded: true); only those that were changed are saved.

import { hash } from '../rng.mjs';
import { numberOf } from './ids.mjs';

const IMAGE_KINDS = /\.(jpe?g|png|gif|webp|heic)$/i;
const HAS_KIND = /\.[a-z0-9]{2,5}$/i;

export const slug = (text) =>
  String(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

export const cents = (text) => Math.round(Number(text) * 100);

/** One variant as it is stored; `stock` maps location id to what is available there. */
const emptyVariant = () => ({
  id: 0,
  itemId: 0,
  sku: '',
  priceCents: null,
  compareAtCents: null,
  costCents: null,
  weightG: null,
  tracked: false,
  policy: 'DENY',
  options: [],
  mediaId: null,
  barcode: null,
  stock: {},
});

function seededProduct(product, locationId, publicationId) {
  return {
    id: product.shopProductId,
    seeded: true,
    handle: slug(product.title),
    title: product.title,
    descriptionHtml: `<p>${product.title}</p>`,
    seo: { title: null, description: null },
    vendor: 'Sandbox Goods',
    productType: product.category,
    tags: [],
    status: 'ACTIVE',
    options: [
      { id: 70000000 + product.index, name: 'Style', values: product.variants.map((v) => v.style) },
    ],
    variants: product.variants.map((v) => ({
      ...emptyVariant(),
      id: v.shopVariantId,
      itemId: v.shopVariantId + 3000000000,
      sku: v.sku,
      priceCents: v.shopPriceCents,
      weightG: v.weight,
      options: [v.style],
      stock: { [locationId]: 0 },
    })),
    media: [
      {
        id: 32000000000 + product.index,
        alt: product.title,
        url: `https://img.example/${product.shopProductId}.jpg`,
        at: 0,
      },
    ],
    published: [publicationId],
    createdAt: Date.UTC(2025, 0, 6),
    updatedAt: Date.UTC(2025, 0, 6),
  };
}

export class Products {
  /** @param shop world, newId(), locations, publications */
  constructor(shop, saved = []) {
    this.shop = shop;
    this.byId = new Map();
    this.byHandle = new Map();
    this.byVariant = new Map();
    this.byItem = new Map();
    this.detachedMedia = new Map();
    const first = shop.world.catalog.products.filter((p) => p.shopProductId !== undefined);
    for (const product of first) {
      this.#index(seededProduct(product, shop.locations[0].id, shop.publications[0].id));
    }
    for (const row of saved.rows ?? []) {
      this.#index(row);
    }
    for (const id of saved.gone ?? []) {
      this.#forget(this.byId.get(id));
    }
    this.gone = new Set(saved.gone ?? []);
    (saved.detached ?? []).forEach((m) => this.detachedMedia.set(m.id, m));
  }

  save() {
    return {
      rows: [...this.byId.values()].filter((p) => !p.seeded || p.dirty),
      gone: [...this.gone],
      detached: [...this.detachedMedia.values()],
    };
  }

  #index(row) {
    this.#forget(this.byId.get(row.id));
    this.byId.set(row.id, row);
    this.byHandle.set(row.handle, row);
    for (const v of row.variants) {
      this.byVariant.set(v.id, row);
      this.byItem.set(v.itemId, row);
    }
  }

  #forget(row) {
    if (!row) {
      return;
    }
    this.byId.delete(row.id);
    if (this.byHandle.get(row.handle) === row) {
      this.byHandle.delete(row.handle);
    }
    for (const v of row.variants) {
      this.byVariant.delete(v.id);
      this.byItem.delete(v.itemId);
    }
  }

  /** Puts a new row, or a changed copy of a stored one, in place of what was there. */
  put(row) {
    row.updatedAt = this.shop.world.clock.now();
    row.dirty = true;
    this.#index(row);
    return row;
  }

  /** A person deletes the product. */
  remove(row) {
    this.#forget(row);
    this.gone.add(row.id);
    this.note('productDelete', row);
  }

  note(operation, row, facts = {}) {
    return this.shop.world.ledger.add('shopify', operation, {
      productId: `gid://shopify/Product/${row.id}`,
      handle: row.handle,
      ...facts,
    });
  }

  byGid(id) {
    return this.byId.get(numberOf('Product', id)) ?? null;
  }

  variantOf(row, id) {
    return row?.variants.find((v) => v.id === id);
  }

  /** {row, variant} of a stock item's gid, or null. */
  item(id) {
    const itemId = numberOf('InventoryItem', id);
    const row = this.byItem.get(itemId);
    return row ? { row, variant: row.variants.find((v) => v.itemId === itemId) } : null;
  }

  /** By gid, number, handle or the SKU of a variant. */
  find(key) {
    const text = String(key);
    return (
      this.byGid(text) ??
      this.byId.get(Number(text)) ??
      this.byHandle.get(text) ??
      [...this.byId.values()].find((p) => p.variants.some((v) => v.sku === text)) ??
      null
    );
  }

  handleTaken(handle, row) {
    const owner = this.byHandle.get(handle);
    return Boolean(owner) && owner.id !== row?.id;
  }

  /** A free handle made from a title: -1, -2 ... behind it when it is taken. */
  freeHandle(title) {
    const stem = slug(title) || 'product';
    let handle = stem;
    for (let n = 1; this.byHandle.has(handle); n++) {
      handle = `${stem}-${n}`;
    }
    return handle;
  }

  newVariant() {
    const n = this.shop.newId();
    return { ...emptyVariant(), id: 45000000000 + n, itemId: 46000000000 + n };
  }

  newMedia(file) {
    return {
      id: 31000000000 + this.shop.newId(),
      alt: file.alt ?? null,
      url: file.originalSource,
      name: file.filename ?? null,
      at: this.shop.world.clock.now(),
    };
  }

  /** UPLOADED, PROCESSING, then READY or FAILED with a code: told by the clock and the address alone. */
  mediaState(media) {
    const { clock, settings } = this.shop.world;
    const age = clock.now() - media.at;
    const wait = settings.mediaAfter * 1000;
    if (age < wait / 2) {
      return { status: 'UPLOADED', code: null };
    }
    if (age < wait) {
      return { status: 'PROCESSING', code: null };
    }
    const code = mediaFault(media.url, settings.mediaFail);
    return { status: code ? 'FAILED' : 'READY', code };
  }

  /** Products made through the API, not those of the first day. */
  listings() {
    return [...this.byId.values()].filter((p) => !p.seeded);
  }

  isLive(row) {
    return row.status === 'ACTIVE' && row.published.includes(this.shop.publications[0].id);
  }

  available(variant) {
    return Object.values(variant.stock).reduce((sum, n) => sum + n, 0);
  }

  /** Variants a customer can buy now, of products made through the API. */
  forSale() {
    return this.listings()
      .filter((p) => this.isLive(p))
      .flatMap((row) =>
        row.variants
          .filter(
            (v) =>
              v.priceCents !== null &&
              (!v.tracked || v.policy === 'CONTINUE' || this.available(v) > 0),
          )
          .map((variant) => ({ row, variant })),
      );
  }

  /** An order takes (or a cancellation gives back) pieces of a tracked variant. */
  take(variantId, pieces) {
    const row = this.byVariant.get(variantId);
    const variant = this.variantOf(row, variantId);
    if (!variant?.tracked || row.seeded) {
      return;
    }
    const place = Object.keys(variant.stock)[0];
    if (place !== undefined) {
      variant.stock[place] -= pieces;
    }
  }
}

/** Why an image cannot be had, or null. */
function mediaFault(url, share) {
  const path = url.replace(/[?#].*$/, '');
  if (HAS_KIND.test(path.replace(/^https?:\/\/[^/]+/, '')) && !IMAGE_KINDS.test(path)) {
    return 'UNSUPPORTED_IMAGE_FILE_TYPE';
  }
  if (/missing|not-found/.test(path)) {
    return 'IMAGE_DOWNLOAD_FAILURE';
  }
  return (hash(url) % 10000) / 10000 < share ? 'IMAGE_PROCESSING_FAILURE' : null;
}
