// What a figure lacks, in words, and where those orders are: the list has as many as the figure says, for its range and currency.

/** Of these figures an order is missing until what was sold has been read; of all others until its costs are known. */
const ofSales = ['total_sales', 'gross_sales', 'net_revenue', 'aov', 'mer'];

export type Lacking = { short: string; long: string; href: string };

/** The range of the shell goes along with the link; the currency is named where there are several. */
export function lackingOf(name: string, count: number, currency: string, currencies: string[]): Lacking {
  const unread = ofSales.includes(name);
  const orders = count === 1 ? '1 order' : `${count} orders`;
  return {
    short: `${count} ${unread ? 'not read yet' : 'without cost'}`,
    long: unread ? `What was sold for how much has not been read yet of ${orders}.` : `${orders} ${count === 1 ? 'has' : 'have'} costs that are not known yet, so this is an estimate (~).`,
    href: `/orders?cost=${unread ? 'unread' : 'unknown'}&when=range${currencies.length > 1 ? `&currency=${currency}` : ''}`,
  };
}
