import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Autocomplete, Input, Label, Menu, MenuItem, SearchField, Text } from 'react-aria-components';
import { reading } from '../api';
import { useStanding } from '../session';
import { Dialog } from '../ui/dialog';
import { usePaused } from '../ui/paused';
import { t } from '../words';
import { showPalette } from './palette-key';

const PAGES = [
  '/',
  '/payments',
  '/payments/new',
  '/agreements',
  '/attention',
  '/members',
  '/books',
  '/gateways',
  '/settings/me',
] as const;

/** Members, payments (also by reference and amount), and pages. */
export default function Palette() {
  const navigate = useNavigate();
  const { role } = useStanding();
  const [typed, setTyped] = useState('');
  const sought = usePaused(typed.trim());
  const { data } = useQuery({ ...reading('/v1/search', { query: { q: sought } }), enabled: sought.length > 1 });
  const found = sought.length > 1 ? (data?.data ?? []) : [];
  const pages = PAGES.filter((to) => to !== '/books' || role !== 'desk') // the desk does not see them
    .map((to) => ({ to, text: t(`page.${to}`) }))
    .filter(({ text }) => text.toLowerCase().includes(typed.trim().toLowerCase()));
  const go = (address: string) => {
    showPalette(false);
    void navigate({ to: address });
  };
  return (
    <Dialog title={t('palette.title')} onClose={() => showPalette(false)}>
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <SearchField className="field" autoFocus>
          <Label className="hidden">{t('palette.open')}</Label>
          <Input placeholder={t('palette.hint')} />
        </SearchField>
        <Menu className="options" aria-label={t('palette.title')} onAction={(key) => go(String(key))}>
          {found.map(({ kind, id, title, subtitle }) => (
            <MenuItem key={id} id={addressOf(kind, id)} className="option" textValue={title}>
              <Text slot="label">{title}</Text>
              <Text slot="description" className="note">
                {t(`found.${kind}`)} · {subtitle}
              </Text>
            </MenuItem>
          ))}
          {pages.map(({ to, text }) => (
            <MenuItem key={to} id={to} className="option">
              {text}
            </MenuItem>
          ))}
        </Menu>
      </Autocomplete>
    </Dialog>
  );
}

function addressOf(kind: string, id: string): string {
  switch (kind) {
    case 'member':
      return `/members/${id}`;
    case 'payment':
      return `/payments/${id}`;
    case 'refund':
      return `/payments?q=${id}`; // found by it is the payment that it gives back
    default:
      return `/attention?id=${id}`;
  }
}
