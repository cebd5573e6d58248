// Helpers of the end-to-end tests: one order from the shop's side and from ours.
import { until } from '../support/servers.mjs';

// The row of an order by its name ("#1001"); undefined when we have not seen it.
export function orderRow(system, name) {
  return system.rows(`select o.*, (select count(*) from supplier_order s where s.order_id = o.id) as supplier_orders
                      from shop_order o where name = '${name.replace(/'/g, "''")}'`)[0];
}

export async function untilState(system, name, states, timeoutMs = 40000) {
  return until(`${name} is ${states.join(' or ')}`, () => {
    const row = orderRow(system, name);
    if (row && states.includes(row.state)) return row;
    throw new Error(`state ${row?.state}, hold ${row?.hold_code}, problem ${row?.problem}, next ${row?.next_job}`);
  }, timeoutMs, 200);
}

export function events(system, name) {
  return system.rows(`select e.step, e.code, e.text from order_event e join shop_order o on o.id = e.order_id
                      where o.name = '${name.replace(/'/g, "''")}' order by e.id`);
}

// Effects of one order in the sandbox's ledger, refused duplicates left out.
export async function ledgerOf(system, name) {
  const ledger = await system.control('GET', '/control/ledger');
  const entries = Array.isArray(ledger) ? ledger : ledger.entries;
  return entries.filter((e) => !e.refused && e.order === name);
}

export function operations(entries, operation) {
  return entries.filter((e) => e.operation === operation);
}
