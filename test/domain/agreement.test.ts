import {
  attentionKeys,
  AGREEMENT_STATUSES,
  chargeLabel,
  collects,
  dueOn,
  eventsOfAgreement,
  evolveAgreement,
  freshOf,
  hasEnded,
  instalmentChargeId,
  isOpen,
  numberAt,
  summarizeAgreement,
} from '../../workflows/domain/agreement';
import type { AgreementFact, AgreementSummary, AgreementTerms } from '../../workflows/domain/agreement';
import {
  acknowledged,
  agreed,
  agreementWith,
  amountChanged,
  approvalExpired,
  collected,
  lost,
  missed,
  on,
  opened,
  openingRefused,
  stands,
  withdrawn,
} from './agreement-builders';
import { eur, usd } from './builders';

const summary = (facts: readonly AgreementFact[], over: Partial<AgreementTerms> = {}) =>
  summarizeAgreement(agreementWith(facts, over));
/** `number status`, one line for an instalment. */
const lines = ({ instalments }: AgreementSummary) => instalments.map(({ number, status }) => `${number} ${status}`);

const signedUp = stands('active', on('2026-01-05'));
const first = collected(1, on('2026-01-05', '10:01'));
const second = collected(2, on('2026-02-05'));
const third = collected(3, on('2026-03-05'));

describe('when instalments are due', () => {
  const days = (over: Partial<AgreementTerms>, count: number) =>
    Array.from({ length: count }, (_, index) => dueOn(agreed(over), index + 1));

  test.each<[string, Partial<AgreementTerms>, string[]]>([
    ['every month', { startsOn: '2026-11-05' }, ['2026-11-05', '2026-12-05', '2027-01-05']],
    ['every week', { interval: 'week', startsOn: '2026-12-24' }, ['2026-12-24', '2026-12-31', '2027-01-07']],
    ['every second week', { interval: 'week', every: 2, startsOn: '2026-02-20' }, ['2026-02-20', '2026-03-06']],
    ['every quarter', { every: 3, startsOn: '2026-10-01' }, ['2026-10-01', '2027-01-01', '2027-04-01']],
    ['every year', { interval: 'year', startsOn: '2026-07-01' }, ['2026-07-01', '2027-07-01']],
    [
      'the 31st of shorter months is their last day, and comes back',
      { startsOn: '2026-01-31' },
      ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'],
    ],
    [
      'the 30th is missing in February alone',
      { startsOn: '2027-12-30' },
      ['2027-12-30', '2028-01-30', '2028-02-29', '2028-03-30'],
    ],
    [
      'the 29th of February comes back in leap years',
      { interval: 'year', startsOn: '2028-02-29' },
      ['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29'],
    ],
    ['the 29th is there in a leap year', { startsOn: '2028-01-29' }, ['2028-01-29', '2028-02-29', '2028-03-29']],
    ['every twelve months are a year', { every: 12, startsOn: '2027-02-28' }, ['2027-02-28', '2028-02-28']],
  ])('%s', (_, over, expected) => {
    expect(days(over, expected.length)).toEqual(expected);
  });
});

test.each([
  ['the first, on its day', on('2026-01-05'), 1],
  ['the first, before anything is due: the gateway asked its payer earlier', on('2025-12-01'), 1],
  ['the first, until two days before the second is due', on('2026-02-02', '23:59'), 1],
  ['the second from two days before on: a gateway’s day may begin before ours', on('2026-02-03', '00:00'), 2],
  ['the second, tried again weeks later', on('2026-02-26'), 2],
  ['the thirteenth', on('2027-01-05'), 13],
])('money belongs to %s', (_, at, number) => {
  expect(numberAt(agreed(), at)).toBe(number);
});

test.each([
  ['week', 'Membership 2026-11-30'],
  ['month', 'Membership 2026-11'],
  ['year', 'Membership 2026'],
] as const)('the charge of what is collected every %s is called %s', (interval, label) => {
  expect(chargeLabel(agreed({ interval }), '2026-11-30')).toBe(label);
});

test('an instalment has one charge, whoever tells of it, and no other instalment’s', () => {
  const ids = [instalmentChargeId('agr_1', 1), instalmentChargeId('agr_1', 2), instalmentChargeId('agr_2', 1)];
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/^chg_/);
  expect(instalmentChargeId('agr_1', 1)).toBe(ids[0]);
});

