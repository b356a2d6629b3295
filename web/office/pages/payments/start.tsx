import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reading } from '../../api';
import { useFilters } from '../../address';
import { useStanding } from '../../session';
import { MoneyBox, Radios } from '../../ui/fields';
import { MemberPicker } from '../../ui/member-picker';
import type { Member } from '../../ui/member-picker';
import { Answered, Page } from '../../ui/page';
import { money, t } from '../../words';
import { AskPhone } from './ask-phone';
import { ShareLink } from './share-link';
import { promptableIn } from './promptable';
import type { Promptable } from './promptable';

/** How the payer is reached. */
type Way = 'phone' | 'qr' | 'link';

/** Asks a member for money: who, how much, and by which way. */
export function StartPage() {
  const { role } = useStanding();
  const [{ member: known }] = useFilters();
  const [chosen, setChosen] = useState<Member | null>(null);
  const [isOther, setOther] = useState(false);
  const given = useQuery({
    ...reading('/v1/members/{id}', { path: { id: known ?? '' } }),
    enabled: known !== undefined && !isOther,
  });
  if (role === 'accountant')
    return (
      <Page title={t('payments.start')}>
        <p className="card">{t('trouble.forbidden')}</p>
      </Page>
    );
  const member = chosen ?? (isOther ? null : (given.data ?? null));
  return (
    <Page title={t('payments.start')}>
      <section className="card form">
        {known !== undefined && !isOther && chosen === null ? (
          <Answered query={given}>
            {({ name }) => (
              <p>
                <strong>{name}</strong>{' '}
                <button type="button" className="pressable quiet" onClick={() => setOther(true)}>
                  {t('payments.start.other')}
                </button>
              </p>
            )}
          </Answered>
        ) : (
          <MemberPicker label={t('payments.column.member')} onChange={setChosen} autoFocus />
        )}
        {member !== null && <HowMuch key={member.id} member={member} />}
      </section>
    </Page>
  );
}

/** What is due stands there already, less what is on its way. */
function HowMuch({ member }: { readonly member: Member }) {
  const cart = useQuery(reading('/v1/members/{id}/cart', { path: { id: member.id } }));
  const accounts = useQuery(reading('/v1/gateway-accounts', {}));
  return (
    <Answered query={accounts}>
      {({ data }) => (
        <Answered query={cart}>
          {({ due, pending, currency }) => (
            <Asking
              member={member}
              due={Math.max(0, due - pending)}
              currency={currency}
              gateway={promptableIn(data, currency)}
            />
          )}
        </Answered>
      )}
    </Answered>
  );
}

interface AskingProps {
  readonly member: Member;
  readonly due: number;
  readonly currency: string;
  /** By which the member's phone can be asked; null: by none. */
  readonly gateway: Promptable | null;
}

function Asking({ member, due, currency, gateway }: AskingProps) {
  const [amount, setAmount] = useState<number | null>(due === 0 ? null : due);
  const [way, setWay] = useState<Way>(gateway === null ? 'qr' : 'phone');
  const [isBegun, setBegun] = useState(false);
  const ways: readonly Way[] = gateway === null ? ['qr', 'link'] : ['phone', 'qr', 'link'];
  return (
    <>
      {!isBegun && (
        <>
          <MoneyBox
            label={t('payments.column.amount')}
            currency={currency}
            value={amount}
            onChange={setAmount}
            description={
              due === 0 ? t('payments.start.nothing_due') : t('payments.start.due', { sum: money(due, currency) })
            }
          />
          <Radios
            label={t('payments.start.way')}
            options={ways.map((key) => ({ key, text: t(`payments.start.${key}`) }))}
            value={way}
            onChange={setWay}
          />
        </>
      )}
      {way === 'phone' && gateway !== null ? (
        <AskPhone
          member={member}
          gateway={gateway}
          amount={amount}
          currency={currency}
          onBegun={() => setBegun(true)}
          onAgain={() => setBegun(false)}
        />
      ) : (
        <ShareLink
          key={way}
          member={member}
          amount={amount}
          currency={currency}
          isShown={way === 'qr'}
          onBegun={() => setBegun(true)}
        />
      )}
    </>
  );
}
