// The large CJ catalogue: found, looked up, moved by the day and by hand, quoted and ordered.

import assert from 'node:assert/strict';
import test from 'node:test';
import { startSandbox } from '../testing.mjs';
import { Catalog } from '../catalog.mjs';

const DAY_S = 86400;
const start = async (t, changes = {}, saved = {}) => {
  const sandbox = await startSandbox(t, { cjPoints: 0, ...changes }, saved);
  await sandbox.login();
  return sandbox;
};
const data = async (sandbox, path) => {
  const { json } = await sandbox.cj('GET', path);
  assert.equal(json.message ?? 'Success', 'Success');
  return json.data;
};
const rowsOf = (found) => found.content[0].productList;
/** Ids may be bare 19-digit numbers: read them as text. */
const idsIn = (text, name) =>
  [...text.matchAll(new RegExp(`"${name}":"?([0-9A-F-]+)"?`, 'g'))].map((m) => m[1]);
const pidWith = async (sandbox, query) =>
  (await sandbox.control('GET', `/cj/products?limit=1&${query}`)).products[0].pid;

test('5,000 products are there before anybody asks, within a moment', () => {
  const began = performance.now();
  const catalog = new Catalog(7, [], { size: 5000, imageBase: '', clock: { now: () => 0 } });
  assert.equal(catalog.variants.length, 120);
  assert.ok(performance.now() - began < 300);
  assert.equal(catalog.supply.cards.length, 0);
  assert.equal(catalog.supply.all().length, 5000);
});

test('the 40 products of the first shop have the ids, SKUs and prices they always had', () => {
  const bare = new Catalog(1).variants.map(({ vid, sku, costCents, shopPriceCents }) => [
    vid,
    sku,
    costCents,
    shopPriceCents,
  ]);
  const more = new Catalog(1, [], { size: 5000, imageBase: '', clock: { now: () => 0 } });
  assert.deepEqual(
    more.variants.map(({ vid, sku, costCents, shopPriceCents }) => [
      vid,
      sku,
      costCents,
      shopPriceCents,
    ]),
    bare,
  );
  assert.deepEqual(bare[0].slice(0, 2), ['2509180000000700000', 'CJPE20010001AZ']);
  assert.deepEqual(bare[119].slice(0, 2), ['2509180000000700119', 'CJKI20013903CZ']);
});

test('no two things of the catalogue share an id or a SKU, and each is found by its own', () => {
  const { supply, ...catalog } = new Catalog(3, [], {
    size: 600,
    imageBase: '',
    clock: { now: () => 0 },
  });
  const seen = new Set();
  for (const card of supply.all()) {
    const product = supply.product(card.index);
    assert.equal(catalog.byPid.get(product.pid), product);
    assert.equal(catalog.byProductSku.get(product.sku), product);
    for (const v of product.variants) {
      assert.equal(catalog.byVid.get(v.vid), v);
      assert.equal(catalog.bySku.get(v.sku), v);
      seen.add(v.vid).add(v.sku);
    }
    seen.add(product.pid).add(product.sku);
  }
  const variants = supply
    .all()
    .reduce((sum, c) => sum + supply.product(c.index).variants.length, 0);
  assert.equal(seen.size, 2 * (variants + 600));
  for (const odd of [
    '',
    '2510010000000000001',
    '25100200000000000ff',
    'CJPE300000001ZZ',
    '2510020999999999999',
    '9',
    null,
  ]) {
    assert.equal(catalog.byPid.get(odd), undefined);
    assert.equal(catalog.byVid.get(odd), undefined);
    assert.equal(catalog.bySku.get(odd), undefined);
  }
});

test('the same seed and day give the same catalogue, another seed another', () => {
  const look = (seed, now) => {
    const { supply } = new Catalog(seed, [], {
      size: 200,
      imageBase: '',
      clock: { now: () => now },
    });
    return supply
      .all()
      .map((c) => [
        c.pid,
        c.title,
        supply.listed(c),
        supply.product(c.index).variants.map((v) => [v.costCents, v.stock.CN]),
      ]);
  };
  const noon = Date.UTC(2026, 10, 21, 12);
  assert.deepEqual(look(1, noon), look(1, noon + 3600_000));
  assert.notDeepEqual(look(1, noon), look(1, noon + DAY_S * 1000));
  assert.notDeepEqual(look(1, noon), look(2, noon));
});

