import { useStanding } from '../../session';
import { Page } from '../../ui/page';
import { t } from '../../words';
import { Merchants } from './merchants';
import { Readiness } from './readiness';

/** For who looks after the platform: the associations on it, and whether its parts work. */
export function PlatformPage() {
  const { session } = useStanding();
  return (
    <Page title={t('menu.platform')}>
      {session.operator ? (
        <Platform />
      ) : (
        <p className="card standing" data-tone="waiting">
          {t('platform.not_for_you')}
        </p>
      )}
    </Page>
  );
}

/** The same, also for an operator who works for no association. */
export function Platform() {
  return (
    <>
      <Readiness />
      <Merchants />
    </>
  );
}
