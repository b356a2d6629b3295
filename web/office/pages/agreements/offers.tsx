import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { More } from '../../ui/more';
import { Answered, Empty } from '../../ui/page';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { t } from '../../words';
import { AgreementsPage } from './agreements-page';
import { OfferDialog } from './offer-dialog';
import { useAgreementRights } from './rights';
import { numberOf, offeredTerms } from './sayings';

type Offer = Schema<'Offer'>;
type Opened = { readonly kind: 'change' | 'withdraw'; readonly offer: Offer } | { readonly kind: 'add' };

/** What members can begin by themselves. */
export function OffersPage() {
  const { mayOffer } = useAgreementRights();
  const [opened, open] = useState<Opened | null>(null);
  const { query, more } = useList('/v1/offers', {});
  const add = mayOffer && (
    <Button kind="primary" onPress={() => open({ kind: 'add' })}>
      {t('offers.add')}
    </Button>
  );
  const close = () => open(null);
  return (
    <AgreementsPage title={t('agreements.offers')} actions={add}>
      <p>{t('offers.text')}</p>
      <Answered query={query}>
        {(offers) =>
          offers.length === 0 ? (
            <Empty action={add}>{t('offers.empty')}</Empty>
          ) : (
            <Table
              caption={t('agreements.offers')}
              columns={columns(mayOffer, open)}
              rows={offers}
              keyOf={({ id }) => id}
            />
          )
        }
      </Answered>
      <More more={more} />
      {opened?.kind === 'add' && <OfferDialog onClose={close} />}
      {opened?.kind === 'change' && <OfferDialog offer={opened.offer} onClose={close} />}
      {opened?.kind === 'withdraw' && <Withdraw of={opened.offer} onClose={close} />}
    </AgreementsPage>
  );
}

function columns(mayOffer: boolean, open: (opened: Opened) => void): readonly Column<Offer>[] {
  const shown: readonly Column<Offer>[] = [
    { key: 'label', title: t('members.charge_label'), isName: true, cell: ({ label }) => label },
    { key: 'terms', title: t('agreements.agreed'), cell: (offer) => offeredTerms(offer) },
    { key: 'number', title: t('agreements.how_many'), cell: ({ instalments }) => numberOf(instalments) },
    { key: 'category', title: t('members.category'), cell: ({ category }) => category },
  ];
  if (!mayOffer) return shown;
  return [
    ...shown,
    {
      key: 'act',
      title: t('payments.column.act'),
      cell: (offer) => (
        <span className="actions">
          <Button
            kind="quiet"
            onPress={() => open({ kind: 'change', offer })}
            label={t('offers.change_of', { label: offer.label })}
          >
            {t('offers.change')}
          </Button>
          <Button
            kind="quiet"
            onPress={() => open({ kind: 'withdraw', offer })}
            label={t('offers.withdraw_of', { label: offer.label })}
          >
            {t('offers.withdraw')}
          </Button>
        </span>
      ),
    },
  ];
}

function Withdraw({ of: { id, label }, onClose }: { readonly of: Offer; readonly onClose: () => void }) {
  const withdrawing = useCommand(
    (_: null, headers) => answerOf(api.DELETE('/v1/offers/{id}', { params: { path: { id } }, headers })),
    { changes: ['/v1/offers'], done: () => t('offers.withdrawn', { label }), then: onClose },
  );
  return (
    <Confirm
      title={t('offers.withdraw_of', { label })}
      action={t('offers.withdraw_of', { label })}
      onConfirm={() => withdrawing.run(null)}
      onClose={onClose}
      isRunning={withdrawing.isRunning}
      trouble={withdrawing.trouble}
    >
      {t('offers.withdraw_text')}
    </Confirm>
  );
}
