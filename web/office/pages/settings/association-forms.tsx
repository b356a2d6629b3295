import { Choice, Radios, TextBox, Tick } from '../../ui/fields';
import { Copyable } from '../../ui/copy';
import { errorOf, Form } from '../../ui/form';
import { Section } from '../../ui/page';
import { t } from '../../words';
import { useMerchantDraft } from './merchant-draft';
import { COUNTRIES_BY_NAME, zones } from './places';

/** Null takes away what was known. */
const orNone = (text: string) => (text.trim() === '' ? null : text);

/** What members and papers call the association by, and where it is. */
export function AboutYou() {
  const { settings, change, form } = useMerchantDraft();
  const space = `${location.origin}/m/${settings.slug}`;
  return (
    <Section title={t('settings.about_you')}>
      <Form {...form} fields={['name', 'address', 'registration', 'country', 'timeZone', 'slug']}>
        <TextBox
          label={t('field.name')}
          description={t('settings.name_for')}
          value={settings.name}
          onChange={(name) => change({ name })}
          error={errorOf(form.wrong, 'name')}
          isRequired
        />
        <TextBox
          label={t('field.address')}
          description={t('settings.address_for')}
          value={settings.address ?? ''}
          onChange={(address) => change({ address: orNone(address) })}
          error={errorOf(form.wrong, 'address')}
          isLong
        />
        <TextBox
          label={t('field.registration')}
          description={t('settings.registration_for')}
          value={settings.registration ?? ''}
          onChange={(registration) => change({ registration: orNone(registration) })}
          error={errorOf(form.wrong, 'registration')}
        />
        <Choice
          label={t('field.country')}
          options={COUNTRIES_BY_NAME}
          value={settings.country}
          onChange={(country) => change({ country })}
          error={errorOf(form.wrong, 'country')}
        />
        <Choice
          label={t('field.timeZone')}
          description={t('settings.zone_for')}
          options={zones(settings.timeZone)}
          value={settings.timeZone}
          onChange={(timeZone) => change({ timeZone })}
          error={errorOf(form.wrong, 'timeZone')}
        />
        <Choice
          label={t('field.locale')}
          description={t('settings.locale_for')}
          options={(['en', 'fr'] as const).map((key) => ({ key, text: t(`language.${key}`) }))}
          value={settings.locale}
          onChange={(locale) => change({ locale })}
        />
        <TextBox
          label={t('field.slug')}
          description={t('settings.slug_for')}
          value={settings.slug}
          onChange={(slug) => change({ slug })}
          error={errorOf(form.wrong, 'slug')}
        />
        <p className="secret">
          <Copyable text={space} label={t('settings.space')} />
        </p>
      </Form>
    </Section>
  );
}

/** Where payers come from, and where they go on to. */
export function AboutWebsite() {
  const { settings, change, form } = useMerchantDraft();
  const origins = (text: string) => text.split('\n').map((line) => line.trim());
  return (
    <Section title={t('settings.about_website')}>
      <Form {...form} fields={['returnOrigins', 'thankYouUrl']}>
        <TextBox
          label={t('field.returnOrigins')}
          description={t('settings.origins_for')}
          value={settings.returnOrigins.join('\n')}
          onChange={(text) => change({ returnOrigins: text === '' ? [] : origins(text) })}
          error={errorOf(form.wrong, 'returnOrigins')}
          isLong
        />
        <TextBox
          label={t('field.thankYouUrl')}
          description={t('settings.thanks_for')}
          type="url"
          value={settings.thankYouUrl ?? ''}
          onChange={(thankYouUrl) => change({ thankYouUrl: orNone(thankYouUrl) })}
          error={errorOf(form.wrong, 'thankYouUrl')}
        />
      </Form>
    </Section>
  );
}

/** What is done with money in the cases that people see differently. */
export function AboutPayments() {
  const { settings, change, form } = useMerchantDraft();
  return (
    <Section title={t('settings.about_payments')}>
      <Form {...form}>
        <Radios
          label={t('settings.late')}
          options={(['credit', 'refund'] as const).map((key) => ({ key, text: t(`late.${key}`) }))}
          value={settings.latePayments}
          onChange={(latePayments) => change({ latePayments })}
        />
        <Radios
          label={t('settings.fees')}
          options={(['merchant', 'payer'] as const).map((key) => ({ key, text: t(`fees.${key}`) }))}
          value={settings.refundFees}
          onChange={(refundFees) => change({ refundFees })}
        />
      </Form>
    </Section>
  );
}

/** Who has to prove more than a password. */
export function AboutSafety() {
  const { settings, change, form } = useMerchantDraft();
  return (
    <Section title={t('settings.about_safety')}>
      <Form {...form}>
        <Tick
          isSelected={settings.requireSecondFactor}
          onChange={(requireSecondFactor) => change({ requireSecondFactor })}
        >
          {t('settings.require')}
        </Tick>
        <p className="note">{t('settings.require_for')}</p>
      </Form>
    </Section>
  );
}
