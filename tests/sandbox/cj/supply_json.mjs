// Products of the large catalogue as CJ writes them: the same thing always in the same of its many forms.

import { hash } from '../rng.mjs';
import { chinaTime } from '../clock.mjs';
import { oddAmount, oddId, oddPrice } from './envelope.mjs';
import { descriptionOf, imagesOf, sizesOf } from './supply_text.mjs';

const NO_PRICES = ['Please inquire', '--', '', null, 'N/A', '1.2O'];
const one = (list, seed) => list[hash(String(seed)) % list.length];
const tells = (product, lie) => product.card.lies.includes(lie);
const asText = (list, seed) =>
  one([JSON.stringify(list), list, list.length === 1 ? list[0] : JSON.stringify(list)], seed);

function priceOf(variant) {
  const { product, vid, costCents } = variant;
  if (tells(product, 'unreadablePrice')) {
    return one(NO_PRICES, product.pid);
  }
  if (tells(product, 'priceRange')) {
    return oddPrice(Math.max(1, Math.floor(costCents * 0.7)), costCents, vid);
  }
  return oddAmount(costCents, vid);
}

/** A weight as number, text, text with decimals or a range of which the larger end is meant. */
function oddWeight(grams, seed) {
  return one(
    [grams, String(grams), grams.toFixed(1), `${Math.floor(grams * 0.9)}.00-${grams}.00`],
    `weight ${seed}`,
  );
}

const weightOf = (product, grams, seed) =>
  tells(product, 'noWeight')
    ? one([null, '', 0, '0.0', 'unknown'], product.pid)
    : oddWeight(grams, seed);

export function variantFields(variant, imageBase) {
  const { product } = variant;
  const [length, width, height] = sizesOf(product.card);
  const image = imagesOf(product.card)[0];
  return {
    vid: oddId(variant.vid),
    pid: oddId(variant.pid),
    variantName: null,
    variantNameEn: variant.name,
    variantSku: variant.sku,
    variantImage: image ? imageBase + image : null,
    variantKey: variant.style,
    variantUnit: null,
    variantLength: length,
    variantWidth: width,
    variantHeight: height,
    variantVolume: length * width * height,
    variantWeight: weightOf(product, variant.grams, variant.vid),
    variantSellPrice: priceOf(variant),
    variantSugSellPrice: oddAmount(variant.costCents * 3, variant.vid),
    variantStandard: `long=${length},width=${width},height=${height}`,
    createTime: chinaTime(product.createdAt),
    combineNum: null,
    combineVariants: [],
  };
}

function rangeOf(product) {
  if (tells(product, 'unreadablePrice')) {
    return one(NO_PRICES, product.pid);
  }
  const prices = product.variants.map((v) => v.costCents);
  return oddPrice(Math.min(...prices), Math.max(...prices), product.pid);
}

const materialOf = (product) => one(product.card.category.materials, `material ${product.pid}`);

function imageFields(product, imageBase) {
  const urls = imagesOf(product.card).map((path) => imageBase + path);
  return {
    bigImage: urls[0] ?? null,
    productImage: urls.length ? asText(urls, `image ${product.pid}`) : '[]',
    productImageSet: hash(`set ${product.pid}`) % 5 === 0 ? null : urls,
  };
}

/** Everything of product/query but the variants. */
export function productFields(product, imageBase) {
  const { card, pid } = product;
  const { first, second, third, hsCode } = card.category;
  const material = materialOf(product);
  return {
    pid: oddId(pid),
    productName: JSON.stringify([product.title]),
    productNameEn: product.title,
    productSku: product.sku,
    ...imageFields(product, imageBase),
    productWeight: weightOf(product, card.grams, pid),
    packingWeight: tells(product, 'noWeight') ? null : oddWeight(card.grams + 20, `packed ${pid}`),
    productType: 'ORDINARY_PRODUCT',
    productUnit: 'unit(s)',
    categoryId: card.categoryId,
    categoryName: `${first} / ${second} / ${third}`,
    entryCode: tells(product, 'noHsCode')
      ? one([null, '', '0'], pid)
      : one([hsCode, Number(hsCode)], pid),
    entryNameEn: card.thing,
    materialNameEn: asText([material], `material ${pid}`),
    packingNameEn: asText(['Opp bag'], `packing ${pid}`),
    productKeyEn: product.keys,
    productProEnSet: [card.sensitive ? 'BATTERY' : 'COMMON'],
    description: descriptionOf(card, material, imageBase),
    sellPrice: rangeOf(product),
    suggestSellPrice: null,
    listedNum: one([product.listed, String(product.listed)], `listed ${pid}`),
    status: one(['3', 3], `status ${pid}`),
    supplierId: null,
    supplierName: null,
    createrTime: chinaTime(product.createdAt),
  };
}

const totalIn = (product, country) =>
  product.variants.reduce((sum, v) => sum + v.stock[country], 0);

function stockFields(product) {
  const CN = totalIn(product, 'CN');
  const US = totalIn(product, 'US');
  const info = [{ countryCode: 'CN', totalInventoryNum: CN }];
  if (US > 0) {
    info.push({ countryCode: 'US', totalInventoryNum: US });
  }
  const told = hash(`info ${product.pid}`) % 4;
  return {
    warehouseInventoryNum: told === 3 ? null : CN + US,
    totalVerifiedInventory: told === 2 ? null : US,
    totalUnVerifiedInventory: told === 2 ? null : CN,
    verifiedWarehouse: US > 0 ? 1 : 2,
    ...(told === 0 ? {} : { inventoryInfo: JSON.stringify(info) }),
    ...(told === 1 ? { variantInventories: '[]' } : {}),
  };
}

/** A row of product/listV2. */
export function rowFields(product, features, imageBase) {
  const { card, pid } = product;
  const sellPrice = rangeOf(product);
  return {
    id: oddId(pid),
    nameEn: product.title,
    sku: product.sku,
    spu: product.sku,
    bigImage: imageFields(product, imageBase).bigImage,
    sellPrice,
    nowPrice: typeof sellPrice === 'string' ? sellPrice.split(/ ?-/)[0] : sellPrice,
    discountPrice: null,
    discountPriceRate: null,
    listedNum: one([product.listed, String(product.listed)], `row ${pid}`),
    categoryId: card.categoryId,
    ...(features.includes('enable_category')
      ? {
          threeCategoryName: card.category.third,
          twoCategoryName: card.category.second,
          oneCategoryName: card.category.first,
        }
      : {}),
    ...(features.includes('enable_description')
      ? { description: descriptionOf(card, materialOf(product), imageBase) }
      : {}),
    addMarkStatus: 0,
    isVideo: 0,
    productType: '0',
    supplierName: null,
    createAt: product.createdAt,
    ...stockFields(product),
    deliveryCycle: '3-5',
    saleStatus: '3',
    hasCECertification: 0,
    myProduct: one([false, 0, '0'], pid),
    currency: 'USD',
  };
}
