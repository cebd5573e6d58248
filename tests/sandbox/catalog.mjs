// What is sold: about 40 products with 3 variants each, the same at CJ and in the shop (shop sku = CJ variantSku). Behind them
// stands CJ's large catalogue (cj/supply.mjs), of which the shop sells nothing yet; look-ups by id and SKU reach both.

import { Supply } from './cj/supply.mjs';
import { Rng } from './rng.mjs';

const THINGS = [
  ['Foldable Dog Bowl', 'Pets', 90],
  ['Cat Tunnel Toy', 'Pets', 320],
  ['Pet Grooming Glove', 'Pets', 110],
  ['Slow Feeder Mat', 'Pets', 180],
  ['Retractable Dog Leash', 'Pets', 260],
  ['Travel Water Bottle for Dogs', 'Pets', 210],
  ['Bamboo Cutting Board', 'Kitchen', 480],
  ['Silicone Baking Mat', 'Kitchen', 150],
  ['Pour Over Coffee Set', 'Kitchen', 420],
  ['Magnetic Knife Strip', 'Kitchen', 390],
  ['Spice Jar Rack', 'Kitchen', 510],
  ['Reusable Food Wraps', 'Kitchen', 80],
  ['Herb Scissors', 'Kitchen', 140],
  ['Stackable Storage Box', 'Home', 430],
  ['Motion Sensor Night Light', 'Home', 120],
  ['Drawer Divider Set', 'Home', 280],
  ['Linen Cushion Cover', 'Home', 190],
  ['Wall Mounted Key Hooks', 'Home', 160],
  ['Aroma Stone Diffuser', 'Home', 240],
  ['Door Draft Stopper', 'Home', 350],
  ['Foldable Laundry Basket', 'Home', 460],
  ['Resistance Band Set', 'Sports', 310],
  ['Yoga Block Pair', 'Sports', 270],
  ['Running Belt Bag', 'Sports', 100],
  ['Jump Rope with Counter', 'Sports', 200],
  ['Quick Dry Gym Towel', 'Sports', 170],
  ['Balance Disc', 'Sports', 520],
  ['Phone Stand for Desk', 'Office', 150],
  ['Cable Organizer Sleeve', 'Office', 90],
  ['Laptop Sleeve', 'Office', 260],
  ['Desk Pad', 'Office', 380],
  ['Monitor Riser', 'Office', 540],
  ['Pen Holder Tray', 'Office', 220],
  ['Packing Cube Set', 'Travel', 330],
  ['Memory Foam Neck Pillow', 'Travel', 290],
  ['Toiletry Bag', 'Travel', 180],
  ['Luggage Scale', 'Travel', 110],
  ['Rain Poncho', 'Travel', 130],
  ['Beach Mat', 'Travel', 410],
  ['Insulated Lunch Bag', 'Kitchen', 300],
];

const STYLES = ['Black', 'Blue', 'Green', 'Grey', 'Sand', 'Red', 'White'];
const SIZES = ['S', 'M', 'L'];

function variantOf(rng, product, index, style) {
  const number = product.index * 3 + index;
  const costCents = product.costCents + index * rng.int(20, 90);
  const factor = 2.5 + rng.next() * 0.5;
  return {
    vid: String(2509180000000700000n + BigInt(number)),
    pid: product.pid,
    sku: `CJ${product.code}${String(index + 1).padStart(2, '0')}${'ABC'[index]}Z`,
    style,
    name: `${product.title} ${style}`,
    weight: product.weight + index * 10,
    costCents,
    baseCostCents: costCents,
    offShelf: false,
    stock: { CN: rng.int(1500, 6000), US: number % 5 === 0 ? rng.int(40, 200) : 0 },
    touched: false,
    shopVariantId: 44000000000 + number,
    shopPriceCents: Math.floor((costCents * factor) / 100) * 100 + 95,
  };
}

function productOf(rng, index) {
  const [title, category, weight] = THINGS[index];
  const product = {
    index,
    pid: String(2509180000000001000n + BigInt(index)),
    code: `${category.slice(0, 2).toUpperCase()}${200100 + index}`,
    title,
    category,
    weight,
    costCents: rng.int(450, 800) + weight * 3,
    shopProductId: 8000000000 + index,
  };
  product.sku = `CJ${product.code}`;
  const from = rng.int(0, STYLES.length - 3);
  product.variants = SIZES.map((size, i) =>
    variantOf(rng, product, i, `${STYLES[from + i]}-${size}`),
  );
  return product;
}

/** A map that is asked first, and a function for what it does not hold. */
class Lookup {
  constructor(rows, otherwise) {
    this.map = new Map(rows);
    this.otherwise = otherwise;
  }

  get(key) {
    return this.map.get(key) ?? this.otherwise(key);
  }

  has(key) {
    return this.get(key) !== undefined;
  }
}

const NO_SUPPLY = { size: 0, imageBase: '', clock: { now: () => Date.now() } };

/** The whole catalog with its indexes; `saved` puts back what was changed while running. */
export class Catalog {
  /** @param more {size, imageBase, clock} of the large catalogue */
  constructor(seed, saved = [], more = NO_SUPPLY) {
    const rng = new Rng(seed ^ 0x5eed);
    const supply = new Supply(
      { seed, ...more },
      saved.filter((change) => change.vid === undefined),
    );
    this.supply = supply;
    this.products = THINGS.map((_, index) => productOf(rng, index));
    this.variants = this.products.flatMap((p) => p.variants);
    const index = (rows, key, find) =>
      new Lookup(
        rows.map((row) => [row[key], row]),
        find,
      );
    this.byVid = index(this.variants, 'vid', (vid) => supply.byVid(vid));
    this.bySku = index(this.variants, 'sku', (sku) => supply.bySku(sku));
    this.byPid = index(this.products, 'pid', (pid) => supply.byPid(pid));
    this.byProductSku = index(this.products, 'sku', (sku) => supply.byProductSku(sku));
    for (const change of saved.filter(({ vid }) => vid !== undefined)) {
      Object.assign(this.byVid.map.get(change.vid) ?? {}, change);
    }
  }

  find(vidOrSku) {
    return this.byVid.get(vidOrSku) ?? this.bySku.get(vidOrSku);
  }

  /** What a restart must not forget. */
  changes() {
    return [...this.#changed(), ...this.supply.changes()];
  }

  #changed() {
    return this.variants
      .filter((v) => v.dirty)
      .map(({ vid, costCents, offShelf, stock, touched }) => ({
        vid,
        costCents,
        offShelf,
        stock,
        touched,
        dirty: true,
      }));
  }
}
