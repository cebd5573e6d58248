// The figures of the books computed a second time, straight from the facts, by nobody who knows how the database does it: plain
// loops over all orders, BigInt throughout.  The rules are those of the project's formulas, "Profit per order".

const sum = (list, of) => list.reduce((all, one) => all + of(one), 0n);
const big = (value) => (value === null ? null : BigInt(value));

// The civil day of an instant in a zone, by the JavaScript engine's own tables; the order of its parts differs between versions of Node.
export function dayIn(zone) {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => {
    const parts = Object.fromEntries(format.formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
    return `${parts.year}-${parts.month}-${parts.day}`;
  };
}

// Largest remainder, ties to the first.
export function split(total, weights) {
  const whole = sum(weights, (w) => w);
  if (whole === 0n) return null;
  const size = total < 0n ? -total : total;
  const shares = weights.map((w) => (size * w) / whole);
  const order = weights.map((w, i) => [(size * w) % whole, i]).sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] > b[0] ? -1 : 1));
  let left = size - sum(shares, (s) => s);
  for (const [, i] of order) if (left > 0n) { shares[i] += 1n; left -= 1n; }
  return total < 0n ? shares.map((s) => -s) : shares;
}

// num / den x scale, rounded half away from zero; null where den is 0 or something is not known.
export function ratio(num, den, scale) {
  if (num === null || den === null || den === 0n) return null;
  const sign = (num < 0n) === (den < 0n) ? 1n : -1n;
  const abs = (v) => (v < 0n ? -v : v);
  return sign * ((2n * abs(num) * scale + abs(den)) / (2n * abs(den)));
}

const captured = ['PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'];
const handedStates = ['placed', 'shipped', 'fulfilled', 'delivered'];

// What an order is and costs.
function judge(order) {
  const handed = order.placed_at !== null || order.fulfilled_at !== null || handedStates.includes(order.state);
  const unpaid = order.financial === 'VOIDED' || order.financial === 'EXPIRED';
  const dead = unpaid || (order.shop_cancelled_at !== null && !handed);
  const known = order.money_at !== null;
  const goods = order.lines.filter((l) => !l.gift_card && (l.ordered ?? l.quantity) > 0);
  const spared = (order.lines.length > 0 && goods.length === 0)
    || (!handed && (unpaid || order.shop_cancelled_at !== null || order.financial === 'REFUNDED'));
  const owed = order.fee_source === 'gateway' || captured.includes(order.financial) || !dead;
  const fee = owed ? big(order.fee_minor) : 0n;
  const costs = spared || (goods.every((l) => l.cost_minor !== null) && order.supply_shipping_minor !== null && order.supply_duty_minor !== null);
  return { handed, dead, known, spared, fee, complete: (dead || known) && fee !== null && costs };
}

const blank = () => ({ orders: 0n, gross: 0n, discounts: 0n, net: 0n, total: 0n, refunds: 0n, contribution: 0n, incomplete: 0n, unknown: 0n, spend: 0n });

// facts: { zone, orders: [{..., lines, refunds: [{..., lines}], credits, origin}], metrics }.  Gives days: Map of "day currency" to sums, and
// of orders by id what they brought to each.
export function books({ zone, orders, metrics }) {
  const day = dayIn(zone);
  const days = new Map();
  const at = (date, currency) => {
    const key = `${date} ${currency}`;
    if (!days.has(key)) days.set(key, blank());
    return days.get(key);
  };
  for (const order of orders.filter((o) => !o.test)) {
    const is = judge(order);
    const own = at(day(order.created_at), order.currency);
    const sold = order.lines.filter((l) => !l.gift_card);
    const cost = is.spared ? 0n : sum(sold, (l) => big(l.cost_minor) ?? 0n) + (big(order.supply_shipping_minor) ?? 0n) + (big(order.supply_duty_minor) ?? 0n);
    if (!is.dead) own.orders += 1n;
    if (!is.dead && !is.known) {
      own.unknown += 1n;
      if (order.financial === 'PAID') own.total += big(order.total_minor);
    }
    if (!is.complete) own.incomplete += 1n;
    let brought = 0n;
    if (!is.dead && is.known) {
      const gross = sum(sold, (l) => big(l.gross_minor) ?? 0n);
      const discounts = sum(sold, (l) => big(l.discount_minor) ?? 0n);
      brought = gross - discounts + big(order.shipping_minor);
      own.gross += gross;
      own.discounts += discounts;
      own.net += brought;
      own.total += brought + big(order.tax_minor) + big(order.duties_minor);
    }
    if (is.complete) own.contribution += brought - cost - is.fee;
    if (!is.dead && is.known) {
      for (const refund of order.refunds) {
        const gifts = new Set(order.lines.filter((l) => l.gift_card).map((l) => l.line_gid));
        const lines = refund.lines.filter((l) => !gifts.has(l.line_gid));
        const net = sum(lines, (l) => big(l.net_minor)) + big(refund.adjustment_minor) + big(refund.shipping_minor);
        const back = at(day(refund.at), order.currency);
        const all = net + sum(lines, (l) => big(l.tax_minor)) + big(refund.tax_minor) + big(refund.duties_minor);
        back.net -= net;
        back.total -= all;
        back.refunds += all;
        if (is.complete) back.contribution -= net;
      }
    }
    for (const credit of order.credits) if (is.complete) at(day(credit.at), order.currency).contribution += big(credit.minor);
  }
  for (const m of metrics) at(m.shop_date, m.currency).spend += big(m.spend_minor);
  return days;
}

// Who bears the ad spend of a day: [[order id, product id, amount]], the amount left.  items: product id by item id.
export function shares({ zone, orders, metrics, items }, date, currency) {
  const day = dayIn(zone);
  const present = orders.filter((o) => !o.test && o.currency === currency && day(o.created_at) === date && !judge(o).dead).sort((a, b) => a.id - b.id);
  const reports = metrics.filter((m) => m.shop_date === date && m.currency === currency);
  const born = [];
  const taken = new Set();
  const left = new Map();
  for (const origin of new Set(reports.map((m) => m.ad_set))) {
    const rows = reports.filter((m) => m.ad_set === origin);
    const spend = sum(rows, (m) => big(m.spend_minor));
    const from = spend > 0n ? present.filter((o) => o.origin === origin) : [];
    const products = new Set(rows.map((m) => m.product_id));
    if (from.length > 0) {
      split(spend, from.map(() => 1n)).forEach((share, i) => born.push([from[i].id, products.size === 1 ? [...products][0] ?? 0 : 0, share]));
      for (const o of from) taken.add(o.id);
    } else {
      for (const m of rows) if (m.product_id !== null) left.set(m.product_id, (left.get(m.product_id) ?? 0n) + big(m.spend_minor));
    }
  }
  for (const [product, spend] of left) {
    const others = present.filter((o) => !taken.has(o.id) && judge(o).known).map((o) => [o.id, sum(
      o.lines.filter((l) => !l.gift_card && l.ordered > 0 && items[l.item_id] === product), (l) => big(l.gross_minor) - big(l.discount_minor))])
      .filter(([, weight]) => weight > 0n);
    if (spend > 0n && others.length > 0) split(spend, others.map(([, w]) => w)).forEach((share, i) => born.push([others[i][0], product, share]));
  }
  return { born: born.filter(([, , share]) => share !== 0n), left: sum(reports, (m) => big(m.spend_minor)) - sum(born, ([, , s]) => s) };
}
