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
  view: LazyExoticComponent<ComponentType>;
};

export const pages: PageEntry[] = [
  { path: '/', title: 'Dashboard', icon: 'dashboard', key: 'd', view: lazy(() => import('../pages/dashboard')) },
  { path: '/products', title: 'Products', icon: 'products', key: 'p', badge: 'products', view: lazy(() => import('../pages/products')) },
  { path: '/orders', title: 'Orders', icon: 'orders', key: 'o', badge: 'orders', view: lazy(() => import('../pages/orders')) },
  { path: '/ads', title: 'Ads', icon: 'ads', key: 'a', badge: 'ads', view: lazy(() => import('../pages/ads')) },
  { path: '/service', title: 'Service', icon: 'service', key: 's', badge: 'service', view: lazy(() => import('../pages/service')) },
  { path: '/jobs', title: 'Jobs', icon: 'jobs', key: 'j', badge: 'jobs', view: lazy(() => import('../pages/jobs')) },
  { path: '/approvals', title: 'Approvals', icon: 'approvals', key: 'v', badge: 'approvals', view: lazy(() => import('../pages/approvals')) },
  { path: '/activity', title: 'Activity', icon: 'activity', key: 'y', view: lazy(() => import('../pages/activity')) },
  { path: '/automation', title: 'Automation', icon: 'automation', key: 'm', view: lazy(() => import('../pages/automation')) },
];

export const loginView = lazy(() => import('../pages/login'));

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
