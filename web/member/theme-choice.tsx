import { useState } from 'preact/hooks';
import { colorScheme, themeCookie, themeOf, THEMES } from '../shared/theme';
import type { Theme } from '../shared/theme';
import { t } from './words';

const NAMES: Readonly<Record<Theme, string>> = { system: 'theme.system', light: 'theme.light', dark: 'theme.dark' };

/** Light, dark, or as the device has it; kept in this browser. */
export function ThemeChoice() {
  const [chosen, setChosen] = useState(() => themeOf(document.cookie));
  const choose = (theme: Theme) => {
    setChosen(theme);
    document.cookie = themeCookie(theme);
    document.documentElement.dataset['theme'] = theme;
    document.querySelector('meta[name=color-scheme]')?.setAttribute('content', colorScheme(theme));
  };
  return (
    <section class="card">
      <h2>{t('theme.title')}</h2>
      <div class="choice">
        {THEMES.map((theme) => (
          <button
            key={theme}
            type="button"
            class={theme === chosen ? '' : 'quiet'}
            aria-pressed={theme === chosen}
            onClick={() => choose(theme)}
          >
            {t(NAMES[theme])}
          </button>
        ))}
      </div>
    </section>
  );
}
