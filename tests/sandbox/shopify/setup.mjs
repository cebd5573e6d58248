// What the owner of the shop has set up: locations, sales channels, legal texts. A person may take any of it away.

import { isoSeconds } from '../clock.mjs';
import { gid } from './ids.mjs';

export const SHOP_ZONE = 'America/New_York';
const LOCATION_ID = 55;
const TITLES = {
  REFUND_POLICY: 'Refund policy',
  PRIVACY_POLICY: 'Privacy policy',
  TERMS_OF_SERVICE: 'Terms of service',
  SHIPPING_POLICY: 'Shipping policy',
  CONTACT_INFORMATION: 'Contact information',
  LEGAL_NOTICE: 'Legal notice',
};

/** All in order: what a shop looks like in which nothing is missing. */
export const wellSetUp = () => ({
  locations: [{ id: LOCATION_ID, name: 'Main Street Store', isActive: true }],
  publications: [
    { id: 301, title: 'Online Store', future: true },
    { id: 302, title: 'Point of Sale', future: false },
  ],
  policies: Object.fromEntries(
    Object.entries(TITLES).map(([type, title]) => [type, `<p>${title} of Sandbox Goods.</p>`]),
  ),
});

/**
 * Changes the set-up: {location: 'active'|'inactive'|'none', onlineStore: bool, onlineStoreTitle, policies: {TYPE: text or null},
 * scopes: [...], withoutScopes: [...]}.
 */
export function changeSetUp(shop, change) {
  const { settings } = shop.world;
  const [home] = shop.locations;
  if (change.location !== undefined) {
    if (!['active', 'inactive', 'none'].includes(change.location)) {
      throw new Error('location must be active, inactive or none');
    }
    home.isActive = change.location === 'active';
    home.hidden = change.location === 'none';
  }
  if (change.onlineStore !== undefined) {
    shop.publications[0].hidden = !change.onlineStore;
  }
  if (change.onlineStoreTitle !== undefined) {
    shop.publications[0].title = String(change.onlineStoreTitle);
  }
  for (const [type, text] of Object.entries(change.policies ?? {})) {
    if (!TITLES[type]) {
      throw new Error(`no policy of type ${type}`);
    }
    shop.policies[type] = text;
  }
  settings.scopes = (change.scopes ?? settings.scopes).filter(
    (s) => !(change.withoutScopes ?? []).includes(s),
  );
  return setUpOf(shop);
}

export const setUpOf = (shop) => ({
  scopes: shop.world.settings.scopes,
  locations: shop.locations,
  publications: shop.publications,
  policies: shop.policies,
});

export const policyViews = (shop) =>
  Object.keys(TITLES)
    .filter((type) => shop.policies[type] != null)
    .map((type, i) => ({
      __typename: 'ShopPolicy',
      id: gid('ShopPolicy', i + 1),
      type,
      title: TITLES[type],
      body: shop.policies[type],
      url: `https://${shop.world.settings.shop}/policies/${type.toLowerCase().replaceAll('_', '-')}`,
      createdAt: isoSeconds(Date.UTC(2025, 0, 6)),
      updatedAt: isoSeconds(Date.UTC(2025, 0, 6)),
    }));

export const publicationView = (p) => ({
  __typename: 'Publication',
  id: gid('Publication', p.id),
  autoPublish: false,
  supportsFuturePublishing: p.future,
  catalog: () => ({
    __typename: 'AppCatalog',
    id: gid('AppCatalog', p.id),
    title: p.title,
    status: 'ACTIVE',
  }),
});
