import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { reading } from '../api';
import { t } from '../words';

interface MemberPickerProps {
  readonly label: string;
  /** What is looked for at first: what is known of the person. */
  readonly sought?: string;
  readonly onChange: (member: { readonly id: string; readonly name: string } | null) => void;
}

/** A pause in typing after which it is asked. */
const PAUSE_MS = 150;
const MOST_SHOWN = 8;

/** One of the members, found by name, e-mail, phone or reference; nobody is chosen before a person does it. */
export function MemberPicker({ label, sought = '', onChange }: MemberPickerProps) {
  const [typed, setTyped] = useState(sought);
  const [asked, setAsked] = useState(sought);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const query = { limit: MOST_SHOWN, ...(asked !== '' && { q: asked }) };
  const { data } = useQuery({ ...reading('/v1/members', { query }), placeholderData: (before) => before });
  const members = (data?.data ?? []).filter(({ erasedAt }) => erasedAt === null);
  return (
    <ComboBox
      className="field"
      items={members}
      inputValue={typed}
      onInputChange={setTyped}
      onChange={(key) => {
        const chosen = members.find(({ id }) => id === key) ?? null;
        if (chosen !== null) setTyped(chosen.name);
        onChange(chosen);
      }}
      defaultFilter={() => true}
      menuTrigger="focus"
      allowsEmptyCollection
    >
      <Label className="label">{label}</Label>
      <Input />
      <Popover className="popover">
        <ListBox className="options" renderEmptyState={() => <p className="note">{t('members.nobody_found')}</p>}>
          {({ id, name, email, reference }: (typeof members)[number]) => (
            <ListBoxItem key={id} id={id} className="option" textValue={name}>
              <Text slot="label">{name}</Text>
              <Text slot="description" className="note">
                {[email, reference].filter((known) => known !== null).join(' · ')}
              </Text>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
