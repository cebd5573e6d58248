// The sandbox's clock (real time plus an offset) and its agenda of things that are due later.

export class Clock {
  constructor(offsetMs = 0) {
    this.offsetMs = offsetMs;
  }

  now() {
    return Date.now() + this.offsetMs;
  }
}

/** Shopify's instants have whole seconds. */
export function isoSeconds(ms) {
  return ms == null
    ? null
    : new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** "2026-11-20 10:00:00", UTC, as CJ writes most of its times. */
export function plainTime(ms) {
  return ms == null ? null : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** "2026-12-05T10:00:00+08:00", as CJ writes the dates of its tokens. */
export function chinaTime(ms) {
  return new Date(ms + 8 * 3600_000).toISOString().slice(0, 19) + '+08:00';
}

/** A binary heap of {at, kind, ...}; items are plain data so that they can be saved. */
export class Agenda {
  constructor(items = []) {
    this.heap = [];
    for (const item of items) {
      this.add(item);
    }
  }

  get size() {
    return this.heap.length;
  }

  add(item) {
    const heap = this.heap;
    let i = heap.push(item) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (heap[up].at <= heap[i].at) {
        break;
      }
      [heap[up], heap[i]] = [heap[i], heap[up]];
      i = up;
    }
  }

  /** Takes the earliest item that is due, or undefined. */
  takeDue(now) {
    const heap = this.heap;
    if (heap.length === 0 || heap[0].at > now) {
      return undefined;
    }
    const first = heap[0];
    const last = heap.pop();
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  /** Removes what the test says; used when a person moves a parcel by hand. */
  removeWhere(test) {
    const kept = this.heap.filter((item) => !test(item));
    this.heap = [];
    kept.forEach((item) => this.add(item));
  }

  #sink() {
    const heap = this.heap;
    for (let i = 0; ;) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < heap.length && heap[left].at < heap[least].at) {
        least = left;
      }
      if (right < heap.length && heap[right].at < heap[least].at) {
        least = right;
      }
      if (least === i) {
        return;
      }
      [heap[least], heap[i]] = [heap[i], heap[least]];
      i = least;
    }
  }
}
