// Looks at the products made through the API: what is on sale, what was made twice, what was left half done. The products of the
// first day are not judged.

/** Shopify puts -1, -2 ... behind a handle that is taken; a longer number is part of the name. */
const stem = (handle) => handle.replace(/-\d{1,3}$/, '');
const skuSet = (row) =>
  row.variants
    .map((v) => v.sku)
    .sort()
    .join(' ');
const named = (row) => ({ id: `gid://shopify/Product/${row.id}`, handle: row.handle });

function groups(rows, keyOf) {
  const found = new Map();
  rows.forEach((row) => found.set(keyOf(row), [...(found.get(keyOf(row)) ?? []), row]));
  return [...found.values()].filter((list) => list.length > 1);
}

/** Products that are the same thing: by handle but for a number behind it, or by all their SKUs. */
function twinsOf(rows) {
  const byKey = new Map();
  for (const [why, keyOf] of [
    ['handle', (row) => stem(row.handle)],
    ['skus', skuSet],
  ]) {
    for (const list of groups(rows, keyOf)) {
      const ids = list.map((row) => row.id).join(' ');
      byKey.set(ids, { why: [...(byKey.get(ids)?.why ?? []), why], products: list.map(named) });
    }
  }
  return [...byKey.values()];
}

/** What keeps a product from being sold properly although it is out, or out although it is not to be. */
function faultsOf(products, row) {
  const out = row.published.includes(products.shop.publications[0].id);
  if (row.status !== 'ACTIVE') {
    return out && row.status === 'DRAFT' ? ['published_draft'] : [];
  }
  const states = row.media.map((m) => products.mediaState(m).status);
  const some = (test) => row.variants.some(test);
  return [
    ['not_published', !out],
    ['no_media', !states.some((s) => s !== 'FAILED')],
    ['failed_media', states.includes('FAILED')],
    ['no_price', some((v) => !v.priceCents)],
    ['no_sku', some((v) => !v.sku)],
    ['no_cost', some((v) => v.costCents === null)],
    ['untracked', some((v) => !v.tracked)],
    ['oversells', some((v) => v.policy !== 'DENY')],
    ['no_text', row.descriptionHtml.trim() === ''],
  ]
    .filter(([, bad]) => bad)
    .map(([name]) => name);
}

function doubledImages(row) {
  const urls = row.media.map((m) => m.url);
  return urls.filter((url, i) => urls.indexOf(url) !== i);
}

export function judgeListings(world) {
  const { products } = world.shop;
  const rows = products.listings();
  const living = rows.filter((row) => row.status !== 'ARCHIVED');
  const bySku = {};
  rows.forEach((row) =>
    row.variants.forEach(
      (v) => (bySku[v.sku] = [...new Set([...(bySku[v.sku] ?? []), row.handle])]),
    ),
  );
  return {
    products: rows.length,
    live: rows.filter((row) => products.isLive(row)).length,
    archived: rows.length - living.length,
    twins: twinsOf(living),
    halfListed: living
      .map((row) => ({ ...named(row), why: faultsOf(products, row) }))
      .filter((found) => found.why.length > 0),
    drafts: living
      .filter((row) => row.status === 'DRAFT' && row.published.length === 0)
      .map((row) => row.handle),
    orphans: living
      .filter((row) => row.variants.some((v) => !world.catalog.find(v.sku)))
      .map((row) => ({ ...named(row), skus: row.variants.map((v) => v.sku) })),
    doubledImages: living
      .map((row) => ({ ...named(row), urls: doubledImages(row) }))
      .filter((found) => found.urls.length > 0),
    detachedMedia: products.detachedMedia.size,
    bySku,
  };
}

/** A product for people and tests: everything that is stored, in dollars. */
export function listingJson(world, row) {
  const { products } = world.shop;
  return {
    ...named(row),
    seeded: row.seeded,
    title: row.title,
    status: row.status,
    published: row.published.includes(products.shop.publications[0].id),
    live: products.isLive(row),
    descriptionHtml: row.descriptionHtml,
    seo: row.seo,
    vendor: row.vendor,
    productType: row.productType,
    tags: row.tags,
    options: row.options.map((o) => ({ name: o.name, values: o.values })),
    variants: row.variants.map((v) => ({
      id: `gid://shopify/ProductVariant/${v.id}`,
      itemId: `gid://shopify/InventoryItem/${v.itemId}`,
      sku: v.sku,
      options: v.options,
      price: v.priceCents === null ? null : v.priceCents / 100,
      cost: v.costCents === null ? null : v.costCents / 100,
      quantity: products.available(v),
      tracked: v.tracked,
      policy: v.policy,
      weightG: v.weightG,
      media: v.mediaId === null ? null : `gid://shopify/MediaImage/${v.mediaId}`,
    })),
    media: row.media.map((m) => ({
      id: `gid://shopify/MediaImage/${m.id}`,
      url: m.url,
      alt: m.alt,
      ...products.mediaState(m),
    })),
  };
}

/** A person changes a product by hand: {status, published, price, quantity} for all its variants. */
export function editListing(world, row, change) {
  const { products } = world.shop;
  const online = products.shop.publications[0].id;
  const rest = row.published.filter((p) => p !== online);
  const next = products.put({
    ...row,
    status: change.status ?? row.status,
    published:
      change.published === undefined ? row.published : change.published ? [...rest, online] : rest,
    variants: row.variants.map((v) => ({
      ...v,
      priceCents:
        change.price === undefined ? v.priceCents : Math.round(Number(change.price) * 100),
      stock:
        change.quantity === undefined
          ? v.stock
          : { [Object.keys(v.stock)[0]]: Number(change.quantity) },
    })),
  });
  products.note('productEditedByHand', next, change);
  return listingJson(world, next);
}