test('a search pages through what it found without a gap or a double', async (t) => {
  const sandbox = await start(t, { cjProducts: 250 });
  const seen = [];
  let total;
  for (let page = 1; page <= 4; page++) {
    const { text, json } = await sandbox.cj(
      'GET',
      `product/listV2?page=${page}&size=80&orderBy=1&sort=desc`,
    );
    total = json.data.totalRecords;
    seen.push(...idsIn(text, 'id'));
  }
  assert.equal(seen.length, total);
  assert.equal(new Set(seen).size, total);
  assert.deepEqual(rowsOf(await data(sandbox, 'product/listV2?page=9&size=80')), []);
});

test('a search narrows by words, category, price and warehouse, and sorts', async (t) => {
  const sandbox = await start(t);
  const words = rowsOf(await data(sandbox, 'product/listV2?size=100&keyWord=Dog%20Leash'));
  assert.ok(words.length > 3);
  assert.ok(words.every((r) => /dog/i.test(r.nameEn) && /leash/i.test(r.nameEn)));
  const tree = await data(sandbox, 'product/getCategory');
  const leaf = tree[0].categoryFirstList[0].categorySecondList[0];
  const inside = await data(
    sandbox,
    `product/listV2?size=100&features=enable_category&categoryId=${leaf.categoryId}`,
  );
  assert.ok(inside.totalRecords > 20);
  assert.ok(
    rowsOf(inside).every(
      (r) => r.categoryId === leaf.categoryId && r.threeCategoryName === leaf.categoryName,
    ),
  );
  const band = rowsOf(
    await data(
      sandbox,
      'product/listV2?size=100&orderBy=2&sort=asc&startSellPrice=2&endSellPrice=2.5',
    ),
  );
  const prices = band
    .map((r) => r.sellPrice)
    .filter((p) => /^[0-9. -]+$/.test(p ?? '') && p !== '--')
    .map((p) => parseFloat(p));
  assert.ok(prices.length > 50 && prices.every((p) => p >= 2 && p <= 2.5));
  assert.deepEqual(
    prices,
    [...prices].sort((a, b) => a - b),
  );
  const us = rowsOf(await data(sandbox, 'product/listV2?size=100&countryCode=US'));
  assert.ok(us.every((r) => r.totalVerifiedInventory === null || r.totalVerifiedInventory > 0));
  const listed = rowsOf(await data(sandbox, 'product/listV2?size=100&orderBy=1')).map((r) =>
    Number(r.listedNum),
  );
  assert.deepEqual(
    listed,
    [...listed].sort((a, b) => b - a),
  );
});

test('there are always new products, and the newest come first when asked for', async (t) => {
  const sandbox = await start(t, { cjProducts: 800 });
  for (const days of [0, 400, 800]) {
    await sandbox.control('POST', '/clock', { offset_s: days * DAY_S });
    if (days > 0) {
      await sandbox.login();
    }
    const found = await data(sandbox, 'product/listV2?size=100&orderBy=3&sort=desc');
    const ages = rowsOf(found).map((r) => sandbox.world.clock.now() - r.createAt);
    assert.ok(ages.every((age, i) => i === 0 || age >= ages[i - 1]));
    const fresh = await data(sandbox, 'product/listV2?size=100&productFlag=1');
    assert.ok(fresh.totalRecords > 5 && fresh.totalRecords < 80);
    const limit = sandbox.world.clock.now() - 30 * DAY_S * 1000;
    assert.ok(rowsOf(fresh).every((r) => r.createAt > limit));
  }
});

test('what a search must not ask for is refused with a code', async (t) => {
  const sandbox = await start(t);
  for (const query of ['size=101', 'size=0', 'page=0', 'page=1001', 'orderBy=9', 'page=x']) {
    const { json } = await sandbox.cj('GET', `product/listV2?${query}`);
    assert.equal(json.code, 1600300, query);
  }
  assert.equal((await sandbox.cj('POST', 'product/listV2', {})).json.code, 16900202);
});

