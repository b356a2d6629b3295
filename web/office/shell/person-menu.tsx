import { Button as Pressable, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useStanding } from '../session';
import { language, t } from '../words';
import { THEMES } from '../../shared/theme';
import { chooseLanguage, chooseTheme, theme } from './choices';
import { signOut } from './signing';

/** What one chooses for oneself, under a button that shows `children`. It opens by itself when it comes: it was asked for. */
export default function PersonMenu({ children }: { readonly children: ReactNode }) {
  const { session } = useStanding();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState(theme);
  return (
    <MenuTrigger defaultOpen>
      <Pressable className="pressable quiet" aria-label={t('shell.person', { name: session.user.name })}>
        {children}
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