test.each(AGREEMENT_STATUSES)('%s: it is open, collects or has ended, or is suspended', (status) => {
  const meanings = [isOpen(status), collects(status), hasEnded(status)].filter(Boolean);
  expect(meanings).toHaveLength(status === 'suspended' ? 0 : 1);
});

describe('how an agreement stands', () => {
  const over = { instalments: 3 };
  const whole = [signedUp, first, second, third];

  test.each<[string, readonly AgreementFact[], Partial<AgreementSummary>, Partial<AgreementTerms>?]>([
    ['it is in its payer’s hands', [], { status: 'awaiting_payer', nextDueOn: null, instalments: [], amount: 1000 }],
    ['its payer approved it', [signedUp], { status: 'active', nextDueOn: '2026-01-05' }],
    ['the gateway refused it', [openingRefused()], { status: 'failed', reason: 'plan_refused', nextDueOn: null }],
    ['nobody approved it in time', [approvalExpired()], { status: 'expired', nextDueOn: null }],
    [
      'it was approved at the last moment, which was told after its time',
      [approvalExpired(), stands('active', on('2026-01-08', '08:59'))],
      { status: 'active', nextDueOn: '2026-01-05' },
    ],
    ['it expired here, and money came all the same', [approvalExpired(), first], { status: 'active' }],
    [
      'money came before the signup: somebody approved it',
      [first],
      { status: 'active', nextDueOn: '2026-02-05', attention: null },
    ],
    ['the signup was told after the first money', [first, signedUp], { status: 'active', nextDueOn: '2026-02-05' }],
    [
      'it was withdrawn before anybody approved it',
      [withdrawn(on('2026-01-06'))],
      { status: 'cancelled', cancelledAt: on('2026-01-06'), nextDueOn: null },
    ],
    [
      'it was withdrawn, and approved afterwards: what is withdrawn stays so',
      [withdrawn(on('2026-01-06')), stands('active', on('2026-01-07'))],
      { status: 'cancelled', cancelledAt: on('2026-01-06'), nextDueOn: null, attention: null },
    ],
    [
      'it was withdrawn, approved and then ended at the gateway as well',
      [withdrawn(on('2026-01-06')), stands('active', on('2026-01-07')), stands('cancelled', on('2026-01-08'))],
      { status: 'cancelled', cancelledAt: on('2026-01-06'), attention: null },
    ],
    [
      'an instalment was not collected',
      [signedUp, first, missed(on('2026-02-05'), { nextAttemptOn: '2026-02-10' })],
      { status: 'past_due', reason: 'skipped', nextDueOn: '2026-03-05' },
    ],
    [
      'it was not collected at first, and then was',
      [signedUp, first, missed(on('2026-02-05')), collected(2, on('2026-02-10'))],
      { status: 'active', reason: null, nextDueOn: '2026-03-05' },
    ],
    [
      'one was never collected, and the next was',
      [signedUp, first, missed(on('2026-02-05')), third],
      { status: 'active', reason: null, nextDueOn: '2026-04-05' },
    ],
    [
      'it was suspended',
      [signedUp, first, stands('suspended', on('2026-01-20'))],
      {
        status: 'suspended',
        reason: null,
        nextDueOn: null,
        attention: expect.objectContaining({ code: 'agreement_suspended' }),
      },
    ],
    [
      'it was suspended, and goes on',
      [signedUp, first, stands('suspended', on('2026-01-20')), stands('active', on('2026-01-25'))],
      { status: 'active', nextDueOn: '2026-02-05', attention: null },
    ],
    [
      'it was suspended, and that it goes on was told first',
      [signedUp, first, stands('active', on('2026-01-25')), stands('suspended', on('2026-01-20'))],
      { status: 'active', attention: null },
    ],
    [
      'it was cancelled',
      [signedUp, first, stands('cancelled', on('2026-01-20'), { reason: 'by_payer' })],
      { status: 'cancelled', reason: 'by_payer', cancelledAt: on('2026-01-20'), nextDueOn: null, attention: null },
    ],
    [
      'it was cancelled twice: the earlier time ended it',
      [
        signedUp,
        stands('cancelled', on('2026-01-21'), { reason: 'by_merchant' }),
        stands('cancelled', on('2026-01-20'), { reason: 'by_payer' }),
      ],
      { status: 'cancelled', reason: 'by_payer', cancelledAt: on('2026-01-20') },
    ],
    [
      'it was cancelled, once without a time: the time that is known counts',
      [
        signedUp,
        stands('cancelled', null, { reason: 'untimed' }),
        stands('cancelled', on('2026-01-20'), { reason: 'by_payer' }),
      ],
      { status: 'cancelled', reason: 'by_payer', cancelledAt: on('2026-01-20') },
    ],
    [
      'it was cancelled, and what an older message says of it changes nothing',
      [signedUp, stands('cancelled', on('2026-01-20')), stands('active', on('2026-01-25'))],
      { status: 'cancelled', nextDueOn: null },
    ],
    [
      'money that was collected before it was cancelled is told of afterwards',
      [signedUp, stands('cancelled', on('2026-01-20')), first],
      { status: 'cancelled', attention: null },
    ],
    [
      'money was collected after it had been cancelled',
      [signedUp, first, stands('cancelled', on('2026-01-20')), second],
      { status: 'cancelled', nextDueOn: null, attention: expect.objectContaining({ code: 'instalment_after_end' }) },
    ],
    [
      'money was collected after it had been withdrawn',
      [withdrawn(on('2026-01-05', '09:30')), first],
      { status: 'cancelled', attention: expect.objectContaining({ code: 'instalment_after_end' }) },
    ],
    [
      'money that was held after the end, and then not given, is nobody’s to give back',
      [signedUp, first, stands('cancelled', on('2026-01-20')), second, lost('SALE2', on('2026-02-05'))],
      { status: 'cancelled', attention: null },
    ],
    ['of three, two are collected', [signedUp, first, second], { status: 'active', nextDueOn: '2026-03-05' }, over],
    ['all three are collected', whole, { status: 'completed', nextDueOn: null, reason: null, attention: null }, over],
    [
      'all three are collected, and it is cancelled later',
      [...whole, stands('cancelled', on('2026-03-20'))],
      { status: 'completed', cancelledAt: null, attention: null },
      over,
    ],
    [
      'all three are collected, and then a fourth: that is over the agreement',
      [...whole, collected(4, on('2026-04-05'))],
      { status: 'completed', nextDueOn: null, attention: expect.objectContaining({ code: 'instalment_after_end' }) },
      over,
    ],
    [
      'the money of one was held and not given, and another came for it: three were collected in four times',
      [signedUp, first, lost('SALE1', on('2026-01-05', '10:01')), second, third, collected(4, on('2026-04-05'))],
      { status: 'completed', attention: null },
      over,
    ],
    [
      'its end was announced at its beginning, before any money',
      [stands('completed', on('2026-01-05', '10:00')), first],
      { status: 'active', nextDueOn: '2026-02-05' },
      over,
    ],
    [
      'its end was announced at its beginning, after the first money: two of three are still to come',
      [signedUp, first, stands('completed', on('2026-01-05', '10:02'))],
      { status: 'active', nextDueOn: '2026-02-05' },
      over,
    ],
    [
      'its end was announced at its beginning, and all three came',
      [stands('completed', on('2026-01-05', '10:02')), ...whole],
      { status: 'completed' },
      over,
    ],
    [
      'it came to the end of its term, and one was never collected',
      [signedUp, first, missed(on('2026-02-05')), third, stands('completed', on('2026-04-05'))],
      { status: 'completed', cancelledAt: null, nextDueOn: null },
      over,
    ],
    [
      'it ended because an instalment could not be collected',
      [signedUp, first, missed(on('2026-02-05')), stands('completed', on('2026-02-20'))],
      { status: 'cancelled', reason: 'skipped', cancelledAt: on('2026-02-20'), nextDueOn: null },
      over,
    ],
    [
      'an endless one ended',
      [signedUp, first, stands('completed', on('2026-02-04'))],
      { status: 'completed', nextDueOn: null },
    ],
  ])('%s', (_, facts, expected, terms = {}) => {
    expect(summary(facts, terms)).toMatchObject(expected);
  });

  test('before it is handed to its payer it is only created', () => {
    expect(summarizeAgreement({ terms: agreed(), facts: [] })).toMatchObject({ status: 'created', nextDueOn: null });
  });
});

