import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { answerOf, api, reading } from '../../api';
import type { AnswerTo, Schema } from '../../api';
import { useCommand } from '../../command';
import { sentenceFor } from '../../problems';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Entries } from '../../ui/entries';
import { MoneyBox, TextBox, Tick } from '../../ui/fields';
import { Money } from '../../ui/money';
import { Answered } from '../../ui/page';
import { usePaused } from '../../ui/paused';
import { Trouble } from '../../ui/trouble';
import { money, t } from '../../words';
import { Refunded } from './refunded';
import { whyNot } from './why';

type Payment = Schema<'Payment'>;
type Preview = AnswerTo<'/v1/payments/{id}/refund-preview'>;
type Paid = AnswerTo<'/v1/payments/{id}/charges'>;

interface RefundProps {
  readonly payment: Payment;
  readonly onClose: () => void;
  /** It is given back because all of it is cancelled. */
  readonly isCancelling?: boolean;
}

/** What was given back, and what was said before that it would do. */
interface Done {
  readonly refund: Schema<'Refund'>;
  readonly foretold: Preview;
}

/** Gives money back: what it costs and what the books will say is read before; afterwards it is compared with what they say. */
export function RefundDialog({ payment, onClose, isCancelling = false }: RefundProps) {
  const [done, setDone] = useState<Done | null>(null);
  const path = { id: payment.id };
  const whole = useQuery({
    ...reading('/v1/payments/{id}/refund-preview', { path, query: {} }),
    // The form begins with what is true now, and keeps it: the refund's own events come before its answer.
    staleTime: 'static',
    gcTime: 0,
  });
  const paid = useQuery(reading('/v1/payments/{id}/charges', { path }));
  const title = t(isCancelling ? 'payments.cancel_title' : 'payments.refund.title');
  return (
    <Dialog title={title} onClose={onClose} isWide>
      {done !== null ? (
        <Refunded payment={payment} refund={done.refund} foretold={done.foretold.entries} onClose={onClose} />
      ) : (
        <Answered query={whole}>
          {(first) =>
            first.possible ? (
              <RefundForm
                payment={payment}
                first={first}
                paid={paid.data?.data ?? []}
                isCancelling={isCancelling}
                onDone={setDone}
                onClose={onClose}
              />
            ) : (
              <Impossible preview={first} onClose={onClose} />
            )
          }
        </Answered>
      )}
    </Dialog>
  );
}

function Impossible({ preview, onClose }: { readonly preview: Preview; readonly onClose: () => void }) {
  return (
    <>
      <p role="alert">{whyNot(preview)}</p>
      <div className="actions">
        <Button onPress={onClose}>{t('shell.close')}</Button>
      </div>
    </>
  );
}

interface FormProps extends RefundProps {
  /** What would happen if all that is left went back. */
  readonly first: Preview;
  /** Which charges it pays. */
  readonly paid: Paid['data'];
  readonly onDone: (done: Done) => void;
}

