import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleDashed } from 'lucide-react';
import { reading } from '../../api';
import { useStanding } from '../../session';
import { Section } from '../../ui/page';
import { t } from '../../words';

interface Step {
  readonly word: string;
  readonly to: '/gateways' | '/payments/new' | '/members' | '/members/import' | '/settings/people';
  /** Undefined while it is not known. */
  readonly isDone: boolean | undefined;
}

/** What a new association does first. Each is looked at by us and ticked by nobody; when all are done, this goes. */
export function FirstSteps() {
  const { role } = useStanding();
  const accounts = useQuery(reading('/v1/gateway-accounts', {}));
  const paid = useQuery(reading('/v1/payments', { query: { limit: 1, status: 'paid,partially_refunded,refunded' } }));
  const hasPaid = paid.data && paid.data.data.length > 0;
  // Who was paid has members, and asked them for money.
  const isNew = hasPaid === false;
  const members = useQuery({ ...reading('/v1/members', { query: { limit: 1 } }), enabled: isNew });
  const owing = useQuery({ ...reading('/v1/members', { query: { limit: 1, owes: '1' } }), enabled: isNew });
  const people = useQuery({ ...reading('/v1/people', {}), enabled: role === 'owner' });

  const steps: readonly Step[] = [
    { word: 'today.step_gateway', to: '/gateways', isDone: accounts.data?.data.some(({ enabled }) => enabled) },
    {
      word: 'today.step_members',
      to: '/members',
      isDone: hasPaid === true || (members.data && members.data.data.length > 0),
    },
    {
      word: 'today.step_charge',
      to: '/members/import',
      isDone: hasPaid === true || (owing.data && owing.data.data.length > 0),
    },
    { word: 'today.step_payment', to: '/payments/new', isDone: hasPaid },
    ...(role === 'owner'
      ? [
          {
            word: 'today.step_people',
            to: '/settings/people',
            isDone: people.data && people.data.data.length > 1,
          } as const,
        ]
      : []),
  ];
  if (steps.some(({ isDone }) => isDone === undefined) || steps.every(({ isDone }) => isDone)) return null;
  return (
    <Section title={t('today.first_steps')}>
      <ol className="plain">
        {steps.map(({ word, to, isDone }) => (
          <li key={word} className="step" data-tone={isDone ? 'good' : 'plain'}>
            {isDone ? <CircleCheck size={18} aria-hidden /> : <CircleDashed size={18} aria-hidden />}
            {isDone ? <span>{t(word)}</span> : <Link to={to}>{t(word)}</Link>}
            <span className="hidden">{t(isDone ? 'today.step_done' : 'today.step_open')}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
