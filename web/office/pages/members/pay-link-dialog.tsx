import { lazy, Suspense, useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Copy } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { MoneyBox, Radios, Tick } from '../../ui/fields';
import { Form } from '../../ui/form';
import { Trouble } from '../../ui/trouble';
import { money, t } from '../../words';

// Drawing weighs more than the rest of the page.
const Qr = lazy(() => import('../../ui/qr').then(({ Qr: shown }) => ({ default: shown })));

interface PayLinkProps {
  readonly member: Schema<'Member'>;
  readonly cart: Schema<'Cart'>;
  readonly onClose: () => void;
}

/** An address at which anybody can pay for the member: all that is due, or a sum. */
export function PayLinkDialog({ member, cart, onClose }: PayLinkProps) {
  const { due, currency } = cart;
  const [what, choose] = useState<'due' | 'sum'>(due > 0 ? 'due' : 'sum');
  const [amount, setAmount] = useState<number | null>(null);
  const [isEditable, setEditable] = useState(false);
  const making = useCommand(
    (body: Schema<'NewPayLink'>, headers) => answerOf(api.POST('/v1/pay-links', { body, headers })),
    { changes: ['/v1/pay-links'] },
  );
  const link = making.answer;
  return (
    <Dialog title={t('members.pay_link_title', { name: member.name })} onClose={onClose}>
      {link === undefined ? (
        <Form
          action={t('members.pay_link_make')}
          onSend={() => {
            const sum = what === 'sum' && amount !== null ? { amount } : {};
            making.run({ member: member.id, editable: isEditable, ...sum });
          }}
          onCancel={onClose}
          isRunning={making.isRunning}
          isDisabled={what === 'sum' && amount === null}
          trouble={making.trouble}
        >
          <p>{t('members.pay_link_text')}</p>
          <Radios
            label={t('members.pay_link_what')}
            value={what}
            onChange={choose}
            options={[
              { key: 'due', text: t('members.pay_link_due', { sum: money(due, currency) }) },
              { key: 'sum', text: t('members.pay_link_sum') },
            ]}
          />
          {what === 'sum' && (
            <MoneyBox label={t('members.amount')} currency={currency} value={amount} onChange={setAmount} autoFocus />
          )}
          <Tick isSelected={isEditable} onChange={setEditable}>
            {t('members.pay_link_editable')}
          </Tick>
        </Form>
      ) : (
        <Made link={link} name={member.name} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface MadeProps {
  readonly link: Schema<'PayLink'>;
  readonly name: string;
  readonly onClose: () => void;
}

function Made({ link: { code, url }, name, onClose }: MadeProps) {
  const withdrawing = useCommand(
    (_: null, headers) => answerOf(api.DELETE('/v1/pay-links/{code}', { params: { path: { code } }, headers })),
    { changes: ['/v1/pay-links'], done: () => t('members.pay_link_withdrawn'), then: onClose },
  );
  return (
    <>
      <p role="status">{t('members.pay_link_made')}</p>
      <p>
        <a href={url} target="_blank" rel="noreferrer">
          {url}
        </a>
      </p>
      <Suspense>
        <Qr text={url} label={t('members.qr', { name })} />
      </Suspense>
      <Trouble text={withdrawing.trouble} />
      <div className="actions">
        <Copy text={url} label={t('members.pay_link')} />
        <Button onPress={() => withdrawing.run(null)} isRunning={withdrawing.isRunning}>
          {t('members.pay_link_withdraw')}
        </Button>
        <Button onPress={onClose}>{t('shell.close')}</Button>
      </div>
    </>
  );
}
