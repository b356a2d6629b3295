import { useStanding } from '../../session';
import { Section } from '../../ui/page';
import { t } from '../../words';
import { countryName } from './places';

/** The settings, for those who may not change them. */
export function AssociationFacts() {
  const { merchant } = useStanding();
  const facts: readonly (readonly [string, string | null])[] = [
    ['name', merchant.name],
    ['address', merchant.address],
    ['registration', merchant.registration],
    ['country', merchant.country === null ? null : countryName(merchant.country)],
    ['currency', merchant.currency],
    ['timeZone', merchant.timeZone],
    ['locale', t(`language.${merchant.locale}`)],
    ['latePayments', t(`late.${merchant.latePayments}`)],
    ['refundFees', t(`fees.${merchant.refundFees}`)],
  ];
  return (
    <Section title={merchant.name}>
      <p className="note">{t('settings.read_only')}</p>
      <dl>
        {facts.map(([field, value]) => (
          <div key={field}>
            <dt>{t(`field.${field}`)}</dt>
            <dd>{value ?? t('shell.none')}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
