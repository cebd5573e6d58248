// productSet: creates a product or brings one to a form. What is refused changes nothing; lists that are given replace what is
// stored, and a variant without an id is a new one.

import { RequestError } from './errors.mjs';
import { numberOf } from './ids.mjs';
import { cents, slug } from './products.mjs';

const MOST = { options: 3, values: 100, variants: 2048, files: 250 };

class Refused extends Error {
  constructor(code, field, message) {
    super(message);
    this.error = { code, field, message };
  }
}

const refuse = (code, field, message) => {
  throw new Refused(code, field, message);
};

/** The stored product that is meant, or null for a new one. */
function target(products, identifier, input) {
  if (identifier && input.id) {
    refuse(
      'ID_NOT_ALLOWED',
      ['input', 'id'],
      'The id field is not allowed if identifier is provided.',
    );
  }
  const id = identifier?.id ?? input.id;
  if (id) {
    return (
      products.byGid(id) ??
      refuse('PRODUCT_DOES_NOT_EXIST', ['identifier', 'id'], 'Product does not exist')
    );
  }
  if (identifier?.handle == null) {
    return null;
  }
  if (input.handle != null && slug(input.handle) !== slug(identifier.handle)) {
    refuse(
      'INPUT_MISMATCH',
      ['input', 'handle'],
      'The identifier value does not match the value of the corresponding field in the input.',
    );
  }
  return products.byHandle.get(slug(identifier.handle)) ?? null;
}

function checkLength(text, most, field, name) {
  if ((text ?? '').length > most) {
    refuse('INVALID_PRODUCT', field, `${name} is too long (maximum is ${most} characters)`);
  }
}

function handleOf(products, row, identifier, input) {
  const given = input.handle ?? (row ? null : identifier?.handle);
  if (given == null) {
    return row?.handle ?? products.freeHandle(input.title);
  }
  checkLength(given, 255, ['input', 'handle'], 'Handle');
  if (products.handleTaken(slug(given), row)) {
    refuse(
      'HANDLE_NOT_UNIQUE',
      ['input', 'handle'],
      `Handle '${given}' already in use. Please provide a new handle.`,
    );
  }
  return slug(given);
}

export function cleanTags(tags) {
  const kept = new Map(tags.map((t) => [t.trim().toLowerCase(), t.trim()]));
  kept.delete('');
  return [...kept.values()].sort();
}

function facts(products, row, { identifier, input }) {
  if ((!row || input.title != null) && !input.title?.trim()) {
    refuse('INVALID_PRODUCT', ['input', 'title'], "Title can't be blank");
  }
  checkLength(input.title, 255, ['input', 'title'], 'Title');
  const { clock } = products.shop.world;
  const base = row ?? {
    id: 8200000000 + products.shop.newId(),
    seeded: false,
    seo: { title: null, description: null },
    descriptionHtml: '',
    vendor: 'Sandbox Goods',
    productType: '',
    tags: [],
    status: 'ACTIVE',
    options: [],
    variants: [],
    media: [],
    published: [],
    createdAt: clock.now(),
  };
  return {
    ...base,
    handle: handleOf(products, row, identifier, input),
    title: input.title ?? base.title,
    descriptionHtml: input.descriptionHtml ?? base.descriptionHtml,
    seo: { ...base.seo, ...input.seo },
    vendor: input.vendor ?? base.vendor,
    productType: input.productType ?? base.productType,
    tags: input.tags ? cleanTags(input.tags) : base.tags,
    status: input.status ?? base.status,
  };
}

function optionsOf(products, row, input) {
  const list = input.productOptions;
  if (list.length > MOST.options) {
    refuse(
      'OPTIONS_OVER_LIMIT',
      ['input', 'productOptions'],
      'Can only specify a maximum of 3 options',
    );
  }
  const names = list.map((o) => o.name?.toLowerCase());
  if (new Set(names).size < names.length) {
    refuse('DUPLICATED_OPTION_NAME', ['input', 'productOptions'], 'Duplicated option name.');
  }
  return list.map((option, i) => {
    const field = ['input', 'productOptions', String(i)];
    const values = (option.values ?? []).map((v) => v.name);
    if (values.length === 0) {
      refuse('OPTION_VALUES_MISSING', field, 'The option values are missing.');
    }
    if (values.length > MOST.values) {
      refuse('OPTION_VALUES_OVER_LIMIT', field, 'Over the maximum of 100 option values.');
    }
    if (new Set(values.map((v) => v.toLowerCase())).size < values.length) {
      refuse('DUPLICATED_OPTION_VALUE', field, 'Duplicated option value.');
    }
    const stored = row.options.find((o) => o.name === option.name);
    return { id: stored?.id ?? 71000000 + products.shop.newId(), name: option.name, values };
  });
}

