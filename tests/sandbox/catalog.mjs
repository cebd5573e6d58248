// What is sold: about 40 products with 3 variants each, the same at CJ and in the shop (shop sku = CJ variantSku).

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

/** The whole catalog with its indexes; `saved` puts back what was changed while running. */
export class Catalog {
  constructor(seed, saved = []) {
    const rng = new Rng(seed ^ 0x5eed);
    this.products = THINGS.map((_, index) => productOf(rng, index));
    this.variants = this.products.flatMap((p) => p.variants);
    this.byVid = new Map(this.variants.map((v) => [v.vid, v]));
    this.bySku = new Map(this.variants.map((v) => [v.sku, v]));
    this.byPid = new Map(this.products.map((p) => [p.pid, p]));
    this.byProductSku = new Map(this.products.map((p) => [p.sku, p]));
    for (const change of saved) {
      Object.assign(this.byVid.get(change.vid) ?? {}, change);
    }
  }

  find(vidOrSku) {
    return this.byVid.get(vidOrSku) ?? this.bySku.get(vidOrSku);
  }

  /** What a restart must not forget. */
  changes() {
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
