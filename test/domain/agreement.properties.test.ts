import fc from 'fast-check';
import {
  attentionKeys,
  dueOn,
  eventsOfAgreement,
  evolveAgreement,
  hasEnded,
  INTERVALS,
  isOpen,
  numberAt,
  summarizeAgreement,
} from '../../workflows/domain/agreement';
import type { Agreement, AgreementFact, AgreementTerms } from '../../workflows/domain/agreement';
import {
  acknowledged,
  agreed,
  amountChanged,
  approvalExpired,
  collected,
  lost,
  missed,
  opened,
  openingRefused,
  stands,
  withdrawn,
} from './agreement-builders';
import { eur } from './builders';

const DAY_MS = 86_400_000;

const aDay = fc
  .integer({ min: Date.UTC(2024, 0, 1) / DAY_MS, max: Date.UTC(2033, 0, 1) / DAY_MS })
  .map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
const aRhythm = fc.record({
  interval: fc.constantFrom(...INTERVALS),
  every: fc.integer({ min: 1, max: 12 }),
  startsOn: aDay,
});
const aNumber = fc.integer({ min: 1, max: 60 });

describe('in every rhythm', () => {
  test('each instalment is due after the one before it', () => {
    fc.assert(
      fc.property(aRhythm, aNumber, (rhythm, number) => {
        expect(dueOn(rhythm, number + 1) > dueOn(rhythm, number)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('money that is collected on the day an instalment is due is that instalment’s', () => {
    fc.assert(
      fc.property(aRhythm, aNumber, fc.integer({ min: 0, max: DAY_MS - 1 }), (rhythm, number, time) => {
        const day = dueOn(rhythm, number);
        expect(numberAt(rhythm, day)).toBe(number);
        expect(numberAt(rhythm, new Date(Date.parse(day) + time).toISOString())).toBe(number);
      }),
      { numRuns: 1_000 },
    );
  });

  test('later money is never an earlier instalment’s', () => {
    fc.assert(
      fc.property(aRhythm, aDay, fc.integer({ min: 0, max: 90 }), (rhythm, day, days) => {
        const later = new Date(Date.parse(day) + days * DAY_MS).toISOString();
        expect(numberAt(rhythm, later)).toBeGreaterThanOrEqual(numberAt(rhythm, day));
      }),
    );
  });

  test('by month or year it is due on the day it started, or on the last of a month that has no such day', () => {
    const monthly = aRhythm.filter(({ interval }) => interval !== 'week');
    fc.assert(
      fc.property(monthly, aNumber, (rhythm, number) => {
        const due = dueOn(rhythm, number);
        const nextDay = new Date(Date.parse(due) + DAY_MS).toISOString().slice(8, 10);
        const day = rhythm.startsOn.slice(8);
        expect(due.slice(8) === day || (due.slice(8) < day && nextDay === '01')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What becomes of one instalment. */
const COURSES = ['collected', 'tried again', 'failed', 'lost', 'unheard'] as const;
type Course = (typeof COURSES)[number];

/** A whole life as the gateway knows it; no more is collected than was agreed. */
interface Life {
  readonly terms: AgreementTerms;
  readonly facts: readonly AgreementFact[];
}

const MINUTE_MS = 60_000;
/** So many minutes after the start of a day, ISO 8601. */
const after = (day: string, minutes: number) => new Date(Date.parse(day) + minutes * MINUTE_MS).toISOString();

function courseOf(terms: AgreementTerms, number: number, course: Course): readonly AgreementFact[] {
  const day = dueOn(terms, number);
  const tried = after(day, 600);
  switch (course) {
    case 'collected':
      return [collected(number, tried)];
    case 'tried again':
      return [missed(tried, { nextAttemptOn: day }), missed(after(day, 700)), collected(number, after(day, 2_000))];
    case 'failed':
      return [missed(tried), missed(after(day, 700), { reason: 'failed' })];
    case 'lost':
      return [collected(number, tried), lost(`SALE${number}`, tried)];
    case 'unheard':
      return [];
  }
}

/** What befalls the agreement as a whole in the time of an instalment. */
const aTurn = (day: string): fc.Arbitrary<AgreementFact> => {
  const minute = fc.integer({ min: 1, max: 6 * 24 * 60 });
  const reason = fc.constantFrom(null, 'by_payer', 'max_failed_payment');
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('active' as const, 'suspended' as const, 'cancelled' as const), minute, reason)
      .map(([standing, at, why]) => stands(standing, after(day, at), { reason: why })),
    fc
      .tuple(fc.constantFrom('cancelled' as const, 'completed' as const), fc.constantFrom('t1', 't2'))
      .map(([standing, tracked]) => stands(standing, null, { reason: tracked, tracked })),
    minute.map((at) => stands('completed', after(day, at))),
    fc
      .tuple(fc.constantFrom(900, 1100, 1200), minute)
      .map(([amount, at]) => amountChanged(eur(amount), after(day, at))),
    fc.constant(missed(null)),
    minute.map((at) => withdrawn(after(day, at))),
    fc.constantFrom<AgreementFact>(approvalExpired(), openingRefused(), acknowledged('instalment_after_end SALE2')),
  );
};

const aLife: fc.Arbitrary<Life> = fc
  .record({
    rhythm: aRhythm,
    courses: fc.array(fc.constantFrom(...COURSES), { maxLength: 6 }),
    isApproved: fc.boolean(),
    /** So many instalments are agreed beyond those; null: without an end. */
    more: fc.option(fc.integer({ min: 0, max: 2 })),
  })
  .chain(({ rhythm, courses, isApproved, more }) => {
    const instalments = more === null ? null : Math.max(1, courses.length + more);
    const terms = agreed({ ...rhythm, instalments });
    const day = fc.integer({ min: 1, max: courses.length + 1 }).map((number) => dueOn(terms, number));
    return fc.record({
      terms: fc.constant(terms),
      facts: fc
        .array(day.chain(aTurn), { maxLength: 5 })
        .map((turns) => [
          opened(after(terms.startsOn, -60)),
          ...(isApproved ? [stands('active', after(terms.startsOn, 500))] : []),
          ...courses.flatMap((course, index) => courseOf(terms, index + 1, course)),
          ...turns,
        ])
        .map((facts) => evolveAgreement({ terms, facts: [] }, facts).facts),
    });
  });

/** The same facts told in another order, some of them again. */
const retold = (facts: readonly AgreementFact[]): fc.Arbitrary<AgreementFact[]> =>
  fc
    .subarray([...facts])
    .chain((again) => fc.shuffledSubarray([...facts, ...again], { minLength: facts.length + again.length }));

const withRetelling = aLife.chain((life) => fc.record({ life: fc.constant(life), told: retold(life.facts) }));
const lived = ({ terms, facts }: Life, told = facts): Agreement => evolveAgreement({ terms, facts: [] }, told);

describe('whatever becomes of an agreement', () => {
  test('the same facts in any order, and however often told, make the same agreement', () => {
    fc.assert(
      fc.property(withRetelling, ({ life, told }) => {
        const [one, other] = [lived(life), lived(life, told)];
        expect(summarizeAgreement(other)).toEqual(summarizeAgreement(one));
        expect(attentionKeys(other)).toEqual(attentionKeys(one));
      }),
      { numRuns: 1_000 },
    );
  });

  test('one that has ended expects no instalment', () => {
    fc.assert(
      fc.property(withRetelling, ({ life, told }) => {
        const { status, nextDueOn, instalments } = summarizeAgreement(lived(life, told));
        fc.pre(hasEnded(status) || isOpen(status));
        expect(nextDueOn).toBeNull();
        expect(instalments.filter((one) => one.status === 'scheduled')).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('no more is collected than was agreed, and all that was agreed is complete', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        const { status, instalments } = summarizeAgreement(lived(life));
        const planned = life.terms.instalments ?? Infinity;
        const count = instalments.filter((one) => one.status === 'collected').length;
        expect(count).toBeLessThanOrEqual(planned);
        expect(instalments.length).toBeLessThanOrEqual(planned);
        if (count === planned) expect(status).toBe('completed');
        const isTold = life.facts.some((fact) => fact.kind === 'standing_told' && fact.standing === 'completed');
        if (status === 'completed') expect(isTold || count === planned).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('instalments are numbered without a gap, each with its day, and all money is some instalment’s', () => {
    fc.assert(
      fc.property(withRetelling, ({ life, told }) => {
        const { instalments } = summarizeAgreement(lived(life, told));
        expect(instalments.map(({ number }) => number)).toEqual(instalments.map((_, index) => index + 1));
        expect(instalments.map((one) => one.dueOn)).toEqual(instalments.map(({ number }) => dueOn(life.terms, number)));
        const payments = life.facts.flatMap((fact) => (fact.kind === 'instalment_handed_over' ? [fact.paymentId] : []));
        expect(instalments.flatMap(({ paymentId }) => paymentId ?? []).sort()).toEqual(payments.sort());
      }),
      { numRuns: 500 },
    );
  });

  test('what a person has read of is not shown again', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        const agreement = lived(life);
        const keys = attentionKeys(agreement);
        expect(keys.length > 0).toBe(summarizeAgreement(agreement).attention !== null);
        const read = evolveAgreement(
          agreement,
          keys.map((key) => acknowledged(key)),
        );
        expect(attentionKeys(read).filter((key) => keys.includes(key))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a merchant is told', () => {
  /** All that is told of a life, cut into turns of so many facts. */
  function tellings({ terms }: Life, told: readonly AgreementFact[], size: number): readonly string[] {
    let agreement: Agreement = { terms, facts: [] };
    const all: string[] = [];
    for (let from = 0; from < told.length; from += size) {
      const next = evolveAgreement(agreement, told.slice(from, from + size));
      all.push(...eventsOfAgreement(agreement, next).map(({ type }) => type));
      agreement = next;
    }
    expect(eventsOfAgreement(agreement, evolveAgreement(agreement, told))).toEqual([]);
    return all;
  }
  const aSize = fc.integer({ min: 1, max: 5 });
  const count = (all: readonly string[], wanted: string) => all.filter((type) => type === wanted).length;

  test('of each instalment once that it was collected, and of each try once that it was in vain', () => {
    fc.assert(
      fc.property(withRetelling, aSize, ({ life, told }, size) => {
        const all = tellings(life, told, size);
        const { instalments } = summarizeAgreement(lived(life));
        const money = life.facts.filter(({ kind }) => kind === 'instalment_handed_over').length;
        const failures = life.facts.filter(({ kind }) => kind === 'collection_failed').length;
        const isIn = (status: string) => instalments.filter((one) => one.status === status);
        expect(count(all, 'instalment.collected')).toBeGreaterThanOrEqual(isIn('collected').length);
        expect(count(all, 'instalment.collected')).toBeLessThanOrEqual(money);
        expect(count(all, 'instalment.failed')).toBeGreaterThanOrEqual(isIn('failed').length);
        expect(count(all, 'instalment.failed')).toBeLessThanOrEqual(failures);
      }),
      { numRuns: 300 },
    );
  });

  test('the last arrival that was told is how it stands, and none is told twice in a row', () => {
    fc.assert(
      fc.property(withRetelling, aSize, ({ life, told }, size) => {
        const all = tellings(life, told, size);
        const arrivals = all.filter((type) => type.startsWith('agreement.') && type !== 'agreement.attention');
        const { status } = summarizeAgreement(lived(life));
        expect(arrivals.at(-1)).toBe(status === 'awaiting_payer' ? undefined : `agreement.${status}`);
        expect(arrivals.filter((type, index) => type === arrivals[index - 1])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('of a life told as it went, every try and all money, one by one', () => {
    const straight = fc.array(fc.constantFrom(...COURSES), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(aRhythm, straight, (rhythm, courses) => {
        const terms = agreed(rhythm);
        const facts = courses.flatMap((course, index) => courseOf(terms, index + 1, course));
        const all = tellings({ terms, facts }, facts, 1);
        const of = (kind: AgreementFact['kind']) => facts.filter((fact) => fact.kind === kind).length;
        expect(count(all, 'instalment.collected')).toBe(of('instalment_handed_over'));
        expect(count(all, 'instalment.failed')).toBe(of('collection_failed'));
      }),
      { numRuns: 300 },
    );
  });
});
