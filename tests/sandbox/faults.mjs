// Faults that can be switched on while the sandbox runs: see README.md for the kinds.

const KINDS = ['delay', 'status', 'throttle', 'garbage', 'hang', 'drop'];
const SERVICES = ['shopify', 'cj', '*'];

export class Faults {
  constructor(rng, list = []) {
    this.rng = rng;
    this.list = list;
  }

  /** Adds a fault; throws an Error that says what is wrong with it. */
  add(spec) {
    const fault = {
      id: 1 + this.list.reduce((most, f) => Math.max(most, f.id), 0),
      service: spec.service ?? '*',
      operation: spec.operation ?? '*',
      kind: spec.kind,
      rate: spec.rate ?? 1,
      count: spec.count ?? null,
      ms: spec.ms ?? (spec.kind === 'delay' ? 1000 : null),
      status: spec.status ?? 500,
      after: spec.after ?? false,
      hits: 0,
    };
    if (!SERVICES.includes(fault.service)) {
      throw new Error(`service must be one of ${SERVICES.join(', ')}`);
    }
    if (!KINDS.includes(fault.kind)) {
      throw new Error(`kind must be one of ${KINDS.join(', ')}`);
    }
    if (!(fault.rate >= 0 && fault.rate <= 1)) {
      throw new Error('rate must be between 0 and 1');
    }
    this.list.push(fault);
    return fault;
  }

  clear() {
    this.list.length = 0;
  }

  /**
   * Chooses the faults of one request: at most one delay and one other. `names` are the names the
   * operation goes by (a GraphQL operation name and its root fields, or a CJ path and its last part).
   */
  choose(service, names) {
    const chosen = { delayMs: 0, other: null };
    for (const fault of this.list) {
      if (!this.#matches(fault, service, names)) {
        continue;
      }
      const isDelay = fault.kind === 'delay';
      if (!isDelay && chosen.other) {
        continue;
      }
      if (!this.rng.chance(fault.rate)) {
        continue;
      }
      fault.hits += 1;
      if (isDelay) {
        chosen.delayMs += fault.ms;
      } else {
        chosen.other = fault;
      }
    }
    return chosen;
  }

  #matches(fault, service, names) {
    return (
      (fault.service === '*' || fault.service === service) &&
      (fault.operation === '*' || names.includes(fault.operation)) &&
      (fault.count === null || fault.hits < fault.count)
    );
  }
}

export const GARBAGE =
  '<html><head><title>502 Bad Gateway</title></head><body><center>upstream</center>';
