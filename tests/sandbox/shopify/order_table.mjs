// All orders of the shop with the indexes a page of a search needs: no request walks all orders to find its start.

const KEYS = {
  CREATED_AT: (o) => o.createdAt,
  PROCESSED_AT: (o) => o.createdAt,
  UPDATED_AT: (o) => o.updatedAt,
  ID: (o) => o.id,
  ORDER_NUMBER: (o) => o.number,
};

/** Instants count in whole seconds, as in the API. */
const floorKey = (key, value) => (key.endsWith('_AT') ? Math.floor(value / 1000) * 1000 : value);

export class OrderTable {
  constructor(orders = []) {
    this.byId = new Map();
    this.byName = new Map();
    this.sorted = new Map();
    this.stale = new Set();
    for (const order of orders) {
      this.add(order);
    }
  }

  get size() {
    return this.byId.size;
  }

  add(order) {
    this.byId.set(order.id, order);
    this.byName.set(order.name, order);
    for (const list of this.sorted.values()) {
      list.push(order);
    }
    this.touched();
  }

  touched() {
    for (const key of this.sorted.keys()) {
      this.stale.add(key);
    }
  }

  keyOf(sortKey, order) {
    const key = KEYS[sortKey] ? sortKey : 'CREATED_AT';
    return floorKey(key, KEYS[key](order));
  }

  /** All orders in ascending order of (key, id). Sorting an almost sorted list is cheap. */
  inOrder(sortKey) {
    const key = KEYS[sortKey] ? sortKey : 'CREATED_AT';
    if (!this.sorted.has(key)) {
      this.sorted.set(key, [...this.byId.values()]);
      this.stale.add(key);
    }
    const list = this.sorted.get(key);
    if (this.stale.delete(key)) {
      list.sort((a, b) => this.keyOf(key, a) - this.keyOf(key, b) || a.id - b.id);
    }
    return list;
  }

  /** The place of the first order at or behind (value, id). */
  lowerBound(sortKey, value, id = 0) {
    const list = this.inOrder(sortKey);
    let low = 0;
    let high = list.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      const k = this.keyOf(sortKey, list[mid]);
      if (k < value || (k === value && list[mid].id < id)) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    return low;
  }
}