test('at most 6,000 are told, as at the real catalogue', async (t) => {
  const sandbox = await start(t, { cjProducts: 7000 });
  assert.equal((await data(sandbox, 'product/listV2?size=100')).totalRecords, 6000);
  assert.deepEqual(rowsOf(await data(sandbox, 'product/listV2?size=100&page=61')), []);
});

test('a search costs 50 points, a look-up 10, the categories nothing', async (t) => {
  const sandbox = await start(t, { cjPoints: 130 });
  const pid = await pidWith(sandbox, '');
  const code = async (path) => (await sandbox.cj('GET', path)).json.code;
  assert.equal(await code('product/listV2?size=1'), 200);
  assert.equal(await code(`product/query?pid=${pid}`), 200);
  assert.equal(await code(`product/stock/getInventoryByPid?pid=${pid}`), 0);
  assert.equal(await code('product/getCategory'), 200);
  assert.equal(await code('product/listV2?size=1'), 200);
  assert.equal(await code(`product/query?pid=${pid}`), 200);
  assert.equal(await code(`product/query?pid=${pid}`), 16900500);
});

test('product, variants, stock and search tell the same of a product', async (t) => {
  const sandbox = await start(t);
  const pid = await pidWith(sandbox, 'lie=none&kind=steady');
  const sheet = await sandbox.control('GET', `/cj/products/${pid}`);
  const { text, json } = await sandbox.cj('GET', `product/query?pid=${pid}`);
  const product = json.data;
  assert.equal(product.productNameEn, sheet.title);
  assert.equal(Number(product.listedNum), sheet.listed);
  assert.equal(Number(product.entryCode), Number(sheet.hsCode));
  assert.deepEqual(
    idsIn(text, 'vid'),
    sheet.variants.map((v) => v.vid),
  );
  assert.deepEqual(
    product.variants.map((v) => Number(v.variantSellPrice)),
    sheet.variants.map((v) => v.price),
  );
  assert.equal(
    product.productKeyEn.split('-').length,
    product.variants[0].variantKey.split('-').length,
  );
  const one = await data(sandbox, `product/variant/queryByVid?vid=${sheet.variants[0].vid}`);
  assert.equal(one.variantSku, sheet.variants[0].sku);
  const bySku = await data(sandbox, `product/variant/query?variantSku=${sheet.variants[0].sku}`);
  assert.equal(bySku.length, 1);
  const rows = await data(sandbox, `product/stock/queryByVid?vid=${sheet.variants[0].vid}`);
  assert.equal(rows[0].storageNum, sheet.variants[0].stock.CN);
  const all = await data(sandbox, `product/stock/getInventoryByPid?pid=${pid}`);
  assert.deepEqual(
    all.variantInventories.map(({ inventory: [cn] }) => cn.totalInventory ?? cn.totalInventoryNum),
    sheet.variants.map((v) => v.stock.CN),
  );
});

