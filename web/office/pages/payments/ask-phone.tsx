import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { serverNow } from '../../../shared/client';
import { answerOf, api, reading } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { TextBox } from '../../ui/fields';
import type { Member } from '../../ui/member-picker';
import { Trouble } from '../../ui/trouble';
import { money, t } from '../../words';
import type { Promptable } from './promptable';

type Payment = Schema<'Payment'>;
const SECOND_MS = 1_000;

interface AskPhoneProps {
  readonly member: Member;
  readonly gateway: Promptable;
  /** Null while what is typed is no sum. */
  readonly amount: number | null;
  readonly currency: string;
  readonly onBegun: () => void;
  readonly onAgain: () => void;
}

/** Has the gateway ask a phone, and stays until its owner has answered or the time is over. */
export function AskPhone({ member, gateway, amount, currency, onBegun, onAgain }: AskPhoneProps) {
  const [phone, setPhone] = useState(member.phone ?? '');
  const ask = useCommand(
    (body: { amount: number; phone: string }, headers) =>
      answerOf(
        api.POST('/v1/payments', {
          body: { member: member.id, ...gateway, ...body, expiresInMs: 86_400_000 },
          headers,
        }),
      ),
    { changes: ['/v1/payments', '/v1/members'], then: onBegun },
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (amount !== null && phone.trim() !== '') ask.run({ amount, phone: phone.trim() });
  };
  if (ask.answer !== undefined)
    return (
      <Asked
        payment={ask.answer}
        phone={phone.trim()}
        onAgain={() => {
          ask.forget();
          onAgain();
        }}
      />
    );
  return (
    <form className="form" onSubmit={submit}>
      <TextBox
        label={t('payments.start.phone_number')}
        type="tel"
        value={phone}
        onChange={setPhone}
        description={t('payments.start.phone_example')}
        isRequired
      />
      <Trouble text={ask.trouble} />
      <Button
        type="submit"
        kind="primary"
        isRunning={ask.isRunning}
        isDisabled={amount === null || phone.trim() === ''}
      >
        {t('payments.start.ask', { sum: amount === null ? '…' : money(amount, currency) })}
      </Button>
    </form>
  );
}

interface AskedProps {
  readonly payment: Payment;
  /** As it was typed, until the gateway names it. */
  readonly phone: string;
  readonly onAgain: () => void;
}

/** Nothing is decided yet: also where the gateway holds the money. */
const OPEN: readonly Payment['status'][] = ['created', 'awaiting_payer', 'processing'];
const OPENING_MS = 1_500;

/** The phone was asked: the time that its owner has, then what came of it. */
function Asked({ payment: opened, phone, onAgain }: AskedProps) {
  const { data: payment = opened } = useQuery({
    ...reading('/v1/payments/{id}', { path: { id: opened.id } }),
    // No event tells that the prompt was sent.
    refetchInterval: ({ state }) => ((state.data ?? opened).status === 'created' ? OPENING_MS : false),
  });
  const left = useSecondsLeft(payment);
  const sum = money(payment.amount, payment.currency);
  const name = payment.memberName ?? t('payments.erased');
  const isOpen = OPEN.includes(payment.status);
  const outcome = isOpen ? (left === 0 ? 'unanswered' : 'asked') : payment.captured > 0 ? 'arrived' : 'refused';
  const tone = { asked: 'waiting', unanswered: 'waiting', arrived: 'good', refused: 'bad' }[outcome];
  const to = payment.nextAction?.kind === 'prompt' ? payment.nextAction.to : phone;
  return (
    <>
      <div className="card standing outcome" data-tone={tone} role="status">
        <p className="big">{t(`payments.start.${outcome}`, { sum, name, phone: to })}</p>
        {outcome === 'asked' && left !== null && <p aria-hidden>{t('payments.start.seconds', { count: left })}</p>}
      </div>
      <div className="actions">
        <Link className="pressable" to="/payments/$id" params={{ id: payment.id }}>
          {t('payments.start.see')}
        </Link>
        {outcome !== 'asked' && <Button onPress={onAgain}>{t('payments.start.again')}</Button>}
      </div>
    </>
  );
}

/** Until when the prompt can be approved by the gateway's own word; null: nothing was sent yet. */
function useSecondsLeft({ nextAction, timeline }: Payment): number | null {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const sentAt = timeline.find(({ kind }) => kind === 'checkout_opened')?.recordedAt;
  if (nextAction?.kind !== 'prompt' || sentAt === undefined) return null;
  return Math.max(0, Math.ceil((Date.parse(sentAt) + nextAction.patienceMs - now) / SECOND_MS));
}
