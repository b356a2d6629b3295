import { lazy, Suspense, useEffect, useState } from 'react';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { Button as Pressable } from 'react-aria-components';
import { useStanding } from '../session';
import { t } from '../words';
import { showPalette } from './palette-key';

// Most work for one, and what opens over the page weighs a fifth of it.
const MerchantChoice = lazy(() => import('./merchant-choice'));
const personMenu = () => import('./person-menu');
const PersonMenu = lazy(personMenu);

/** Where one works, what is searched, and who one is. */
export function Header() {
  const { session, merchant } = useStanding();
  return (
    <header className="bar">
      <div className="where">
        {session.merchants.length === 1 ? (
          <Name />
        ) : (
          <Suspense fallback={<Name />}>
            <MerchantChoice />
          </Suspense>
        )}
      </div>
      <Pressable className="pressable quiet sought" onPress={() => showPalette(true)}>
        <Search size={16} aria-hidden />
        <span>{t('palette.open')}</span>
        <kbd aria-hidden>Ctrl K</kbd>
      </Pressable>
      <Person />
      {merchant.testOf !== null && <p className="banner">{t('shell.test_twin')}</p>}
    </header>
  );
}

function Name() {
  const { merchant } = useStanding();
  return <p className="merchant">{merchant.name}</p>;
}

/** The menu comes once the page is drawn, and with it what every later page opens over itself. */
function Person() {
  const { session } = useStanding();
  const [isWanted, want] = useState(false);
  useEffect(() => {
    personMenu().catch(() => undefined); // who presses the button asks for it again
  }, []);
  const face = (
    <>
      <MenuIcon size={16} aria-hidden />
      <span className="person">{session.user.name}</span>
    </>
  );
  const opener = (
    <button
      type="button"
      className="pressable quiet"
      aria-label={t('shell.person', { name: session.user.name })}
      aria-haspopup="true"
      onClick={() => want(true)}
    >
      {face}
    </button>
  );
  return isWanted ? (
    <Suspense fallback={opener}>
      <PersonMenu>{face}</PersonMenu>
    </Suspense>
  ) : (
    opener
  );
}