function RefundForm({ payment, first, paid, isCancelling, onDone, onClose }: FormProps) {
  const { currency } = payment;
  const name = payment.memberName ?? t('payments.erased');
  const [amount, setAmount] = useState<number | null>(first.amount);
  const [charges, setCharges] = useState<readonly string[]>([]);
  const [round, setRound] = useState(0);
  const [note, setNote] = useState('');
  const asked = usePaused(amount) ?? first.amount;
  const { data: preview, error } = useQuery({
    ...reading('/v1/payments/{id}/refund-preview', {
      path: { id: payment.id },
      query: {
        amount: String(asked),
        ...(charges.length > 0 && { cancelCharges: charges.join(',') }),
      },
    }),
    placeholderData: keepPreviousData,
  });
  const foretold = useRef<Preview | null>(null);
  const refund = useCommand(
    (body: { amount: number; note?: string; cancelCharges?: string[] }, headers) =>
      answerOf(api.POST('/v1/payments/{id}/refunds', { params: { path: { id: payment.id } }, body, headers })),
    {
      changes: ['/v1/payments', '/v1/refunds', '/v1/ledger', '/v1/members', '/v1/attention'],
      then: (made) => foretold.current !== null && onDone({ refund: made, foretold: foretold.current }),
    },
  );
  const choose = (id: string, isChosen: boolean) => {
    const chosen = isChosen ? [...charges, id] : charges.filter((other) => other !== id);
    const ofThem = paid.filter((charge) => chosen.includes(charge.id)).reduce((sum, charge) => sum + charge.amount, 0);
    setCharges(chosen);
    setRound(round + 1);
    setAmount(chosen.length === 0 ? first.amount : Math.min(ofThem, first.refundable));
  };
  const sum = amount === null ? null : money(amount, currency);
  const refused = preview?.possible === false && preview.amount === amount ? whyNot(preview) : null;
  const give = () => {
    if (amount === null || preview === undefined) return;
    foretold.current = preview;
    refund.run({
      amount,
      ...(note.trim() !== '' && { note: note.trim() }),
      ...(charges.length > 0 && { cancelCharges: [...charges] }),
    });
  };
  return (
    <div className="form">
      {isCancelling && <p>{t('payments.refund.cancelling', { sum: money(first.amount, currency), name })}</p>}
      {!isCancelling && (
        <MoneyBox
          key={round}
          autoFocus={round === 0}
          label={t('payments.refund.amount')}
          currency={currency}
          value={amount}
          onChange={setAmount}
          error={refused}
          description={t('payments.refund.left', { sum: money(first.refundable, currency) })}
        />
      )}
      {!isCancelling && paid.length > 0 && (
        <fieldset className="radios">
          <legend className="label">{t('payments.refund.charges')}</legend>
          {paid.map((charge) => (
            <Tick
              key={charge.id}
              isSelected={charges.includes(charge.id)}
              onChange={(isChosen) => choose(charge.id, isChosen)}
            >
              {t('payments.refund.charge', { label: charge.label, sum: money(charge.amount, currency) })}
            </Tick>
          ))}
        </fieldset>
      )}
      {preview?.possible === true && <Foretold preview={preview} payment={payment} />}
      {isCancelling && <Trouble text={refused} />}
      <TextBox label={t('payments.refund.note')} value={note} onChange={setNote} />
      <Trouble text={refund.trouble ?? (error && sentenceFor(error))} />
      <div className="actions">
        <Button
          kind="primary"
          onPress={give}
          isRunning={refund.isRunning}
          isDisabled={sum === null || preview?.possible !== true || preview.amount !== amount}
        >
          {t('payments.refund.give', { sum: sum ?? '…', name })}
        </Button>
        <Button kind="quiet" onPress={onClose}>
          {t('payments.refund.not')}
        </Button>
      </div>
    </div>
  );
}

/** What it will do: to the payer, to the balance, to the cart, and to the books. */
function Foretold({ preview, payment }: { readonly preview: Preview; readonly payment: Payment }) {
  const { currency, payerReceives, feeLost, chargesDueAgain, creditReduced, entries } = preview;
  const gateway = t(`gateway.${payment.gateway}`);
  const name = payment.memberName ?? t('payments.erased');
  return (
    <>
      <dl className="foretold">
        <div>
          <dt>{t('payments.refund.receives', { name })}</dt>
          <dd>
            <Money amount={payerReceives} currency={currency} />
          </dd>
        </div>
        <div>
          <dt>{t('payments.refund.leaves', { gateway })}</dt>
          <dd>
            <Money amount={payerReceives} currency={currency} />
            <TooLittle payment={payment} amount={payerReceives} />
          </dd>
        </div>
        <div>
          <dt>{t('payments.refund.fee')}</dt>
          <dd>
            {feeLost === null ? (
              t('payments.refund.fee_unknown', { gateway })
            ) : (
              <Money amount={feeLost} currency={currency} />
            )}
          </dd>
        </div>
        {chargesDueAgain.length > 0 && (
          <div>
            <dt>{t('payments.refund.due_again')}</dt>
            <dd>
              {chargesDueAgain.map(({ id, label, amount }) => (
                <span key={id} className="line">
                  {label} <Money amount={amount} currency={currency} />
                </span>
              ))}
            </dd>
          </div>
        )}
        {creditReduced > 0 && (
          <div>
            <dt>{t('payments.refund.credit')}</dt>
            <dd>
              <Money amount={creditReduced} currency={currency} />
            </dd>
          </div>
        )}
      </dl>
      <Entries caption={t('payments.refund.entries')} entries={entries} />
    </>
  );
}

/** Said before it is refused there: the books know what should lie at the gateway. */
function TooLittle({ payment, amount }: { readonly payment: Payment; readonly amount: number }) {
  const { data } = useQuery(reading('/v1/ledger/balances', { query: { limit: 100 } }));
  const account = `gateway_clearing:${payment.gateway}`;
  const there = data?.data.find((row) => row.account === account && row.currency === payment.currency)?.balance;
  if (there === undefined || there >= amount) return null;
  return (
    <span className="error line" role="alert">
      {t('payments.refund.too_little', {
        sum: money(there, payment.currency),
        gateway: t(`gateway.${payment.gateway}`),
      })}
    </span>
  );
}
