import { lazy, Suspense, useState } from 'react';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { Button as Pressable, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useNavigate } from '@tanstack/react-router';
import { useStanding } from '../session';
import { language, t } from '../words';
import { THEMES } from '../../shared/theme';
import { chooseLanguage, chooseTheme, theme } from './choices';
import { showPalette } from './palette-key';
import { signOut } from './signing';

// Most work for one, and lists that open weigh a tenth of the page.
const MerchantChoice = lazy(() => import('./merchant-choice'));

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
      <PersonMenu />
      {merchant.testOf !== null && <p className="banner">{t('shell.test_twin')}</p>}
    </header>
  );
}

function Name() {
  const { merchant } = useStanding();
  return <p className="merchant">{merchant.name}</p>;
}

function PersonMenu() {
  const { session } = useStanding();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState(theme);
  return (
    <MenuTrigger>
      <Pressable className="pressable quiet" aria-label={t('shell.person', { name: session.user.name })}>
        <MenuIcon size={16} aria-hidden />
        <span className="person">{session.user.name}</span>
      </Pressable>
      <Popover className="popover" placement="bottom end">
        <Menu
          className="options"
          onAction={(key) => {
            if (key === 'me') void navigate({ to: '/settings/me' });
            if (key === 'language') chooseLanguage(language() === 'en' ? 'fr' : 'en');
            if (key === 'out') signOut();
            const picked = THEMES.find((name) => name === key);
            if (picked === undefined) return;
            chooseTheme(picked);
            setChosen(picked);
          }}
        >
          <MenuItem id="me" className="option">
            {t('settings.me')}
          </MenuItem>
          <MenuItem id="language" className="option">
            {language() === 'en' ? 'Français' : 'English'}
          </MenuItem>
          {THEMES.filter((name) => name !== chosen).map((name) => (
            <MenuItem key={name} id={name} className="option">
              {t(`look.${name}`)}
            </MenuItem>
          ))}
          <MenuItem id="out" className="option">
            {t('shell.sign_out')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
