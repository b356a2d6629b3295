import type { Words } from '../../words/standing';
import { noonOf } from '../shared/days';
import type { Agreement, Charge, Instalment, Offer } from '../shared/types';
import { gatewayLabel } from './gateways';
import { day, moment, money, t } from './words';

/** It waits for its payer's approval. */
export const isOpen = ({ status }: Agreement): boolean => status === 'created' || status === 'awaiting_payer';

const RHYTHMS = {
  week: ['rhythm.week', 'rhythm.weeks'],
  month: ['rhythm.month', 'rhythm.months'],
  year: ['rhythm.year', 'rhythm.years'],
} as const;

/** How often something is collected, for example `every 2 weeks`. */
export function rhythmOf({ interval, every }: Pick<Offer, 'interval' | 'every'>): string {
  const [one, several] = RHYTHMS[interval];
  return every === 1 ? t(one) : t(several, { every });
}

const TITLES: Readonly<Record<Agreement['status'], readonly [tone: Words['tone'], title: string]>> = {
  created: ['waiting', 'agreement.created'],
  awaiting_payer: ['waiting', 'agreement.awaiting_payer'],
  active: ['good', 'agreement.active'],
  past_due: ['bad', 'agreement.past_due'],
  suspended: ['bad', 'agreement.suspended'],
  cancelled: ['plain', 'agreement.cancelled'],
  completed: ['good', 'agreement.completed'],
  expired: ['plain', 'agreement.expired'],
  failed: ['bad', 'agreement.failed'],
};

export function agreementInWords({ status }: Agreement): { readonly tone: Words['tone']; readonly title: string } {
  const [tone, title] = TITLES[status];
  return { tone, title: t(title) };
}

const INSTALMENTS: Readonly<Record<Instalment['status'], string>> = {
  scheduled: 'instalment.scheduled',
  collected: 'instalment.collected',
  failed: 'instalment.failed',
  skipped: 'instalment.skipped',
};
export const instalmentInWords = ({ status }: Instalment): string => t(INSTALMENTS[status]);

/** Where an agreement stands and what comes next, sentence by sentence. */
export function aboutAgreement(
  agreement: Agreement,
  {
    instalments,
    charges,
    merchant,
  }: {
    /** As far as they are known. */
    readonly instalments: readonly Instalment[];
    readonly charges: readonly Charge[];
    readonly merchant: string;
  },
): readonly string[] {
  const gateway = gatewayLabel(agreement.gateway);
  const missed = instalments.filter(({ status }) => status === 'failed');
  switch (agreement.status) {
    case 'created':
      return [t('agreement.preparing', { gateway })];
    case 'awaiting_payer':
      return [t('agreement.until', { gateway, moment: moment(agreement.approveBy) })];
    case 'active':
      return [...next(agreement), soFar(agreement)];
    case 'past_due':
      return [...missed.flatMap((one) => aboutMissed(one, { charges, gateway, isTriedAgain: true })), soFar(agreement)];
    case 'suspended':
      return [
        ...missed.flatMap((one) => aboutMissed(one, { charges, gateway, isTriedAgain: false })),
        t('agreement.on_hold', { merchant }),
        soFar(agreement),
      ];
    case 'cancelled':
      return [
        ...(agreement.cancelledAt === null ? [] : [t('agreement.ended_on', { day: day(agreement.cancelledAt) })]),
        soFar(agreement),
      ];
    case 'completed':
      return [soFar(agreement)];
    case 'expired':
      return [t('agreement.too_late')];
    case 'failed':
      return [t('agreement.not_begun', { gateway })];
  }
}

function next({ nextDueOn, instalments }: Agreement): readonly string[] {
  if (nextDueOn === null) return [];
  const id = instalments.collected === 0 ? 'agreement.first' : 'agreement.next';
  return [t(id, { day: day(noonOf(nextDueOn)) })];
}

function soFar({ instalments: { collected, planned }, collected: sum, currency }: Agreement): string {
  return planned === null
    ? t('agreement.so_far', { money: money(sum, currency) })
    : t('agreement.count', { collected, planned, money: money(sum, currency) });
}

/** What became of an instalment that failed: when its gateway tries again, and what the member can do meanwhile. */
function aboutMissed(
  { dueOn, nextAttemptOn, charge }: Instalment,
  about: { readonly charges: readonly Charge[]; readonly gateway: string; readonly isTriedAgain: boolean },
): readonly string[] {
  const { charges, gateway, isTriedAgain } = about;
  const isPaid = charges.some(({ id, status }) => id === charge && status === 'paid');
  const again =
    nextAttemptOn === null
      ? t('agreement.again_unknown', { gateway })
      : t('agreement.again', { gateway, day: day(noonOf(nextAttemptOn)) });
  return [
    t('agreement.missed', { day: day(noonOf(dueOn)) }),
    ...(isTriedAgain && !isPaid ? [again] : []),
    t(isPaid ? 'agreement.paid_otherwise' : 'agreement.pay_at_once', { gateway }),
  ];
}
