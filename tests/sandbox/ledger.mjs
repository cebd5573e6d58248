// What really happened at the outside services, in order. The judge reads nothing else but this and the state.

export class Ledger {
  constructor(clock, entries = []) {
    this.clock = clock;
    this.entries = entries;
  }

  /** Notes an effect (or, with refused: true, an attempt that was turned away because it was done already). */
  add(service, operation, facts) {
    const entry = {
      seq: this.entries.length + 1,
      at: new Date(this.clock.now()).toISOString(),
      service,
      operation,
      ...facts,
    };
    this.entries.push(entry);
    return entry;
  }

  after(seq = 0, limit = Infinity) {
    return this.entries.slice(Math.max(0, seq), Math.max(0, seq) + limit);
  }
}
