import { useState } from 'react';
import { useFilters } from '../../address';
import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { ChargeDialog } from './charge-dialog';
import { PayLinkDialog } from './pay-link-dialog';
import { useReminding } from './reminding';
import { useMemberRights } from './rights';

interface MemberActionsProps {
  readonly member: Schema<'Member'>;
  readonly cart: Schema<'Cart'>;
}

/** What is done with a member's cart; what cannot be done says why. */
export function MemberActions({ member, cart }: MemberActionsProps) {
  const [opened, open] = useState<'charge' | 'link' | null>(null);
  const [, filter] = useFilters();
  const { mayManage } = useMemberRights();
  const reminding = useReminding('one');
  const close = () => open(null);
  const reason = member.erasedAt === null ? null : t('members.is_erased');
  return (
    <div className="actions">
      {mayManage && (
        <>
          <Button kind="primary" onPress={() => open('charge')} reason={reason}>
            {t('members.charge')}
          </Button>
          <Button onPress={() => open('link')} isDisabled={reason !== null}>
            {t('members.pay_link')}
          </Button>
          <Button
            onPress={() => reminding.run({ members: [member.id], notAgainDays: 0 })}
            isRunning={reminding.isRunning}
            isDisabled={member.erasedAt !== null}
            reason={member.erasedAt === null ? whyNotReminded(member, cart) : null}
          >
            {t('members.remind')}
          </Button>
        </>
      )}
      <Button kind="quiet" onPress={() => filter({ view: 'member' })}>
        {t('members.as_member')}
      </Button>
      <Trouble text={reminding.trouble} />
      {opened === 'charge' && <ChargeDialog member={member} onClose={close} />}
      {opened === 'link' && <PayLinkDialog member={member} cart={cart} onClose={close} />}
    </div>
  );
}

function whyNotReminded({ email }: Schema<'Member'>, { due, pending }: Schema<'Cart'>): string | null {
  if (due === 0) return t('members.left_out.owes_nothing');
  if (email === null) return t('members.left_out.no_email');
  return pending >= due ? t('members.left_out.payment_under_way') : null;
}