test('prices, weights, lists and ids come in all the forms that are documented', async (t) => {
  const sandbox = await start(t);
  const forms = {
    id: new Set(),
    price: new Set(),
    weight: new Set(),
    image: new Set(),
    inventory: new Set(),
    pid: new Set(),
  };
  const found = await sandbox.cj('GET', 'product/listV2?size=100');
  for (const [, quote] of found.text.matchAll(/"id":("?)/g)) {
    forms.id.add(quote ? 'text' : 'number');
  }
  for (const row of rowsOf(found.json.data)) {
    forms.price.add(
      typeof row.sellPrice === 'number'
        ? 'number'
        : /--/.test(row.sellPrice)
          ? 'long range'
          : /-/.test(row.sellPrice)
            ? 'range'
            : 'text',
    );
    forms.inventory.add(typeof row.inventoryInfo);
  }
  for (const pid of idsIn(found.text, 'id')) {
    const { json } = await sandbox.cj('GET', `product/query?pid=${pid}`);
    const p = json.data;
    forms.weight.add(
      typeof p.productWeight === 'string' && /-/.test(p.productWeight)
        ? 'range'
        : typeof p.productWeight,
    );
    forms.image.add(typeof p.productImage === 'string' ? p.productImage[0] : 'list');
    forms.pid.add(pid.includes('-') ? 'uuid' : 'digits');
  }
  assert.deepEqual([...forms.id].sort(), ['number', 'text']);
  assert.deepEqual([...forms.price].sort(), ['long range', 'number', 'range', 'text']);
  assert.deepEqual([...forms.inventory].sort(), ['string', 'undefined']);
  assert.ok(['number', 'range', 'string'].every((f) => forms.weight.has(f)));
  assert.ok(['[', 'list'].every((f) => forms.image.has(f)));
  assert.deepEqual([...forms.pid].sort(), ['digits', 'uuid']);
});

/** lie -> what is seen of it in product/query */
const SEEN = {
  brand: (p, s) => assert.match(p.productNameEn, new RegExp(s.brand)),
  brandInText: (p, s) => assert.match(p.description, new RegExp(s.brand)),
  instructions: (p) =>
    assert.match(p.description, /ignore (all )?previous instructions|disregard the rules/i),
  script: (p) => assert.match(p.description, /<script|onerror=|<iframe|javascript:|onload=/),
  health: (p) => assert.match(p.description, /cures|proven|recommended|Detox|Anti-inflammatory/),
  noWeight: (p) => assert.ok(!(parseFloat(p.variants[0].variantWeight) > 0)),
  cent: (p) => assert.equal(Number(p.variants[0].variantSellPrice), 0.01),
  unreadablePrice: (p) =>
    assert.ok(!/^[0-9.]+$/.test(String(p.variants[0].variantSellPrice ?? ''))),
  priceRange: (p) => assert.match(p.variants[0].variantSellPrice, /^[0-9.]+( --? |-)[0-9.]+$/),
  noHsCode: (p) => assert.ok(!p.entryCode || p.entryCode === '0'),
  ambiguousKey: (p) =>
    assert.ok(
      p.variants.some((v) => v.variantKey.split('-').length !== p.productKeyEn.split('-').length),
    ),
  noImages: (p) => assert.equal(p.bigImage, null),
  chinese: (p) => assert.match(p.description, /[\u4e00-\u9fff]/),
  longName: (p) =>
    assert.ok(Buffer.byteLength(p.productNameEn) > 512 || p.productNameEn.length > 300),
  noText: (p) => assert.ok(!p.description || !/[a-z]{3}/.test(p.description)),
};

for (const [lie, check] of Object.entries(SEEN)) {
  test(`a product that tells the lie "${lie}" can be told by its answer and its fact sheet`, async (t) => {
    const sandbox = await start(t, { cjProducts: 1500 });
    const { products } = await sandbox.control('GET', `/cj/products?lie=${lie}&limit=400`);
    const { pid } = products.find((p) => p.lies.length === 1) ?? products[0];
    const sheet = await sandbox.control('GET', `/cj/products/${pid}`);
    assert.ok(sheet.lies.includes(lie));
    check((await sandbox.cj('GET', `product/query?pid=${pid}`)).json.data, sheet);
  });
}

test('listings move by the day as their kind says', async (t) => {
  const sandbox = await start(t, { cjProducts: 400 });
  const { supply } = sandbox.world.catalog;
  const { day } = supply;
  const grown = (card, from, to) => supply.listed(card, to) - supply.listed(card, from);
  const of = (kind) => supply.all().filter((c) => c.kind === kind);
  const everyDay = (kind, test) =>
    of(kind).every((c) =>
      Array.from({ length: 70 }, (_, i) => grown(c, day + i, day + i + 1)).every(test),
    );
  assert.ok(everyDay('steady', (n) => n >= 0 && n < 7));
  assert.ok(everyDay('quiet', (n) => n === 0 || n === 1));
  assert.ok(everyDay('fading', (n) => n >= 0));
  assert.ok(
    of('rising').some((c) => grown(c, day - 7, day) > 3 * (grown(c, day - 28, day - 7) / 3)),
  );
  assert.ok(of('fading').some((c) => grown(c, day - 7, day) === 0 && grown(c, day - 60, day) > 20));
  assert.ok(
    of('reset').every((c) =>
      Array.from({ length: 60 }, (_, i) => day + i).some(
        (d) => supply.listed(c, d + 1) < supply.listed(c, d) / 2,
      ),
    ),
  );
});

test('the control clock turns the days: prices, stock and what is on sale change with them', async (t) => {
  const sandbox = await start(t, { cjProducts: 1200 });
  const look = async () =>
    new Map(
      (await sandbox.control('GET', '/cj/products?limit=1200')).products.map((p) => [p.pid, p]),
    );
  const now = await look();
  await sandbox.control('POST', '/clock', { offset_s: 20 * DAY_S });
  const later = await look();
  const both = [...now.values()].filter((p) => later.has(p.pid)).map((p) => [p, later.get(p.pid)]);
  assert.ok(both.filter(([a, b]) => a.price.min !== b.price.min).length > 50);
  assert.ok(both.filter(([a, b]) => a.stock.CN !== b.stock.CN).length > 600);
  assert.ok([...now.keys()].some((pid) => !later.has(pid)));
  await sandbox.control('POST', '/clock', { offset_s: 0 });
  assert.deepEqual(await look(), now);
});

test('a hand moves price, stock and listings of a product, takes it off the shelf and lets go again', async (t) => {
  const sandbox = await start(t);
  const pid = await pidWith(sandbox, 'lie=none&kind=steady');
  const before = await sandbox.control('GET', `/cj/products/${pid}`);
  const moved = await sandbox.control('POST', `/cj/products/${pid}`, {
    price: 9.5,
    stock: 3,
    listed: 12345,
  });
  assert.equal(moved.listed, 12345);
  assert.ok(moved.price.min >= 9.5 && moved.price.min < 11);
  assert.equal(moved.stock.CN, 3 * before.variants.length);
  const { json } = await sandbox.cj('GET', `product/query?pid=${pid}`);
  assert.equal(Number(json.data.listedNum), 12345);
  assert.ok(json.data.variants.every((v) => Number(v.variantSellPrice) >= 9.5));
  await sandbox.control('POST', `/cj/products/${pid}`, { gone: true });
  assert.equal((await sandbox.cj('GET', `product/query?pid=${pid}`)).json.code, 1602002);
  assert.equal(
    (await sandbox.cj('GET', `product/stock/getInventoryByPid?pid=${pid}`)).json.code,
    1602002,
  );
  assert.equal(
    (await sandbox.cj('GET', `product/variant/queryByVid?vid=${before.variants[0].vid}`)).json.code,
    1602003,
  );
  const after = await sandbox.control('POST', `/cj/products/${pid}`, {
    gone: null,
    price: null,
    stock: null,
    listed: null,
  });
  assert.deepEqual(
    [after.price, after.stock, after.listed, after.gone],
    [before.price, before.stock, before.listed, false],
  );
  await assert.rejects(
    sandbox.control('POST', `/cj/products/${pid}`, { colour: 'red' }),
    /none of/,
  );
  await assert.rejects(sandbox.control('GET', '/cj/products/9'), /no product/);
  assert.equal((await sandbox.cj('GET', 'product/query?pid=9')).json.code, 1602001);
});

test('some goods ship by few methods and some by none', async (t) => {
  const sandbox = await start(t);
  const { supply } = sandbox.world.catalog;
  const quote = async (test) => {
    const card = supply.all().find((c) => !supply.gone(c) && test(c));
    const body = {
      startCountryCode: 'CN',
      endCountryCode: 'US',
      products: [{ vid: supply.product(card.index).variants[0].vid, quantity: 1 }],
    };
    const { json } = await sandbox.cj('POST', 'logistic/freightCalculate', body);
    assert.equal(json.code, 200);
    return json.data.map((m) => m.logisticName);
  };
  const plain = (c) => !c.lies.includes('noFreight');
  assert.deepEqual(await quote((c) => c.lies.includes('noFreight')), []);
  assert.deepEqual(await quote((c) => plain(c) && c.sensitive), [
    'CJPacket Sensitive',
    'DHL Official',
  ]);
  assert.equal((await quote((c) => plain(c) && !c.sensitive)).length, 4);
});

/** Smallest price ending in .99 that leaves 30 % and 5 dollars after fees and returns. */
function soundPrice(landed) {
  for (let price = 99; ; price += 100) {
    const left = price - landed - Math.round(price * 0.029) - 30 - Math.ceil(0.06 * (price + 250));
    if (left >= 500 && left >= 0.3 * price) {
      return price;
    }
  }
}

test('about a third of the products leaves a sound margin at ten times the cost or less', async (t) => {
  const sandbox = await start(t, { cjProducts: 1500 });
  const { products } = await sandbox.control('GET', '/cj/products?limit=1500');
  let sound = 0;
  for (const { pid } of products) {
    const sheet = await sandbox.control('GET', `/cj/products/${pid}`);
    const bad = [
      'noFreight',
      'noStock',
      'noWeight',
      'cent',
      'unreadablePrice',
      'noHsCode',
      'ambiguousKey',
      'restricted',
      'brand',
    ];
    const passes = sheet.variants.every((v) => {
      const price = soundPrice(100 * (v.price + (v.freight.US ?? 1000)));
      return price <= 1000 * v.price && price <= 12000;
    });
    sound += passes && !sheet.lies.some((l) => bad.includes(l)) ? 1 : 0;
  }
  const part = sound / products.length;
  assert.ok(part > 0.25 && part < 0.42, `${part}`);
});

test('a product of the large catalogue is ordered, paid, taken from the shelf and survives a restart', async (t) => {
  const sandbox = await start(t, { cjProducts: 300 });
  const pid = await pidWith(sandbox, 'lie=none&kind=steady');
  const { variants } = await sandbox.control('GET', `/cj/products/${pid}`);
  const [{ vid, sku, stock, price }] = variants;
  const order = sandbox.world.customers.order();
  const orderId = await sandbox.buy(order, {
    orderNumber: 'BIG-1',
    products: [
      { vid, quantity: 2 },
      { sku: variants.at(-1).sku, quantity: 1 },
    ],
  });
  const { json } = await sandbox.cj('GET', `shopping/order/getOrderDetail?orderId=${orderId}`);
  assert.equal(json.data.orderStatus, 'UNSHIPPED');
  assert.equal(json.data.productList[0].sku, sku);
  assert.equal(sandbox.world.supplier.find(orderId).lines[0].cents, Math.round(price * 100));
  const left = (world) => world.catalog.byVid.get(vid).stock.CN;
  const taken = variants.length > 1 ? 2 : 3;
  assert.equal(left(sandbox.world), stock.CN - taken);
  await sandbox.control('POST', `/cj/variants/${sku}`, { price: 7.77 });
  const saved = JSON.parse(JSON.stringify(sandbox.world.save()));
  const { world: again } = await startSandbox(t, { cjProducts: 300 }, saved);
  assert.equal(left(again), stock.CN - taken);
  assert.equal(again.catalog.byVid.get(vid).costCents, 777);
});

test('pictures are small, valid and their own, also under the base that was asked for', async (t) => {
  const sandbox = await start(t, { imageBase: 'http://pictures.example/cj-images' });
  const pid = await pidWith(sandbox, 'lie=none');
  const { images } = await sandbox.control('GET', `/cj/products/${pid}`);
  assert.match(images[0], /^http:\/\/pictures\.example\/cj-images\/quick\/product\//);
  const get = (name) => fetch(`${sandbox.base}/cj-images/quick/product/${name}`);
  const bytes = async (name) => Buffer.from(await (await get(name)).arrayBuffer());
  const [png, jpg, other] = [
    await bytes('a-1.png'),
    await bytes('a-1.jpg'),
    await bytes('a-2.jpg'),
  ];
  assert.deepEqual(png.subarray(0, 8), Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]));
  assert.deepEqual(png.subarray(-8, -4), Buffer.from('IEND'));
  assert.deepEqual([jpg[0], jpg[1], jpg.at(-2), jpg.at(-1)], [0xff, 0xd8, 0xff, 0xd9]);
  assert.ok(png.length < 2000 && jpg.length < 2000 && !jpg.equals(other));
  assert.equal((await get('a-1.jpg')).headers.get('content-type'), 'image/jpeg');
  assert.match((await bytes('missing-a-1.jpg')).toString(), /^<html>/);
  assert.equal((await get('a-1.gif')).status, 404);
});
