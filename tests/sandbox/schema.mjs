// The published Admin schema and the access rules that come in the same file.

import { readFile } from 'node:fs/promises';
import zlib from 'node:zlib';
import { buildClientSchema } from 'graphql';
import { ensureSchema } from './fetch-schema.mjs';

const SCALARS = {
  URL: (v) => /^https?:\/\/[^\s]+$/i.test(v) || /^(pubsub:|arn:)/.test(v),
  DateTime: (v) => typeof v === 'string' && !Number.isNaN(Date.parse(v)),
  Money: (v) => /^-?[0-9]+(\.[0-9]+)?$/.test(String(v)),
  Decimal: (v) => /^-?[0-9]+(\.[0-9]+)?$/.test(String(v)),
  UnsignedInt64: (v) => /^[0-9]+$/.test(String(v)),
};

/** Custom scalars of an introspected schema take anything; the real service does not. */
function checkScalars(schema) {
  for (const [name, accepts] of Object.entries(SCALARS)) {
    const type = schema.getType(name);
    if (type) {
      type.parseValue = (value) => {
        if (!accepts(value)) {
          throw new TypeError(`Invalid ${name} "${value}"`);
        }
        return value;
      };
    }
  }
}

/** {schema, access: Map typeName -> {required, scopes, fields: Map fieldName -> {required, scopes}}} */
export async function loadSchema() {
  const file = await ensureSchema();
  const content = JSON.parse(zlib.gunzipSync(await readFile(file)));
  const schema = buildClientSchema(content.data, { assumeValid: true });
  checkScalars(schema);
  const access = new Map();
  for (const item of content.offline_scopes.items) {
    const entry = access.get(item.typeName) ?? { required: '', scopes: [], fields: new Map() };
    access.set(item.typeName, entry);
    const rule = { required: item.requiredAccess, scopes: item.offlineScopes };
    if (item.type === 'field') {
      entry.fields.set(item.fieldName, rule);
    } else {
      Object.assign(entry, rule);
    }
  }
  return { schema, access };
}