describe('three tries in vain', () => {
  const tries = [
    missed(on('2026-02-05'), { nextAttemptOn: '2026-02-10' }),
    missed(on('2026-02-10'), { nextAttemptOn: '2026-02-15' }),
    missed(on('2026-02-15'), { reason: 'failed' }),
  ];
  const suspended = stands('suspended', on('2026-02-15', '10:05'), { reason: 'max_failed_payment' });
  const resumed = stands('active', on('2026-02-20'));
  const recovered = collected(2, on('2026-02-20'), 'SALE9');

  test('suspend it, and a person is asked to look', () => {
    expect(summary([signedUp, first, ...tries.slice(0, 2)])).toMatchObject({
      status: 'past_due',
      instalments: [{}, { number: 2, status: 'failed', failures: 2, nextAttemptOn: '2026-02-15' }, {}],
    });
    const { status, reason, nextDueOn, instalments, attention } = summary([signedUp, first, ...tries, suspended]);
    expect({ status, reason, nextDueOn }).toEqual({
      status: 'suspended',
      reason: 'max_failed_payment',
      nextDueOn: null,
    });
    expect(instalments.at(-1)).toMatchObject({
      number: 2,
      status: 'failed',
      failures: 3,
      reason: 'failed',
      nextAttemptOn: null,
    });
    expect(attention?.detail).toContain('max_failed_payment');
  });

  test('are made good by the money of the same instalment, which tells how often it was tried', () => {
    const after = summary([signedUp, first, ...tries, suspended, resumed, recovered]);
    expect(after).toMatchObject({ status: 'active', nextDueOn: '2026-03-05', attention: null });
    expect(after.instalments[1]).toMatchObject({
      status: 'collected',
      paymentId: 'pay_SALE9',
      failures: 3,
      reason: null,
      nextAttemptOn: null,
    });
  });

  test('may be followed by others months later: of each suspension a person is asked by itself', () => {
    const facts = [signedUp, first, ...tries, suspended];
    const read = attentionKeys(agreementWith(facts)).map((key) => acknowledged(key));
    expect(read).toHaveLength(1);
    expect(summary([...facts, ...read]).attention).toBeNull();
    const again = stands('suspended', on('2026-05-15'), { reason: 'max_failed_payment' });
    const later = agreementWith([...facts, ...read, resumed, recovered, again]);
    expect(summarizeAgreement(later).attention?.code).toBe('agreement_suspended');
    const readAgain = attentionKeys(later).map((key) => acknowledged(key));
    expect(summarizeAgreement(evolveAgreement(later, readAgain)).attention).toBeNull();
  });
});

