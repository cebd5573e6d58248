// What a person says about a product: asked for first where it leaves the house.

import { confirm, formatMoney, formatPpm, Rate, Money, toast, useAction } from '../../ui';
import type { Action } from '../../api/action';
import type { Money as Amount } from '../../lib/money';
import { actTitles, type Act } from './words';

export const refreshed = ['/api/v1/products', '/api/v1/needs', '/api/v1/approvals'];

type About = { id: number; name: string; price: Amount | null; margin_ppm: number | null };

export const publishWords = (variants: number, price: Amount | null) => `to 1 store, ${variants} ${variants === 1 ? 'variant' : 'variants'}, ${price ? `price ${formatMoney(price)}` : 'price not known'}`;

/** true: it was said and done. */
export function useProductActs(): { say: (act: Act, p: About, variants: number) => Promise<boolean>; setPrice: (p: About, to: Amount, margin_ppm: number | null) => Promise<boolean>; action: Action } {
  const action = useAction(refreshed);
  const questions: Record<Act, (p: About, variants: number) => Parameters<typeof confirm>[0]> = {
    approve: (p, variants) => ({ title: `Publish ${p.name}?`, verb: 'Publish', tier: 'costs', body: <p>It goes {publishWords(variants, p.price)}. Its texts are checked once more before the shop gets them.</p> }),
    reject: (p) => ({ title: `Reject ${p.name} for good?`, verb: 'Reject', reason: 'required', danger: true, body: <p>No scan brings it back. The reason is kept.</p> }),
    unlist: (p) => ({ title: `Take ${p.name} out of the shop?`, verb: 'Unlist', reason: 'optional', body: <p>Nobody can buy it any more. Orders that came in already are still sent.</p> }),
    reprice: (p) => ({ title: `Price ${p.name} anew?`, verb: 'Price anew', tier: 'costs', body: <p>It is {p.price ? formatMoney(p.price) : 'not priced'} now, margin {formatPpm(p.margin_ppm)}. The pricing rule is asked with the supplier’s prices of today; what is beyond the allowed step becomes a proposal.</p> }),
  };
  const say = async (act: Act, p: About, variants: number) => {
    const yes = await confirm(questions[act](p, variants));
    if (!yes) return false;
    const body = yes.reason ? { reason: yes.reason } : act === 'reject' ? { reason: '' } : {};
    const done = await action.run({ method: 'POST', path: `/api/v1/products/${p.id}/${act}`, body });
    if (done) toast(`${actTitles[act]}: ${p.name}`);
    return done !== null;
  };
  const setPrice = async (p: About, to: Amount, margin_ppm: number | null) => {
    const yes = await confirm({
      title: `Change the price of ${p.name}?`, verb: `Set ${formatMoney(to)}`, tier: 'costs',
      body: <p><Money of={p.price} /> → <strong><Money of={to} /></strong>, margin <Rate ppm={p.margin_ppm} /> → <strong><Rate ppm={margin_ppm} /></strong>. The shop shows it within a minute; it stays until you or a new rule change it.</p>,
    });
    if (!yes) return false;
    const done = await action.run({ method: 'POST', path: `/api/v1/products/${p.id}/reprice`, body: { price_minor: to.minor } });
    if (done) toast(`The price becomes ${formatMoney(to)}.`);
    return done !== null;
  };
  return { say, setPrice, action };
}
