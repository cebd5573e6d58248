// @idempotent: which mutations demand it, and what a repeat gets.

import { print } from 'graphql';

const MANDATORY = new Set([
  'refundCreate',
  'inventorySetQuantities',
  'inventoryAdjustQuantities',
  'inventoryMoveQuantities',
  'inventorySetOnHandQuantities',
  'inventoryActivate',
  'locationActivate',
  'locationDeactivate',
  'inventoryShipmentCreate',
  'inventoryShipmentCreateInTransit',
  'inventoryShipmentAddItems',
  'inventoryShipmentReceive',
  'inventoryTransferCreate',
  'inventoryTransferCreateAsReadyToShip',
  'inventoryTransferDuplicate',
  'inventoryTransferSetItems',
]);
const DAY_MS = 24 * 3600 * 1000;

export class Idempotency {
  constructor(clock, saved = []) {
    this.clock = clock;
    this.kept = new Map(saved);
  }

  /** Keys that still count; the others are forgotten. */
  save() {
    const now = this.clock.now();
    this.kept.forEach((row, id) => row.until <= now && this.kept.delete(id));
    return [...this.kept];
  }

  /** The error of a mutation that lacks the directive, or null. */
  missing(operation) {
    if (operation.operation !== 'mutation') {
      return null;
    }
    const bare = operation.selectionSet.selections.find(
      (n) =>
        MANDATORY.has(n.name?.value) && !n.directives.some((d) => d.name.value === 'idempotent'),
    );
    return bare
      ? {
          message: 'The @idempotent directive is required for this mutation but was not provided.',
          path: [bare.alias?.value ?? bare.name.value],
          extensions: { code: 'BAD_REQUEST' },
        }
      : null;
  }

  #keyOf(operation, variables) {
    for (const node of operation.selectionSet.selections) {
      const value = node.directives?.find((d) => d.name.value === 'idempotent')?.arguments[0]
        ?.value;
      if (value) {
        const key = value.kind === 'Variable' ? variables[value.name.value] : value.value;
        return {
          id: `${node.name.value} ${key}`,
          node,
          field: node.alias?.value ?? node.name.value,
        };
      }
    }
    return null;
  }

  /**
   * Runs a mutation once per key: a repeat with the same text and variables gets the first answer,
   * one with others is refused.
   */
  once(operation, variables, run) {
    const key = operation.operation === 'mutation' ? this.#keyOf(operation, variables) : null;
    if (!key) {
      return run();
    }
    const asked = `${print(operation)} ${JSON.stringify(variables)}`;
    const kept = this.kept.get(key.id);
    if (kept && kept.until > this.clock.now()) {
      return kept.asked === asked ? kept.answer : mismatch(key);
    }
    const answer = run();
    if (!answer.errors) {
      this.kept.set(key.id, { until: this.clock.now() + DAY_MS, asked, answer });
    }
    return answer;
  }
}

const MISMATCH = {
  code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
  field: null,
  message: 'The idempotency key was already used with other parameters.',
};

/** The payload as it was asked for: nothing in it but the refusal. */
function mismatch({ field, node }) {
  const payload = {};
  for (const part of node.selectionSet.selections) {
    const name = part.alias?.value ?? part.name?.value;
    const isRefusal = part.name?.value === 'userErrors';
    payload[name] = isRefusal
      ? [
          Object.fromEntries(
            part.selectionSet.selections.map((s) => [s.name.value, MISMATCH[s.name.value] ?? null]),
          ),
        ]
      : null;
  }
  return { data: { [field]: payload } };
}
