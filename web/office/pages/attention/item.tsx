import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useStanding } from '../../session';
import { TextBox } from '../../ui/fields';
import { Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { Ago } from '../../ui/time';
import { t } from '../../words';
import { ItemFacts } from './item-facts';
import { daysUntil, reasonFor, sumOf, titleOf } from './sayings';
import { WayOut } from './way-out';

interface ItemProps {
  readonly item: Schema<'AttentionItem'>;
  /** Whether the queue is being read anew: what was just done may still be in it. */
  readonly isFetching: boolean;
  readonly onDone: () => void;
}

/** One thing that waits: why it is here, what most people do about it, and what else can be done. */
export function Item({ item, isFetching, onDone }: ItemProps) {
  const { merchant } = useStanding();
  const payment = usePayment(item.payment);
  const dispute = useDispute(item.dispute);
  const [note, setNote] = useState('');
  const ways = [item.proposal, ...item.others];
  const mayDecide = useMayDecide(item);
  const sum = sumOf(item);
  return (
    <Section
      title={sum === null ? titleOf(item) : t('attention.headline', { title: titleOf(item), sum })}
      actions={<Ago at={item.since} />}
    >
      <p className="why">{reasonFor(item, { payment, dispute, own: merchant.currency })}</p>
      {typeof dispute?.answerBy === 'string' && dispute.status === 'open' && (
        <p>
          <Tag tone="person">{t('attention.days_left', { count: daysUntil(dispute.answerBy) })}</Tag>
        </p>
      )}
      <ItemFacts item={item} payment={payment} dispute={dispute} />
      {mayDecide ? (
        <>
          <ul className="ways">
            {ways.map((way, index) => (
              <li key={`${way.action} ${JSON.stringify(way.body)}`}>
                <WayOut
                  item={item}
                  proposal={way}
                  isUsual={index === 0}
                  payment={payment}
                  note={note}
                  isFetching={isFetching}
                  onDone={onDone}
                />
              </li>
            ))}
          </ul>
          {ways.some(({ method }) => method !== null) && (
            <TextBox
              label={t('attention.note')}
              value={note}
              onChange={setNote}
              description={t('attention.note_for')}
            />
          )}
        </>
      ) : (
        <p className="note">{t('attention.not_yours')}</p>
      )}
    </Section>
  );
}

/** Money is decided on by owner and treasurer; the desk may cancel what is not paid. */
function useMayDecide({ proposal }: Schema<'AttentionItem'>): boolean {
  const { role } = useStanding();
  return role === 'owner' || role === 'treasurer' || (role === 'desk' && proposal.action === 'cancel');
}

function usePayment(id: string | null) {
  return useQuery({ ...reading('/v1/payments/{id}', { path: { id: id ?? '' } }), enabled: id !== null }).data;
}

function useDispute(id: string | null) {
  return useQuery({ ...reading('/v1/disputes/{id}', { path: { id: id ?? '' } }), enabled: id !== null }).data;
}
