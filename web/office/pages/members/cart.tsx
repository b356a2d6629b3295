import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { Money } from '../../ui/money';
import { Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { day, money, t } from '../../words';
import { CancelCharge } from './cancel-charge';
import { useMemberRights } from './rights';

type Charge = Schema<'Charge'>;
type Payline = Schema<'Payline'>;
type Cart = Schema<'Cart'>;

const TONES: Readonly<Record<Charge['status'], Tone>> = {
  open: 'waiting',
  partly_paid: 'waiting',
  paid: 'good',
  cancelled: 'plain',
};

/** What the member is asked for, with what is paid and open of it; newest first. */
export function Charges({ member, cart }: { readonly member: Schema<'Member'>; readonly cart: Cart }) {
  const { charges, currency, more } = cart;
  const { mayCancelCharges } = useMemberRights();
  const [cancelled, cancel] = useState<Charge | null>(null);
  const columns: readonly Column<Charge>[] = [
    {
      key: 'label',
      title: t('members.charge_label'),
      isName: true,
      cell: ({ label, category }) => (
        <>
          {label}
          {label.toLowerCase() !== category.toLowerCase() && <span className="note"> · {category}</span>}
        </>
      ),
    },
    { key: 'due', title: t('members.due_on'), cell: ({ dueOn }) => (dueOn === undefined ? '–' : dayOf(dueOn)) },
    {
      key: 'amount',
      title: t('members.amount'),
      isFigure: true,
      cell: ({ amount, status }) =>
        status === 'cancelled' ? <s>{money(amount, currency)}</s> : <Money {...{ amount, currency }} />,
    },
    {
      key: 'paid',
      title: t('members.paid'),
      isFigure: true,
      cell: ({ paid }) => <Money amount={paid} currency={currency} />,
    },
    {
      key: 'status',
      title: t('members.state'),
      cell: (charge) => <Tag tone={TONES[charge.status]}>{stateOf(charge, currency)}</Tag>,
    },
    ...(mayCancelCharges
      ? [
          {
            key: 'cancel',
            title: t('members.what_now'),
            cell: (charge: Charge) =>
              charge.status === 'cancelled' ? null : (
                <Button onPress={() => cancel(charge)} label={t('members.cancel_named', { label: charge.label })}>
                  {t('members.cancel')}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Section title={t('members.charges')}>
      {charges.length === 0 ? (
        <p className="note">{t('members.no_charges')}</p>
      ) : (
        <Table caption={t('members.charges')} columns={columns} rows={charges.toReversed()} keyOf={({ id }) => id} />
      )}
      {more.charges !== null && <p className="note">{t('members.older_charges')}</p>}
      {cancelled !== null && (
        <CancelCharge member={member} charge={cancelled} currency={currency} onClose={() => cancel(null)} />
      )}
    </Section>
  );
}

/** A day without an hour is the same day everywhere. */
const dayOf = (dueOn: string): string => day(`${dueOn}T12:00:00Z`);

function stateOf({ status, amount, paid }: Charge, currency: string): string {
  return status === 'partly_paid'
    ? t('members.charge_partly', { open: money(amount - paid, currency) })
    : t(`members.charge_${status}`);
}

/** What came of the member's money, and what went back; newest first. */
export function Paylines({ cart: { paylines, currency, more } }: { readonly cart: Cart }) {
  const columns: readonly Column<Payline>[] = [
    { key: 'at', title: t('members.when'), isName: true, cell: ({ at }) => day(at) },
    {
      key: 'kind',
      title: t('members.what'),
      cell: ({ kind, payment }) =>
        payment === null ? (
          t(`members.payline_${kind}`)
        ) : (
          <Link to="/payments/$id" params={{ id: payment }}>
            {t(`members.payline_${kind}`)}
          </Link>
        ),
    },
    {
      key: 'amount',
      title: t('members.amount'),
      isFigure: true,
      cell: ({ amount }) => <Money {...{ amount, currency }} />,
    },
  ];
  return (
    <Section title={t('members.paylines')}>
      {paylines.length === 0 ? (
        <p className="note">{t('members.no_paylines')}</p>
      ) : (
        <Table caption={t('members.paylines')} columns={columns} rows={paylines.toReversed()} keyOf={({ id }) => id} />
      )}
      {more.paylines !== null && <p className="note">{t('members.older_paylines')}</p>}
    </Section>
  );
}
