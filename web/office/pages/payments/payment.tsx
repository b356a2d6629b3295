import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useObjectId } from '../../address';
import { useStanding } from '../../session';
import { announce } from '../../ui/announcements';
import { copyText } from '../../ui/copy';
import { Button } from '../../ui/button';
import { Tick } from '../../ui/fields';
import { useLetters, useLettersSwitch } from '../../ui/letters';
import { Money } from '../../ui/money';
import { Answered, Page } from '../../ui/page';
import { StatusBadge, Tag } from '../../ui/status';
import { When } from '../../ui/time';
import { language, t } from '../../words';
import { ATTENTIONS } from '../../../../workflows/domain/payment';
import { InTheBooks, InTheCart } from './books-and-cart';
import { CancelPayment, isCancellable } from './cancel';
import { Messages } from './messages';
import { Proof } from './proof';
import { RefundDialog } from './refund';
import { AsItStood } from './stood';
import { Timeline } from './timeline';
import { Trail } from './trail';
import { verdict } from './why';

type Payment = Schema<'Payment'>;

/** One payment: where it stands and why, what it did to books and cart, and what can be done about it. */
export function PaymentPage() {
  const id = useObjectId();
  const query = useQuery(reading('/v1/payments/{id}', { path: { id } }));
  const payment = query.data;
  const title = payment === undefined ? t('payments.one') : (payment.memberName ?? t('payments.erased'));
  return (
    <Page title={title}>
      <Answered query={query}>{(answer) => <Parts payment={answer} />}</Answered>
    </Page>
  );
}

function Parts({ payment }: { readonly payment: Payment }) {
  const { role } = useStanding();
  const seesBooks = role !== 'desk';
  return (
    <>
      <Head payment={payment} />
      <div className="columns">
        <div>
          <Timeline payment={payment} />
          <Messages payment={payment} />
        </div>
        <div>
          {seesBooks && <InTheBooks payment={payment} />}
          <InTheCart payment={payment} />
          {seesBooks && <Proof payment={payment} />}
          {seesBooks && <Trail payment={payment} />}
        </div>
      </div>
      {payment.timeline.length > 0 && <AsItStood payment={payment} />}
    </>
  );
}

/** Where it stands, in figures; what asks for a person; and what can be done. */
function Head({ payment }: { readonly payment: Payment }) {
  const { currency, status, environment, gateway, method, member, createdAt, expiresAt } = payment;
  const figures = [
    ['captured', payment.captured],
    ['fee', payment.fee],
    ['net', payment.captured - payment.fee],
    ...(payment.refunded > 0 ? [['refunded', payment.refunded] as const] : []),
    ...(payment.disputed > 0 ? [['disputed', payment.disputed] as const] : []),
    ...(payment.chargedBack > 0 ? [['chargedBack', payment.chargedBack] as const] : []),
  ] as const;
  return (
    <section className="card" aria-label={t('payments.standing')}>
      <p className="actions">
        <span className="money big">
          <Money amount={payment.amount} currency={currency} />
        </span>
        <StatusBadge status={status} />
        {environment !== 'live' && <Tag>{t('shell.test_twin')}</Tag>}
      </p>
      <p className="note">
        {t(`gateway.${gateway}`)}
        {method !== null && ` · ${method.replaceAll('_', ' ')}`} · {t('payments.opened')} <When at={createdAt} />
        {status === 'awaiting_payer' && (
          <>
            {' '}
            · {t('payments.expires')} <When at={expiresAt} />
          </>
        )}{' '}
        ·{' '}
        <Link to="/members/$id" params={{ id: member }}>
          {t('payments.to_member')}
        </Link>
        {payment.agreement !== null && (
          <>
            {' '}
            ·{' '}
            <Link to="/agreements/$id" params={{ id: payment.agreement }}>
              {t('payments.to_agreement')}
            </Link>
          </>
        )}
      </p>
      {payment.captured > 0 && (
        <dl className="gross-net">
          {figures.map(([name, amount]) => (
            <div key={name}>
              <dt>{t(`payments.column.${name}`)}</dt>
              <dd>
                <Money amount={amount} currency={currency} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {payment.attentions.map(({ code, detail }) => (
        <div key={code} className="card standing" data-tone="person" role="alert">
          <p>
            <strong>{ATTENTIONS[code].words[language()]}.</strong> {language() === 'en' ? detail : ''}
          </p>
          <Link to="/attention" search={{ id: payment.id }}>
            {t('payments.to_attention')}
          </Link>
        </div>
      ))}
      <Actions payment={payment} />
    </section>
  );
}

function Actions({ payment }: { readonly payment: Payment }) {
  const { role } = useStanding();
  const [open, setOpen] = useState<'refund' | 'cancel' | null>(null);
  const refund = verdict(payment, 'refund');
  const cancel = verdict(payment, 'cancel');
  const mayGiveBack = role === 'owner' || role === 'treasurer';
  const mayCancel = role !== 'accountant';
  const copy = () => copyText(location.origin + location.pathname, () => announce(t('shell.copied'), 'good'));
  useLetters({
    r: () => refund.allowed && setOpen('refund'),
    c: () => mayCancel && isCancellable(payment) && setOpen('cancel'),
    l: copy,
  });
  const close = () => setOpen(null);
  return (
    <>
      <div className="actions">
        {mayGiveBack && (
          <Button kind={refund.allowed ? 'primary' : 'plain'} onPress={() => setOpen('refund')} reason={refund.reason}>
            {t('payments.refund.title')}
          </Button>
        )}
        {mayCancel && (isCancellable(payment) || payment.captured === 0) && (
          <Button onPress={() => setOpen('cancel')} reason={isCancellable(payment) ? null : cancel.reason}>
            {t('payments.cancel')}
          </Button>
        )}
        <Button kind="quiet" onPress={copy}>
          {t('payments.copy_link')}
        </Button>
        {payment.captured > 0 && (
          <a
            className="pressable quiet"
            href={`/v1/payments/${payment.id}/receipt?locale=${language()}`}
            target="_blank"
            rel="noreferrer"
          >
            {t('payments.receipt')}
          </a>
        )}
        <a className="pressable quiet" href={payment.temporalUrl} target="_blank" rel="noreferrer">
          {t('payments.run')}
        </a>
      </div>
      <Letters />
      {open === 'refund' && <RefundDialog payment={payment} onClose={close} />}
      {open === 'cancel' && <CancelPayment payment={payment} onClose={close} />}
    </>
  );
}

function Letters() {
  const [isOn, turn] = useLettersSwitch();
  return (
    <div className="letters note">
      <Tick isSelected={isOn} onChange={turn}>
        {t('payments.letters')}
      </Tick>
      <span>
        <kbd>r</kbd> {t('payments.refund.title')} · <kbd>c</kbd> {t('payments.cancel')} · <kbd>l</kbd>{' '}
        {t('payments.copy_link')}
      </span>
    </div>
  );
}
