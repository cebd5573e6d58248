// What a request costs, by the model fitted to recorded answers of real stores: object 1, scalar 0, money and addresses 0,
// mutation 10 with the object directly in its payload free, plain list = one object, ...Count 10,
// connection = 2 + max(1, floor(2 ln first)) x cost of one node. productSet is also charged for what it is given: 0.2 per variant,
// 1.9 per file, 0.6 per variant's file (as the schema says).

import { Kind, getNamedType, isCompositeType, isObjectType } from 'graphql';

const FREE = new Set(['MoneyBag', 'MoneyV2', 'MailingAddress', 'PageInfo']);
const MUTATIONS = { fulfillmentTrackingInfoUpdate: 51, fileCreate: 20, productCreateMedia: 20 };

function productSetCost(node, variables) {
  const value = node.arguments?.find((a) => a.name.value === 'input')?.value;
  const input = value?.kind === Kind.VARIABLE ? variables[value.name.value] : null;
  const variants = input?.variants ?? [];
  return (
    0.2 * variants.length +
    1.9 * (input?.files?.length ?? 0) +
    0.6 * variants.filter((v) => v.file).length
  );
}

function argument(node, name, variables) {
  const value = node.arguments?.find((a) => a.name.value === name)?.value;
  if (!value) {
    return undefined;
  }
  return value.kind === Kind.VARIABLE ? variables[value.name.value] : Number(value.value);
}

class Meter {
  constructor(schema, document, variables) {
    this.schema = schema;
    this.variables = variables;
    this.fragments = new Map(
      document.definitions
        .filter((d) => d.kind === Kind.FRAGMENT_DEFINITION)
        .map((d) => [d.name.value, d]),
    );
  }

  /** All fields selected on a type, fragments unfolded: [field node, type that has it]. */
  *fields(selectionSet, type) {
    for (const node of selectionSet?.selections ?? []) {
      if (node.kind === Kind.FIELD) {
        yield [node, type];
      } else {
        const part =
          node.kind === Kind.INLINE_FRAGMENT ? node : this.fragments.get(node.name.value);
        const inner = part.typeCondition
          ? this.schema.getType(part.typeCondition.name.value)
          : type;
        yield* this.fields(part.selectionSet, inner);
      }
    }
  }

  /** Cost of what is selected inside an object; `data` is the answer when the actual cost is asked for. */
  inside(selectionSet, type, data) {
    let sum = 0;
    for (const [node, owner] of this.fields(selectionSet, type)) {
      sum += this.field(node, owner, data);
    }
    return sum;
  }

  field(node, owner, data) {
    const definition = owner.getFields?.()[node.name.value];
    const type = definition && getNamedType(definition.type);
    if (!type || !isCompositeType(type)) {
      return 0;
    }
    const value =
      data === undefined ? undefined : (data?.[node.alias?.value ?? node.name.value] ?? null);
    if (value === null) {
      return 0;
    }
    if (type.name.endsWith('Connection')) {
      return this.connection(node, type, value);
    }
    if (type.name === 'Count') {
      return 10;
    }
    const own = FREE.has(type.name) ? 0 : 1;
    return (
      own + this.inside(node.selectionSet, type, Array.isArray(value) ? (value[0] ?? null) : value)
    );
  }

  connection(node, type, value) {
    let each = 0;
    let asked =
      argument(node, 'first', this.variables) ?? argument(node, 'last', this.variables) ?? 1;
    for (const [inner] of this.fields(node.selectionSet, type)) {
      const name = inner.name.value;
      if (name !== 'nodes' && name !== 'edges') {
        continue;
      }
      const rows = value === undefined ? undefined : (value?.[inner.alias?.value ?? name] ?? []);
      asked = rows === undefined ? asked : Math.min(asked, rows.length);
      const rowType = getNamedType(type.getFields()[name].type);
      const sample = rows === undefined ? undefined : (rows[0] ?? null);
      const cost =
        name === 'edges'
          ? this.inside(inner.selectionSet, rowType, sample)
          : 1 + this.inside(inner.selectionSet, rowType, sample);
      each = Math.max(each, cost);
    }
    return asked > 0 ? 2 + Math.max(1, Math.floor(2 * Math.log(asked))) * Math.max(each, 1) : 2;
  }

  operation(operation, data) {
    const root = this.schema.getRootType(operation.operation);
    if (operation.operation !== 'mutation') {
      return Math.max(1, this.inside(operation.selectionSet, root, data));
    }
    let sum = 0;
    for (const [node] of this.fields(operation.selectionSet, root)) {
      const payload = getNamedType(root.getFields()[node.name.value].type);
      sum += MUTATIONS[node.name.value] ?? 10;
      sum += node.name.value === 'productSet' ? productSetCost(node, this.variables) : 0;
      const answer =
        data === undefined ? undefined : (data?.[node.alias?.value ?? node.name.value] ?? null);
      if (answer !== null && isObjectType(payload)) {
        sum += this.payload(node, payload, answer);
      }
    }
    return sum;
  }

  /** Objects directly in the payload are free; what hangs on them is not. */
  payload(node, payload, answer) {
    let sum = 0;
    for (const [inner] of this.fields(node.selectionSet, payload)) {
      if (inner.name.value === 'userErrors' || inner.name.value.endsWith('UserErrors')) {
        continue;
      }
      const type = getNamedType(payload.getFields()[inner.name.value].type);
      const value =
        answer === undefined ? undefined : answer[inner.alias?.value ?? inner.name.value];
      if (isCompositeType(type) && value !== null) {
        sum += this.inside(
          inner.selectionSet,
          type,
          Array.isArray(value) ? (value[0] ?? null) : value,
        );
      }
    }
    return sum;
  }
}

/** The cost asked for (without data) or the actual one (with the answer's data). */
export function costOf(schema, document, operation, variables, data) {
  return new Meter(schema, document, variables).operation(operation, data);
}

/** The leaky bucket, one per app and store. */
export class Bucket {
  constructor(clock, settings) {
    this.clock = clock;
    this.settings = settings;
    this.level = settings.bucketSize;
    this.at = clock.now();
  }

  refill() {
    const now = this.clock.now();
    const { bucketSize, bucketRestore } = this.settings;
    this.level = Math.min(
      bucketSize,
      this.level + (Math.max(0, now - this.at) / 1000) * bucketRestore,
    );
    this.at = now;
  }

  /** Takes the points, or says no. */
  take(points) {
    this.refill();
    if (points > this.level) {
      return false;
    }
    this.level -= points;
    return true;
  }

  giveBack(points) {
    this.level = Math.min(this.settings.bucketSize, this.level + points);
  }

  status() {
    return {
      maximumAvailable: this.settings.bucketSize,
      currentlyAvailable: Math.max(0, Math.floor(this.level)),
      restoreRate: this.settings.bucketRestore,
    };
  }
}
