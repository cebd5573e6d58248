// What a judgement should cost at the supplier: the detail always; the stock when no rule before it settled the matter; a quote per
// country when there is stock.
const DETAIL = 10;
const STOCK = 10;
const QUOTE = 10;

// Rules that need the product's detail alone, and those that need its stock, too.
const BY_DETAIL = new Set(['OFF_SALE', 'COMPLIANCE', 'RATE', 'NO_VARIANTS', 'TOO_MANY_VARIANTS', 'PRICE_UNREADABLE', 'COST_MISREAD',
  'WEIGHT', 'VARIANT_KEY', 'SKU', 'HS_CODE', 'DEMAND']);
const BY_STOCK = new Set(['STOCK', 'STOCK_UNKNOWN']);

const costOf = (rule, countries) =>
  DETAIL + (BY_DETAIL.has(rule) ? 0 : STOCK + (BY_STOCK.has(rule) ? 0 : QUOTE * countries));

// rules: { NAME: how many were settled by it }
export const plannedPoints = (rules, countries) =>
  Object.entries(rules).reduce((sum, [rule, count]) => sum + count * costOf(rule, countries), 0);

// Of the 50,000 points of a day discovery has a fifth, and assessments have half of that.
export const ASSESS_POINTS_A_DAY = 50_000 / 5 / 2;
