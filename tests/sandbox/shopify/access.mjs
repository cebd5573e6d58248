// Which scope opens what. The rules come with the schema; a write scope includes its read scope.

import { getNamedType } from 'graphql';
import { RequestError } from './errors.mjs';

/** tagsAdd and tagsRemove need the write scope of the thing they tag; the file does not say so. */
const TAG_SCOPES = {
  Order: ['write_orders'],
  Product: ['write_products'],
  Customer: ['write_customers'],
};

export class Access {
  constructor(rules, settings) {
    this.rules = rules;
    this.settings = settings;
    this.granted = null;
    this.from = null;
  }

  #has(scopes) {
    if (this.from !== this.settings.scopes) {
      this.from = this.settings.scopes;
      this.granted = new Set(this.from.flatMap((s) => [s, s.replace(/^write_/, 'read_')]));
    }
    return scopes.length === 0 || scopes.some((s) => this.granted.has(s));
  }

  handles() {
    return this.settings.scopes;
  }

  /** Throws ACCESS_DENIED unless the field and the type it gives may be read (or done). */
  check(parentName, field) {
    const type = getNamedType(field.type).name;
    const byField = this.rules.get(parentName)?.fields.get(field.name);
    const byType = this.rules.get(type);
    const leftOut = /^FulfillmentOrder(Connection|Edge)$/.test(parentName);
    for (const rule of leftOut ? [] : [byField, byType]) {
      if (rule && !this.#has(rule.scopes)) {
        throw denied(field.name, rule.required);
      }
    }
    if (!this.settings.orderAccess && (type === 'Order' || type === 'OrderConnection')) {
      throw new RequestError(
        'This app is not approved to access the Order object. See ' +
          'https://shopify.dev/docs/apps/launch/protected-customer-data for more details.',
        'ACCESS_DENIED',
      );
    }
  }

  /** Fulfillment orders outside the granted scopes are left out without a word. */
  seesFulfillmentOrders() {
    return this.#has(this.rules.get('FulfillmentOrder')?.scopes ?? []);
  }

  checkTagging(type, field) {
    const scopes = TAG_SCOPES[type] ?? [];
    if (!this.#has(scopes)) {
      throw denied(field, `\`${scopes[0]}\` access scope.`);
    }
  }
}

function denied(field, required) {
  return new RequestError(
    `Access denied for ${field} field. Required access: ${required}`,
    'ACCESS_DENIED',
    { documentation: 'https://shopify.dev/api/usage/access-scopes', requiredAccess: required },
  );
}