describe('which instalments there are', () => {
  test.each<[string, readonly AgreementFact[], string[], Partial<AgreementTerms>?]>([
    ['the next that is expected', [signedUp], ['1 scheduled']],
    ['what was collected, and the next', [signedUp, first, second], ['1 collected', '2 collected', '3 scheduled']],
    ['none is expected after the last', [signedUp, first, second], ['1 collected', '2 collected'], { instalments: 2 }],
    [
      'one of which nothing was heard',
      [signedUp, first, third],
      ['1 collected', '2 skipped', '3 collected', '4 scheduled'],
    ],
    [
      'one of which nothing was heard until its money was found',
      [signedUp, first, third, collected(2, on('2026-02-07'))],
      ['1 collected', '2 collected', '3 collected', '4 scheduled'],
    ],
    ['a first that failed', [signedUp, missed(on('2026-01-05'))], ['1 failed', '2 scheduled']],
    ['a failure of unknown time is the first’s', [signedUp, missed(null)], ['1 failed', '2 scheduled']],
    [
      'a failure after the last period is the last’s: no more was agreed',
      [signedUp, first, missed(on('2026-02-05')), missed(on('2026-03-10'))],
      ['1 collected', '2 failed'],
      { instalments: 2 },
    ],
    [
      'money that was held and not given was not collected',
      [signedUp, first, second, lost('SALE2', on('2026-02-05'))],
      ['1 collected', '2 failed', '3 scheduled'],
    ],
    [
      'nor when that was told by the time of another instalment',
      [signedUp, first, second, lost('SALE2', on('2026-03-06'))],
      ['1 collected', '2 failed', '3 scheduled'],
    ],
    [
      'nor when the money was taken for another instalment than its period’s',
      [signedUp, first, collected(2, on('2026-01-09')), lost('SALE2', on('2026-01-09'))],
      ['1 collected', '2 failed', '3 scheduled'],
    ],
    [
      'none is expected of what is cancelled',
      [signedUp, first, stands('cancelled', on('2026-01-20'))],
      ['1 collected'],
    ],
  ])('%s', (_, facts, expected, terms = {}) => {
    expect(lines(summary(facts, terms))).toEqual(expected);
  });
});