function filesOf(products, row, files) {
  if (files.length > MOST.files) {
    refuse('INVALID_INPUT', ['input', 'files'], 'A product can have at most 250 files.');
  }
  return files.map((file, i) => {
    const field = ['input', 'files', String(i)];
    if ((file.alt ?? '').length > 512) {
      refuse('INVALID_INPUT', field, 'The alt value exceeds the maximum limit of 512 characters.');
    }
    if (file.id) {
      const id = numberOf('MediaImage', file.id);
      const media = row.media.find((m) => m.id === id) ?? products.detachedMedia.get(id);
      return media
        ? { ...media, alt: file.alt ?? media.alt }
        : refuse('NOT_FOUND', [...field, 'id'], `File id ${file.id} does not exist`);
    }
    if (!/^https?:\/\/[^/\s]+\/\S+$/i.test(file.originalSource ?? '')) {
      refuse(
        'INVALID_INPUT',
        [...field, 'originalSource'],
        'The originalSource is not a valid URL.',
      );
    }
    return products.newMedia(file);
  });
}

/** The media a variant's file stands for: it must also be among the product's. */
function mediaOfVariant(row, input, file, field) {
  const files = input.files ?? [];
  const at = files.findIndex((f) =>
    file.id ? f.id === file.id : f.originalSource && f.originalSource === file.originalSource,
  );
  if (at >= 0) {
    return row.media[at].id;
  }
  const stored = row.media.find((m) => m.id === numberOf('MediaImage', file.id));
  return input.files || !stored
    ? refuse(
        'INVALID_VARIANT',
        [...field, 'file'],
        'A file of a variant must also be given in files.',
      )
    : stored.id;
}

function optionValues(row, given, field) {
  return row.options.map((option) => {
    const value = given.find((v) => v.optionName === option.name)?.name;
    if (value === undefined) {
      refuse(
        'INVALID_VARIANT',
        [...field, 'optionValues'],
        `You need to add option values for ${option.name}`,
      );
    }
    if (!option.values.includes(value)) {
      refuse(
        'OPTION_VALUE_DOES_NOT_EXIST',
        [...field, 'optionValues'],
        'Option value does not exist',
      );
    }
    return value;
  });
}

const GRAMS = { GRAMS: 1, KILOGRAMS: 1000, OUNCES: 28.349523125, POUNDS: 453.59237 };

function stockOf(products, variant, rows, field) {
  const stock = { ...variant.stock };
  const fresh = Object.keys(stock).length === 0;
  const home = products.shop.locations[0];
  for (const row of rows ?? []) {
    const place = products.shop.location(row.locationId);
    if (!place) {
      refuse(
        'INVALID_INPUT',
        [...field, 'inventoryQuantities'],
        'The specified location could not be found.',
      );
    }
    if (!['available', 'on_hand'].includes(row.name)) {
      refuse(
        'INVALID_INPUT',
        [...field, 'inventoryQuantities'],
        'The quantity name must be available or on_hand.',
      );
    }
    if (fresh || place.id in stock) {
      stock[place.id] = row.quantity;
    }
  }
  return Object.keys(stock).length > 0 ? stock : { [home.id]: 0 };
}

function amount(text, field, name) {
  if (text == null) {
    return null;
  }
  if (Number(text) < 0) {
    refuse('INVALID_VARIANT', field, `${name} must be greater than or equal to 0`);
  }
  return cents(text);
}

