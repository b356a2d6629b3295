import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { MemberPicker } from '../../ui/member-picker';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { Cost } from './cost';
import { useDoing } from './doing';
import { useMessage } from './item-facts';
import { sumOf, wayOf } from './sayings';

interface WayOutProps {
  readonly item: Schema<'AttentionItem'>;
  readonly proposal: Schema<'Proposal'>;
  /** What most people do. */
  readonly isUsual: boolean;
  readonly payment: Schema<'Payment'> | undefined;
  readonly note: string;
  readonly isFetching: boolean;
  readonly onDone: () => void;
}

/** One way out: what is pressed, what then happens, and what it costs, before it is pressed. */
export function WayOut({ item, proposal, isUsual, payment, note, isFetching, onDone }: WayOutProps) {
  const way = wayOf(item, proposal);
  const needsMember = proposal.needs.includes('member');
  const [chosen, choose] = useState<{ readonly id: string; readonly name: string } | null>(null);
  const proposed = useMemberName(way === 'attach' ? proposal.body?.['member'] : undefined);
  const message = useMessage(needsMember ? item.notification : null);
  const doing = useDoing(way, onDone);
  const values = {
    sum: sumOf(item) ?? '',
    gateway: item.gateway === null ? '' : t(`gateway.${item.gateway}`),
    name: needsMember ? (chosen?.name ?? '') : (proposed ?? payment?.memberName ?? ''),
  };
  const effect = <p className="note">{t(`attention.effect.${way}`, values)}</p>;
  if (proposal.method === null) return effect;
  const isReady = !needsMember || chosen !== null;
  return (
    <>
      {needsMember && message !== undefined && (
        <MemberPicker
          label={t('attention.which_member')}
          sought={message.payer?.email ?? message.payer?.name ?? ''}
          onChange={choose}
        />
      )}
      <Button
        kind={isUsual ? 'primary' : 'plain'}
        onPress={() => doing.run({ proposal, note, member: chosen?.id ?? null })}
        isRunning={doing.isRunning}
        isDisabled={!isReady || (doing.answer !== undefined && isFetching)}
      >
        {t(way === 'attach' && values.name === '' ? 'attention.do.attach_nobody' : `attention.do.${way}`, values)}
      </Button>
      {effect}
      <Cost proposal={proposal} />
      <Trouble text={doing.trouble} />
    </>
  );
}

function useMemberName(id: unknown): string | undefined {
  const isKnown = typeof id === 'string';
  return useQuery({
    ...reading('/v1/members/{id}', { path: { id: isKnown ? id : '' } }),
    enabled: isKnown,
  }).data?.name;
}