test('money that was lost keeps its payment, and says why it was lost', () => {
  expect(summary([signedUp, first, lost('SALE1', on('2026-01-05', '10:01'))]).instalments[0]).toMatchObject({
    status: 'failed',
    paymentId: 'pay_SALE1',
    failures: 1,
    reason: 'denied',
  });
});

describe('what an instalment is of', () => {
  test.each<[string, readonly AgreementFact[], number]>([
    ['what was agreed', [], 1000],
    ['what was agreed anew', [amountChanged(eur(1200), on('2026-02-01'))], 1200],
    [
      'what was agreed last',
      [amountChanged(eur(1200), on('2026-02-01')), amountChanged(eur(900), on('2026-03-01'))],
      900,
    ],
    [
      'what was agreed last, told first',
      [amountChanged(eur(900), on('2026-03-01')), amountChanged(eur(1200), on('2026-02-01'))],
      900,
    ],
    [
      'what was agreed at first, agreed again',
      [amountChanged(eur(1200), on('2026-02-01')), amountChanged(eur(1000), on('2026-03-01'))],
      1000,
    ],
    ['never what was said in another currency', [amountChanged(usd(1200), on('2026-02-01'))], 1000],
  ])('%s', (_, facts, amount) => {
    expect(summary([signedUp, ...facts]).amount).toBe(amount);
  });
});

describe('money after the end', () => {
  const facts = [
    signedUp,
    stands('cancelled', on('2026-01-20')),
    collected(3, on('2026-03-05')),
    collected(2, on('2026-02-05')),
  ];

  test('is shown one after the other, the oldest first, until a person has read of it', () => {
    expect(summary(facts).attention?.detail).toContain('SALE2 was collected after');
    expect(summary([...facts, acknowledged('instalment_after_end SALE2')]).attention?.detail).toContain('SALE3');
    expect(
      summary([...facts, acknowledged('instalment_after_end SALE3'), acknowledged('instalment_after_end SALE2')])
        .attention,
    ).toBeNull();
  });

  test('is all read at once, and what comes later is shown again', () => {
    const keys = attentionKeys(agreementWith(facts));
    expect(keys).toEqual(['instalment_after_end SALE2', 'instalment_after_end SALE3']);
    const read = [...facts, ...keys.map((key) => acknowledged(key))];
    expect(summary(read).attention).toBeNull();
    expect(attentionKeys(agreementWith(read))).toEqual([]);
    expect(summary([...read, collected(4, on('2026-04-05'))]).attention?.detail).toContain('SALE4');
  });
});

test('a fact that is known changes nothing, however often it is told at once', () => {
  const agreement = agreementWith([first]);
  expect(freshOf(agreement, [first, second, second, opened()])).toEqual([second]);
  expect(evolveAgreement(agreement, [second, first, second]).facts).toEqual([...agreement.facts, second]);
  expect(evolveAgreement(agreement, [{ ...first, occurredAt: on('2026-01-09') }])).toEqual(agreement);
});

