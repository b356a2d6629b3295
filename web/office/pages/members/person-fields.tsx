import type { Schema } from '../../api';
import { Choice, TextBox } from '../../ui/fields';
import { errorOf } from '../../ui/form';
import type { WrongField } from '../../ui/form';
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
  readonly wrong: readonly WrongField[];
}

/** Those that say themselves what is wrong with them. */
export const FIELDS_OF_PERSON = ['name', 'email', 'phone', 'reference', 'address'];

/** Who somebody is, and how they are reached. */
export function PersonFields({ person, onChange, wrong }: PersonFieldsProps) {
  const set = (field: keyof Person) => (value: string) => onChange({ ...person, [field]: value });
  return (
    <>
      <TextBox
        label={t('members.name')}
        value={person.name}
        onChange={set('name')}
        error={errorOf(wrong, 'name')}
        isRequired
        autoFocus
        autoComplete="off"
      />
      <TextBox
        label={t('members.email')}
        type="email"
        value={person.email}
        onChange={set('email')}
        error={errorOf(wrong, 'email')}
        description={t('members.email_for')}
        autoComplete="off"
      />
      <TextBox
        label={t('members.phone')}
        type="tel"
        value={person.phone}
        onChange={set('phone')}
        error={errorOf(wrong, 'phone')}
        autoComplete="off"
      />
      <TextBox
        label={t('members.reference')}
        value={person.reference}
        onChange={set('reference')}
        error={errorOf(wrong, 'reference')}
        description={t('members.reference_for')}
      />
      <TextBox
        label={t('members.address')}
        value={person.address}
        onChange={set('address')}
        error={errorOf(wrong, 'address')}
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
