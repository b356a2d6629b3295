import { useStanding } from '../../session';
import { AboutPayments, AboutSafety, AboutWebsite, AboutYou } from './association-forms';
import { AssociationFacts } from './association-facts';
import { SettingsPage } from './settings-page';
import { TestTwin } from './test-twin';

/** What the association says of itself, and how its money is dealt with. */
export function AssociationPage() {
  const { role } = useStanding();
  const mayChange = role === 'owner' || role === 'treasurer';
  return (
    <SettingsPage place="association">
      {mayChange ? (
        <>
          <AboutYou />
          <AboutWebsite />
          <AboutPayments />
          <AboutSafety />
        </>
      ) : (
        <AssociationFacts />
      )}
      {role === 'owner' && <TestTwin />}
    </SettingsPage>
  );
}
