import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { reading } from '../api';
import type { Schema } from '../api';
import { t } from '../words';
import { usePaused } from './paused';

export type Member = Schema<'Member'>;

interface MemberPickerProps {
  readonly label: string;
  /** What is looked for at first: what is known of the person. */
  readonly sought?: string;
  readonly onChange: (member: Member | null) => void;
  readonly autoFocus?: boolean;
}

const MOST_SHOWN = 8;

/** One of the members, found by name, e-mail, phone or reference; nobody is chosen before a person does it. */
export function MemberPicker({ label, sought = '', onChange, autoFocus = false }: MemberPickerProps) {
  const [typed, setTyped] = useState(sought);
  const asked = usePaused(typed.trim());
  const [chosen, setChosen] = useState<Member | null>(null);
  const query = { limit: MOST_SHOWN, ...(asked !== '' && { q: asked }) };
  const { data } = useQuery({ ...reading('/v1/members', { query }), placeholderData: keepPreviousData });
  const found = (data?.data ?? []).filter(({ erasedAt }) => erasedAt === null);

  function choose(member: Member | null): void {
    setChosen(member);
    if (member !== null) setTyped(member.name);
    onChange(member);
  }
  return (
    <ComboBox
      className="field"
      items={found}
      inputValue={typed}
      onInputChange={(text) => {
        setTyped(text);
        if (chosen !== null && text !== chosen.name) choose(null);
      }}
      value={chosen?.id ?? null}
      onChange={(key) => {
        const member = found.find(({ id }) => id === key);
        if (member) choose(member);
      }}
      defaultFilter={() => true}
      menuTrigger="focus"
      allowsEmptyCollection
    >
      <Label className="label">{label}</Label>
      <Input autoFocus={autoFocus} autoComplete="off" />
      <Popover className="popover">
        <ListBox<Member>
          className="options"
          renderEmptyState={() => <p className="option">{t('members.nobody_found')}</p>}
        >
          {(member) => (
            <ListBoxItem id={member.id} className="option" textValue={member.name}>
              <Text slot="label">{member.name}</Text>
              <Text slot="description" className="note">
                {[member.reference, member.email, member.phone].filter(Boolean).join(' · ')}
              </Text>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
