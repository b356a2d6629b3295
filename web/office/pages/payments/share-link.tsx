import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { Link } from '@tanstack/react-router';
import { answerOf, api, reading } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Copyable } from '../../ui/copy';
import type { Member } from '../../ui/member-picker';
import { Qr } from '../../ui/qr';
import { useStanding } from '../../session';
import { Trouble } from '../../ui/trouble';
import { money, t } from '../../words';

type PayLink = Schema<'PayLink'>;

interface ShareLinkProps {
  readonly member: Member;
  /** Null while what is typed is no sum. */
  readonly amount: number | null;
  readonly currency: string;
  /** Shown as a QR code, to be read from this screen; else it is sent. */
  readonly isShown: boolean;
  readonly onBegun: () => void;
}

/** Makes a link by which anybody can pay this sum for the member. */
export function ShareLink({ member, amount, currency, isShown, onBegun }: ShareLinkProps) {
  const make = useCommand(
    (body: { amount: number }, headers) =>
      answerOf(api.POST('/v1/pay-links', { body: { member: member.id, editable: false, ...body }, headers })),
    { changes: ['/v1/pay-links'], then: onBegun },
  );
  if (make.answer !== undefined) {
    const link = make.answer;
    return isShown ? (
      <Shown link={link} currency={currency} />
    ) : (
      <Sent link={link} member={member} currency={currency} />
    );
  }
  return (
    <>
      <Trouble text={make.trouble} />
      <Button
        kind="primary"
        onPress={() => amount !== null && make.run({ amount })}
        isRunning={make.isRunning}
        isDisabled={amount === null}
      >
        {t(isShown ? 'payments.start.show' : 'payments.start.make', {
          sum: amount === null ? '…' : money(amount, currency),
        })}
      </Button>
    </>
  );
}

interface LinkProps {
  readonly link: PayLink;
  readonly currency: string;
}

/** The code, until the money is booked: then it is green. */
function Shown({ link, currency }: LinkProps) {
  const payment = usePaymentBy(link);
  const sum = money(link.amount ?? 0, currency);
  if (payment !== undefined && payment.captured > 0)
    return (
      <>
        <div className="card standing outcome" data-tone="good" role="status">
          <CircleCheck size={64} aria-hidden />
          <p className="big">
            {t('payments.start.arrived', {
              sum: money(payment.captured, currency),
              name: payment.memberName ?? t('payments.erased'),
            })}
          </p>
        </div>
        <SeePayment id={payment.id} />
      </>
    );
  return (
    <>
      <Qr text={link.url} label={t('payments.start.qr_label', { sum })} />
      <p role="status">{t(payment === undefined ? 'payments.start.qr_wait' : 'payments.start.qr_opened', { sum })}</p>
      <Copyable text={link.url} label={t('payments.start.link_label')} />
    </>
  );
}

function Sent({ link, member, currency }: LinkProps & { readonly member: Member }) {
  const { merchant } = useStanding();
  const payment = usePaymentBy(link);
  const values = { sum: money(link.amount ?? 0, currency), merchant: merchant.name, name: member.name, url: link.url };
  const letter = new URLSearchParams({
    subject: t('payments.start.letter_subject', values),
    body: t('payments.start.letter_text', values),
  });
  return (
    <>
      <p>{t('payments.start.link_made', values)}</p>
      <Copyable text={link.url} label={t('payments.start.link_label')} />
      {member.email !== null && (
        <a
          className="pressable"
          href={`mailto:${encodeURIComponent(member.email)}?${letter.toString().replaceAll('+', '%20')}`}
        >
          {t('payments.start.write', { name: member.name })}
        </a>
      )}
      {payment !== undefined && <SeePayment id={payment.id} />}
    </>
  );
}

function SeePayment({ id }: { readonly id: string }) {
  return (
    <Link className="pressable" to="/payments/$id" params={{ id }}>
      {t('payments.start.see')}
    </Link>
  );
}

/** What was opened by the link, once somebody has; it is read anew by events. */
function usePaymentBy({ code }: PayLink): Schema<'Payment'> | undefined {
  const links = useQuery(reading('/v1/pay-links', { query: { limit: 50 } }));
  const id = links.data?.data.find((link) => link.code === code)?.payment ?? null;
  const { data } = useQuery({ ...reading('/v1/payments/{id}', { path: { id: id ?? '' } }), enabled: id !== null });
  return data;
}
