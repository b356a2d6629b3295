import type { Schema } from '../../api';
import { Choice, TextBox } from '../../ui/fields';
import { t } from '../../words';

/** What is written down of a person; an empty text: nothing. */
export type Person = Readonly<Record<'name' | 'email' | 'phone' | 'reference' | 'address', string>> & {
  readonly locale: 'en' | 'fr' | 'none';
};

/** A form about nobody yet. */
export const NOBODY: Person = { name: '', email: '', phone: '', reference: '', address: '', locale: 'none' };

/** What is known of a member, as their form shows it. */
export function personOf(member: Schema<'Member'>): Person {
  const { name, email, phone, reference, address, locale } = member;
  return {
    name,
    email: email ?? '',
    phone: phone ?? '',
    reference: reference ?? '',
    address: address ?? '',
    locale: locale ?? 'none',
  };
}

interface PersonFieldsProps {
  readonly person: Person;
  readonly onChange: (person: Person) => void;
  /** What the API would not take, by field. */
  readonly wrong: readonly { readonly path: string; readonly message: string }[];
}

/** Who somebody is, and how they are reached. */
export function PersonFields({ person, onChange, wrong }: PersonFieldsProps) {
  const set = (field: keyof Person) => (value: string) => onChange({ ...person, [field]: value });
  const errorOf = (field: keyof Person) => wrong.find(({ path }) => path === field)?.message ?? null;
  return (
    <>
      <TextBox
        label={t('members.name')}
        value={person.name}
        onChange={set('name')}
        error={errorOf('name')}
        isRequired
        autoFocus
        autoComplete="off"
      />
      <TextBox
        label={t('members.email')}
        type="email"
        value={person.email}
        onChange={set('email')}
        error={errorOf('email')}
        description={t('members.email_for')}
        autoComplete="off"
      />
      <TextBox
        label={t('members.phone')}
        type="tel"
        value={person.phone}
        onChange={set('phone')}
        error={errorOf('phone')}
        autoComplete="off"
      />
      <TextBox
        label={t('members.reference')}
        value={person.reference}
        onChange={set('reference')}
        error={errorOf('reference')}
        description={t('members.reference_for')}
      />
      <TextBox
        label={t('members.address')}
        value={person.address}
        onChange={set('address')}
        error={errorOf('address')}
        isLong
      />
      <Choice
        label={t('members.locale')}
        value={person.locale}
        onChange={(locale) => onChange({ ...person, locale })}
        options={(['none', 'en', 'fr'] as const).map((key) => ({ key, text: t(`members.locale_${key}`) }))}
      />
    </>
  );
}