describe('what a merchant is told of an agreement', () => {
  /** One line for a turn: `type, type`. */
  function told(turns: readonly (readonly AgreementFact[])[], over: Partial<AgreementTerms> = {}): string[] {
    let agreement = agreementWith([], over);
    return turns.map((facts) => {
      const before = agreement;
      agreement = evolveAgreement(before, facts);
      return eventsOfAgreement(before, agreement)
        .map(({ type }) => type)
        .join(', ');
    });
  }
  const fails = missed(on('2026-02-05'));
  const failsAgain = missed(on('2026-02-10'));

  test.each<[string, readonly (readonly AgreementFact[])[], string[], Partial<AgreementTerms>?]>([
    ['it is approved', [[signedUp]], ['agreement.active']],
    [
      'the same facts once more tell nothing',
      [
        [signedUp, first],
        [first, signedUp],
      ],
      ['instalment.collected, agreement.active', ''],
    ],
    [
      'the signup after the first money tells nothing new',
      [[first], [signedUp]],
      ['instalment.collected, agreement.active', ''],
    ],
    [
      'each instalment',
      [[signedUp], [first], [second]],
      ['agreement.active', 'instalment.collected', 'instalment.collected'],
    ],
    [
      'two instalments at once',
      [[signedUp], [first, second]],
      ['agreement.active', 'instalment.collected, instalment.collected'],
    ],
    [
      'each try in vain, and that it was collected after all',
      [[signedUp, first], [fails], [failsAgain], [collected(2, on('2026-02-15'))]],
      [
        'instalment.collected, agreement.active',
        'instalment.failed, agreement.past_due',
        'instalment.failed',
        'instalment.collected, agreement.active',
      ],
    ],
    [
      'two tries in vain at once',
      [
        [signedUp, first],
        [fails, failsAgain],
      ],
      ['instalment.collected, agreement.active', 'instalment.failed, instalment.failed, agreement.past_due'],
    ],
    [
      'a try that was in vain before the money came is no news',
      [[signedUp, first, collected(2, on('2026-02-15'))], [fails]],
      ['instalment.collected, instalment.collected, agreement.active', ''],
    ],
    [
      'money that was held and is lost',
      [[signedUp, first], [lost('SALE1', on('2026-01-05', '10:01'))]],
      ['instalment.collected, agreement.active', 'instalment.failed, agreement.past_due'],
    ],
    [
      'it is suspended, goes on and is suspended again',
      [
        [signedUp],
        [stands('suspended', on('2026-02-01'))],
        [stands('active', on('2026-02-02'))],
        [stands('suspended', on('2026-02-03'))],
      ],
      [
        'agreement.active',
        'agreement.suspended, agreement.attention',
        'agreement.active',
        'agreement.suspended, agreement.attention',
      ],
    ],
    [
      'it is cancelled twice',
      [[signedUp], [stands('cancelled', on('2026-02-01'))], [stands('cancelled', on('2026-02-02'))]],
      ['agreement.active', 'agreement.cancelled', ''],
    ],
    [
      'money comes after the end',
      [[signedUp, stands('cancelled', on('2026-02-01'))], [second], [acknowledged('instalment_after_end SALE2')]],
      ['agreement.cancelled', 'instalment.collected, agreement.attention', ''],
    ],
    [
      'all is collected, and it is cancelled and ended later',
      [[signedUp, first], [second], [stands('cancelled', on('2026-02-20'))], [stands('completed', on('2026-03-05'))]],
      ['instalment.collected, agreement.active', 'instalment.collected, agreement.completed', '', ''],
      { instalments: 2 },
    ],
    [
      'its end is announced with its first money',
      [[signedUp, first], [stands('completed', on('2026-01-05', '10:02'))], [second]],
      ['instalment.collected, agreement.active', '', 'instalment.collected, agreement.completed'],
      { instalments: 2 },
    ],
    [
      'its approval comes after its time',
      [[approvalExpired()], [stands('active', on('2026-01-08', '08:59'))]],
      ['agreement.expired', 'agreement.active'],
    ],
    [
      'it is withdrawn and approved afterwards',
      [[withdrawn(on('2026-01-06'))], [stands('active', on('2026-01-07'))], [stands('cancelled', on('2026-01-08'))]],
      ['agreement.cancelled', '', ''],
    ],
    ['the gateway refuses it', [[openingRefused()]], ['agreement.failed']],
    [
      'another amount is no event',
      [[signedUp], [amountChanged(eur(1200), on('2026-02-01'))]],
      ['agreement.active', ''],
    ],
    ['that it is handed to its payer was told when it was opened', [[opened()]], ['']],
  ])('%s', (_, turns, expected, terms = {}) => {
    expect(told(turns, terms)).toEqual(expected);
  });

  test('each names the agreement, and how many facts it had then', () => {
    const before = agreementWith();
    expect(eventsOfAgreement(before, evolveAgreement(before, [signedUp, first]))).toEqual([
      { type: 'instalment.collected', kind: 'agreement', id: 'agr_1', facts: 3 },
      { type: 'agreement.active', kind: 'agreement', id: 'agr_1', facts: 3 },
    ]);
  });
});
