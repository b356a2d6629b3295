import { Link } from '@tanstack/react-router';
import { t } from '../../words';

/** The payments, what is collected by itself, and what members can begin of that. */
export function PaymentSides() {
  return (
    <nav className="sides" aria-label={t('menu.payments')}>
      <Link
        to="/payments"
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        {t('menu.payments')}
      </Link>
      <Link
        to="/agreements"
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        {t('agreements.side')}
      </Link>
      <Link to="/agreements/offers" activeProps={{ 'aria-current': 'page' }}>
        {t('agreements.offers')}
      </Link>
    </nav>
  );
}
