import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useStanding } from '../../session';
import type { Role } from '../../session';
import { Page } from '../../ui/page';
import { t } from '../../words';

const ALL: readonly Role[] = ['owner', 'treasurer', 'desk', 'accountant'];

/** The pages of the settings, and who has a use for each; the API has the last word. */
const PLACES = {
  association: { to: '/settings', roles: ALL },
  people: { to: '/settings/people', roles: ['owner'] },
  keys: { to: '/settings/keys', roles: ['owner'] },
  webhooks: { to: '/settings/webhooks', roles: ['owner', 'treasurer'] },
  audit: { to: '/settings/audit', roles: ['owner', 'treasurer', 'accountant'] },
  me: { to: '/settings/me', roles: ALL },
} as const satisfies Record<string, { readonly to: string; readonly roles: readonly Role[] }>;
type Place = keyof typeof PLACES;

interface SettingsPageProps {
  readonly place: Place;
  /** By default the name of the place. */
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the settings, with the way to the others. Who may not see it is told who can. */
export function SettingsPage({ place, title = t(`settings.${place}`), actions, children }: SettingsPageProps) {
  const { role } = useStanding();
  const { roles }: { readonly roles: readonly Role[] } = PLACES[place];
  const maySee = roles.includes(role);
  return (
    <Page title={title} {...(actions !== undefined && maySee && { actions })}>
      <nav className="tabs" aria-label={t('menu.settings')}>
        <ul>
          {(Object.keys(PLACES) as Place[])
            .filter((name) => (PLACES[name].roles as readonly Role[]).includes(role))
            .map((name) => (
              <li key={name}>
                <Link
                  to={PLACES[name].to}
                  activeOptions={{ exact: name === 'association', includeSearch: false }}
                  activeProps={{ 'aria-current': 'page' }}
                >
                  {t(`settings.${name}`)}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      {maySee ? (
        <div className="settings">{children}</div>
      ) : (
        <p className="card standing" data-tone="waiting">
          {t('settings.not_for_you', { roles: roles.map((name) => t(`role.${name}`)).join(', ') })}
        </p>
      )}
    </Page>
  );
}
