import { Link } from '@tanstack/react-router';
import { t } from '../words';

/** An address at which the office has no page. */
export function Missing() {
  return (
    <main className="narrow">
      <section className="card standing" data-tone="bad">
        <h1>{t('shell.missing')}</h1>
        <p>
          <Link to="/">{t('menu.today')}</Link>
        </p>
      </section>
    </main>
  );
}