function variantOf(products, row, input, given, i) {
  const field = ['input', 'variants', String(i)];
  const stored = given.id
    ? products.variantOf(row, numberOf('ProductVariant', given.id))
    : products.newVariant();
  if (!stored) {
    refuse('PRODUCT_VARIANT_DOES_NOT_EXIST', [...field, 'id'], 'Product variant does not exist');
  }
  const item = given.inventoryItem ?? {};
  const weight = item.measurement?.weight;
  return {
    ...stored,
    sku: given.sku ?? item.sku ?? stored.sku,
    priceCents: amount(given.price, [...field, 'price'], 'Price') ?? stored.priceCents ?? 0,
    compareAtCents:
      amount(given.compareAtPrice, [...field, 'compareAtPrice'], 'Compare at price') ??
      stored.compareAtCents,
    costCents: amount(item.cost, [...field, 'inventoryItem', 'cost'], 'Cost') ?? stored.costCents,
    weightG: weight ? weight.value * GRAMS[weight.unit] : stored.weightG,
    tracked: item.tracked ?? stored.tracked,
    policy: given.inventoryPolicy ?? stored.policy,
    barcode: given.barcode ?? stored.barcode,
    options: optionValues(row, given.optionValues, field),
    mediaId: given.file ? mediaOfVariant(row, input, given.file, field) : stored.mediaId,
    stock: stockOf(products, stored, given.inventoryQuantities, field),
  };
}

function variantsOf(products, row, input) {
  const list = input.variants;
  if (list.length > MOST.variants) {
    refuse(
      'VARIANTS_OVER_LIMIT',
      ['input', 'variants'],
      'The number of variants exceeds the limit of 2048.',
    );
  }
  const made = list.map((given, i) => variantOf(products, row, input, given, i));
  const seen = new Set();
  made.forEach((v, i) => {
    const key = JSON.stringify(v.options);
    if (seen.has(key)) {
      refuse(
        'INVALID_VARIANT',
        ['input', 'variants', String(i)],
        `The variant '${v.options.join(' / ')}' already exists. Please change at least one option value.`,
      );
    }
    seen.add(key);
  });
  return made;
}

function structure(products, row, input) {
  if (input.productOptions && !input.variants) {
    refuse(
      'VARIANTS_INPUT_MISSING',
      ['input', 'variants'],
      'Variants input is required when updating product options.',
    );
  }
  if (input.variants && !input.productOptions) {
    refuse(
      'PRODUCT_OPTIONS_INPUT_MISSING',
      ['input', 'productOptions'],
      'Product options input is required when updating variants.',
    );
  }
  if (input.files) {
    const kept = filesOf(products, row, input.files);
    row.detached = row.media.filter((m) => !kept.some((k) => k.id === m.id));
    row.media = kept;
    row.variants = row.variants.map((v) =>
      kept.some((m) => m.id === v.mediaId) ? v : { ...v, mediaId: null },
    );
  }
  if (input.variants) {
    row.options = optionsOf(products, row, input);
    row.variants = variantsOf(products, row, input);
  } else if (row.variants.length === 0) {
    row.options = [
      { id: 71000000 + products.shop.newId(), name: 'Title', values: ['Default Title'] },
    ];
    row.variants = [
      {
        ...products.newVariant(),
        priceCents: 0,
        options: ['Default Title'],
        stock: { [products.shop.locations[0].id]: 0 },
      },
    ];
  }
}

/** {row} or {error}: the product as it is now, or the one refusal. */
export function setProduct(products, { identifier, input, synchronous }) {
  if (synchronous === false) {
    throw new RequestError(
      'sandbox: productSet(synchronous: false) is not simulated',
      'SANDBOX_NOT_SIMULATED',
    );
  }
  if (identifier?.customId) {
    throw new RequestError(
      'sandbox: productSet by customId is not simulated',
      'SANDBOX_NOT_SIMULATED',
    );
  }
  try {
    const stored = target(products, identifier, input);
    const row = facts(products, stored, { identifier, input });
    structure(products, row, input);
    row.media.forEach((m) => products.detachedMedia.delete(m.id));
    row.detached?.forEach((m) => products.detachedMedia.set(m.id, m));
    delete row.detached;
    products.put(row);
    products.note('productSet', row, {
      created: !stored,
      status: row.status,
      skus: row.variants.map((v) => v.sku),
      media: row.media.length,
    });
    return { row };
  } catch (error) {
    if (error instanceof Refused) {
      return { error: error.error };
    }
    throw error;
  }
}
