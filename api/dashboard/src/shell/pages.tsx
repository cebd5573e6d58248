// The pages, their places and their code, which is loaded when they are shown.

import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { Needs } from '../api/types';
import type { IconName } from '../ui/icon';

export type PageEntry = {
  path: string;
  title: string;
  icon: IconName;
  /** Second key after g. */
  key: string;
  /** Which count of /needs is its badge. */
  badge?: keyof Needs['counts'];
  /** Does it begin with charts? */
  charts: boolean;
  load: () => Promise<{ default: ComponentType }>;
  view: LazyExoticComponent<ComponentType>;
  /** The view itself once its code is here: shown at once, where a lazy one has React wait 300 ms after a skeleton. */
  ready: ComponentType | null;
};

type Told = Omit<PageEntry, 'view' | 'ready' | 'charts'> & { charts?: boolean };

function entry(told: Told): PageEntry {
  const load = async () => {
    const code = await told.load();
    page.ready = code.default;
    return code;
  };
  const page: PageEntry = { charts: false, ...told, load, view: lazy(load), ready: null };
  return page;
}

export const pages: PageEntry[] = [
  entry({ path: '/', title: 'Dashboard', icon: 'dashboard', key: 'd', charts: true, load: () => import('../pages/dashboard') }),
  entry({ path: '/products', title: 'Products', icon: 'products', key: 'p', badge: 'products', load: () => import('../pages/products') }),
  entry({ path: '/orders', title: 'Orders', icon: 'orders', key: 'o', badge: 'orders', load: () => import('../pages/orders') }),
  entry({ path: '/ads', title: 'Ads', icon: 'ads', key: 'a', badge: 'ads', charts: true, load: () => import('../pages/ads') }),
  entry({ path: '/service', title: 'Service', icon: 'service', key: 's', badge: 'service', load: () => import('../pages/service') }),
  entry({ path: '/jobs', title: 'Jobs', icon: 'jobs', key: 'j', badge: 'jobs', charts: true, load: () => import('../pages/jobs') }),
  entry({ path: '/approvals', title: 'Approvals', icon: 'approvals', key: 'v', badge: 'approvals', load: () => import('../pages/approvals') }),
  entry({ path: '/activity', title: 'Activity', icon: 'activity', key: 'y', load: () => import('../pages/activity') }),
  entry({ path: '/automation', title: 'Automation', icon: 'automation', key: 'm', load: () => import('../pages/automation') }),
];

/** Fetches the code of a page before it is shown; its charts' code may come later. */
export async function preload(page: PageEntry | undefined): Promise<void> {
  // What fails here is asked for again, and complained of, when it is shown.
  if (page?.charts) import('../charts/charts').catch(() => undefined);
  await page?.load().catch(() => undefined);
}

/** The page at a path, and what of the path is below it. */
export function pageAt(path: string): { page: PageEntry; below: string } | null {
  if (path === '/' || path === '/dashboard') return { page: pages[0] as PageEntry, below: '' };
  const page = pages.find((p) => p.path !== '/' && (path === p.path || path.startsWith(`${p.path}/`)));
  if (!page) return null;
  try {
    return { page, below: decodeURIComponent(path.slice(page.path.length + 1)) };
  } catch {
    return null;
  }
}
