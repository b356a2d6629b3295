import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleDashed } from 'lucide-react';
import { useState } from 'react';
import { minorUnitDecimals } from '../../../../workflows/domain/money';
import { answerOf, api, reading } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Section } from '../../ui/page';
import { Trouble } from '../../ui/trouble';
import { money, t } from '../../words';
import { stationsOf } from './stations';
import type { Card } from './standing';

/** By this reference the member is found again who pays the test drives. */
const DRIVER = 'test-drive';

/** A small sum that every gateway takes: one euro, a hundred francs. */
const smallSum = (currency: string): number => Math.max(100, 10 ** minorUnitDecimals(currency));

/** One small payment through everything, where no real money moves: each station is lit when we have seen it pass. */
export function TestDrive({ accounts }: { readonly accounts: readonly Card[] }) {
  const { merchant } = useStanding();
  const [drive, setDrive] = useState<{ readonly member: string; readonly url: string; readonly since: string } | null>(
    null,
  );
  const start = useCommand(
    async (amount: number, headers) => {
      const member = await findDriver(t('gateways.driver'));
      const { url, createdAt } = await answerOf(api.POST('/v1/pay-links', { body: { member, amount }, headers }));
      return { member, url, since: createdAt };
    },
    { changes: ['/v1/members'], then: setDrive },
  );
  // The link offers every account that takes money: no live one may be among them.
  const open = accounts.filter(({ enabled }) => enabled);
  const isForTests = open.length > 0 && open.every(({ environment }) => environment !== 'live');
  const amount = smallSum(merchant.currency);
  return (
    <Section title={t('gateways.test_drive')}>
      <p>{t('gateways.test_drive_text')}</p>
      {!isForTests ? (
        <p className="note">
          {t('gateways.test_drive_where')} <Link to="/settings">{t('menu.settings')}</Link>
        </p>
      ) : (
        <p className="actions">
          <Button kind="primary" onPress={() => start.run(amount)} isRunning={start.isRunning}>
            {t('gateways.test_drive_start', { sum: money(amount, merchant.currency) })}
          </Button>
          {drive !== null && (
            <a className="pressable" href={drive.url} target="_blank" rel="noreferrer">
              {t('gateways.test_drive_pay')}
            </a>
          )}
        </p>
      )}
      <Trouble text={start.trouble} />
      {drive !== null && <Stations member={drive.member} since={drive.since} />}
    </Section>
  );
}

async function findDriver(name: string): Promise<string> {
  const found = await answerOf(api.GET('/v1/members', { params: { query: { q: DRIVER, limit: 1 } } }));
  const known = found.data.find(({ reference }) => reference === DRIVER);
  return known?.id ?? (await answerOf(api.POST('/v1/members', { body: { name, reference: DRIVER } }))).id;
}

interface StationsProps {
  readonly member: string;
  readonly since: string;
}

/** The way of the payment, as far as it has come. */
function Stations({ member, since }: StationsProps) {
  const payments = useQuery(reading('/v1/payments', { query: { member, from: since, limit: 1 } }));
  const payment = payments.data?.data[0];
  const isThere = payment !== undefined;
  const id = payment?.id ?? '';
  const messages = useQuery({ ...reading('/v1/notifications', { query: { payment: id } }), enabled: isThere });
  const entries = useQuery({ ...reading('/v1/ledger/entries', { query: { payment: id } }), enabled: isThere });
  const cart = useQuery({ ...reading('/v1/members/{id}/cart', { path: { id: member } }), enabled: isThere });
  const stations = stationsOf({
    payment,
    messages: messages.data?.data ?? [],
    entries: entries.data?.data ?? [],
    paylines: cart.data?.paylines ?? [],
  });
  return (
    <ol className="plain" aria-live="polite">
      {stations.map(({ word, isLit }) => (
        <li key={word} className="step" data-tone={isLit ? 'good' : 'plain'}>
          {isLit ? <CircleCheck size={18} aria-hidden /> : <CircleDashed size={18} aria-hidden />}
          <span>{t(word)}</span>
          <span className="hidden">{t(isLit ? 'today.step_done' : 'today.step_open')}</span>
        </li>
      ))}
      {payment !== undefined && (
        <li>
          <Link to="/payments/$id" params={{ id: payment.id }}>
            {t('gateways.test_drive_payment')}
          </Link>
        </li>
      )}
    </ol>
  );
}
