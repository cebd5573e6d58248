// Cursor connections. A cursor holds the sort value and the id of its row, so a page goes on correctly even when rows
// moved meanwhile.

import { RequestError } from './errors.mjs';

const encode = (value, id) =>
  Buffer.from(JSON.stringify({ last_id: id, last_value: value })).toString('base64');

function decode(cursor) {
  try {
    const { last_id: id, last_value: value } = JSON.parse(Buffer.from(cursor, 'base64').toString());
    if (typeof id === 'number' && value !== undefined) {
      return { id, value };
    }
  } catch {
    // told below
  }
  throw new RequestError(`Invalid cursor for current pagination sort: "${cursor}".`, 'BAD_REQUEST');
}

/** {size, forward} of first/last, checked as the real API does. */
export function pageSize(args) {
  if (args.first == null && args.last == null) {
    throw new RequestError('you must provide one of first or last', 'BAD_REQUEST');
  }
  if (args.first != null && args.last != null) {
    throw new RequestError('providing both first and last is not supported', 'BAD_REQUEST');
  }
  const size = args.first ?? args.last;
  if (size < 0 || size > 250) {
    throw new RequestError(`first and last must be between 0 and 250, got ${size}`, 'BAD_REQUEST');
  }
  return { size, forward: args.first != null };
}

function shape(rows, nodeOf, keyOf, hasNextPage, hasPreviousPage) {
  const cursorOf = (row) => encode(keyOf(row), row.id);
  return {
    get nodes() {
      return rows.map(nodeOf);
    },
    get edges() {
      return rows.map((row) => ({ cursor: cursorOf(row), node: nodeOf(row) }));
    },
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: rows.length ? cursorOf(rows[0]) : null,
      endCursor: rows.length ? cursorOf(rows[rows.length - 1]) : null,
    },
  };
}

/** A connection over a short list whose rows have ids. */
export function listConnection(list, args, nodeOf) {
  const { size, forward } = pageSize(args);
  let rows = args.reverse ? [...list].reverse() : list;
  if (args.after) {
    const { id } = decode(args.after);
    rows = rows.slice(rows.findIndex((row) => row.id === id) + 1);
  }
  if (args.before) {
    const { id } = decode(args.before);
    rows = rows.slice(
      0,
      Math.max(
        0,
        rows.findIndex((row) => row.id === id),
      ),
    );
  }
  const page = forward ? rows.slice(0, size) : rows.slice(Math.max(0, rows.length - size));
  const more = rows.length > page.length;
  return shape(
    page,
    nodeOf,
    (row) => row.id,
    forward && more,
    Boolean(args.after) || (!forward && more),
  );
}

/**
 * A page of the order table.
 * @param query {accepts(order), since(sortKey)}: the filter, and the least sort value it lets through (or null)
 */
export function orderConnection(table, args, query, nodeOf) {
  const { size, forward } = pageSize(args);
  if (!forward) {
    throw new RequestError('sandbox: orders(last:) is not simulated', 'BAD_REQUEST');
  }
  const { sortKey = 'PROCESSED_AT', reverse = false } = args;
  const list = table.inOrder(sortKey);
  const step = reverse ? -1 : 1;
  const rows = [];
  let at = startOf(table, sortKey, reverse, args.after, query);
  let more = false;
  const least = query.since(sortKey);
  for (; at >= 0 && at < list.length; at += step) {
    if (reverse && least !== null && table.keyOf(sortKey, list[at]) < least) {
      break;
    }
    if (query.accepts(list[at])) {
      if (rows.length === size) {
        more = true;
        break;
      }
      rows.push(list[at]);
    }
  }
  return shape(rows, nodeOf, (order) => table.keyOf(sortKey, order), more, Boolean(args.after));
}

function startOf(table, sortKey, reverse, after, query) {
  if (after) {
    const { value, id } = decode(after);
    return reverse
      ? table.lowerBound(sortKey, value, id) - 1
      : table.lowerBound(sortKey, value, id + 1);
  }
  if (reverse) {
    return table.size - 1;
  }
  const least = query.since(sortKey);
  return least === null ? 0 : table.lowerBound(sortKey, least);
}
