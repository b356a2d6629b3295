import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { reading } from '../api';
import type { Schema } from '../api';
import { t } from '../words';

export type Member = Schema<'Member'>;

/** A pause in typing after which it is asked. */
const PAUSE_MS = 150;

interface MemberBoxProps {
  readonly label: string;
  readonly onChange: (member: Member | null) => void;
  readonly autoFocus?: boolean;
}

/** One member, found by how the name, e-mail, phone or reference begins. */
export function MemberBox({ label, onChange, autoFocus = false }: MemberBoxProps) {
  const [typed, setTyped] = useState('');
  const [sought, setSought] = useState('');
  const [chosen, setChosen] = useState<Member | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSought(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const { data } = useQuery({
    ...reading('/v1/members', { query: { limit: 10, ...(sought !== '' && { q: sought }) } }),
    placeholderData: keepPreviousData,
  });
  const found = data?.data ?? [];
  return (
    <ComboBox
      className="field"
      items={found}
      inputValue={typed}
      onInputChange={(text) => {
        setTyped(text);
        if (chosen !== null && text !== chosen.name) {
          setChosen(null);
          onChange(null);
        }
      }}
      value={chosen?.id ?? null}
      onChange={(key) => {
        const member = found.find(({ id }) => id === key) ?? null;
        if (member === null) return;
        setChosen(member);
        setTyped(member.name);
        onChange(member);
      }}
      allowsEmptyCollection
      menuTrigger="focus"
    >
      <Label className="label">{label}</Label>
      <Input autoFocus={autoFocus} autoComplete="off" />
      <Popover className="popover">
        <ListBox<Member>
          className="options"
          renderEmptyState={() => <p className="option">{t('payments.start.nobody')}</p>}
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
