import { Link, useRouterState } from '@tanstack/react-router';
import { BookOpen, Eye, Globe, House, Plug, ReceiptText, Settings, Users } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useStanding } from '../session';
import type { Role } from '../session';
import { t } from '../words';

type Place = '/' | '/payments' | '/attention' | '/members' | '/books' | '/gateways' | '/settings';

interface Entry {
  readonly to: Place;
  readonly word: string;
  readonly icon: LucideIcon;
  readonly roles: readonly Role[];
}

const ALL: readonly Role[] = ['owner', 'treasurer', 'desk', 'accountant'];
const MENU: readonly Entry[] = [
  { to: '/', word: 'menu.today', icon: House, roles: ALL },
  { to: '/payments', word: 'menu.payments', icon: ReceiptText, roles: ALL },
  { to: '/attention', word: 'menu.attention', icon: Eye, roles: ALL },
  { to: '/members', word: 'menu.members', icon: Users, roles: ALL },
  { to: '/books', word: 'menu.books', icon: BookOpen, roles: ['owner', 'treasurer', 'accountant'] },
  { to: '/gateways', word: 'menu.gateways', icon: Plug, roles: ALL },
  { to: '/settings', word: 'menu.settings', icon: Settings, roles: ALL },
];

/** The way to every page; what a role has no use for is not in it. */
export function Menu() {
  const { role, session } = useStanding();
  const isOfPayments = useRouterState({ select: ({ location }) => location.pathname.startsWith('/agreements') });
  return (
    <nav className="menu" aria-label={t('menu.label')}>
      <ul>
        {MENU.filter(({ roles }) => roles.includes(role)).map(({ to, word, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              activeProps={{ 'aria-current': 'page' }}
              {...(to === '/payments' && isOfPayments && { 'aria-current': 'page' as const })}
            >
              <Icon size={18} aria-hidden />
              <span>{t(word)}</span>
            </Link>
          </li>
        ))}
        {session.operator && (
          <li>
            <Link to="/platform" activeProps={{ 'aria-current': 'page' }}>
              <Globe size={18} aria-hidden />
              <span>{t('menu.platform')}</span>
            </Link>
          </li>
        )}
      </ul>
    </nav>
  );
}
