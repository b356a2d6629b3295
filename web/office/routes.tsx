import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Broken } from './pages/broken';
import { Missing } from './pages/missing';
import { Shell } from './shell/shell';
import { laterWords } from './words';

/** Filters, page and open detail are in the address, as plain text: a link sent to a colleague shows the same. */
type Search = Readonly<Record<string, string>>;
const validateSearch = (search: Readonly<Record<string, unknown>>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );

const root = createRootRoute({ component: Outlet, notFoundComponent: Missing });
const office = createRoute({
  getParentRoute: () => root,
  id: 'office',
  component: Shell,
  beforeLoad: ({ location }) => (location.pathname === '/' ? undefined : laterWords()),
});

/** The whole menu: each page is loaded when it is first opened. */
const pages = office.addChildren([
  createRoute({
    getParentRoute: () => office,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/today/today'), 'TodayPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/payments',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/payments/payments'), 'PaymentsPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/payments/new',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/payments/start'), 'StartPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/payments/$id',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/payments/payment'), 'PaymentPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/agreements',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/agreements/agreements'), 'AgreementListPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/agreements/offers',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/agreements/offers'), 'OffersPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/agreements/$id',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/agreements/agreement'), 'AgreementPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/attention',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/attention/attention'), 'AttentionPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/members',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/members/members'), 'MembersPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/members/import',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/members/import'), 'ImportPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/members/$id',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/members/member'), 'MemberPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/books',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/books/journal'), 'JournalPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/books/balances',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/books/balances'), 'BalancesPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/books/disputes',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/books/disputes'), 'DisputesPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/gateways',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/gateways/gateways'), 'GatewaysPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/association'), 'AssociationPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings/people',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/people'), 'PeoplePage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings/keys',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/keys'), 'KeysPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings/webhooks',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/webhooks'), 'WebhooksPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings/webhooks/$id',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/webhook'), 'WebhookPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings/audit',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/audit'), 'AuditPage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/settings/me',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/settings/me'), 'MePage'),
  }),
  createRoute({
    getParentRoute: () => office,
    path: '/platform',
    validateSearch,
    component: lazyRouteComponent(() => import('./pages/platform/platform'), 'PlatformPage'),
  }),
]);

export const router = createRouter({
  routeTree: root.addChildren([pages]),
  basepath: '/office',
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  scrollRestoration: true,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const filled = Object.entries(search).filter(([, value]) => typeof value === 'string' && value !== '');
    const text = new URLSearchParams(filled as [string, string][]).toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
