import type { GatewayFact } from '../../workflows/domain/fact';
import { reasonOf, remark, toldFacts } from '../../workflows/domain/remark';

const captured = (gatewayReference: string, occurredAt: string): GatewayFact => ({
  kind: 'payment_captured',
  gatewayReference,
  qualifier: '',
  amount: 5000,
  currency: 'EUR',
  occurredAt,
});
const FIRST = captured('TXN1', '2026-03-10T13:22:41.000Z');
const SECOND = captured('TXN2', '2026-03-11T13:22:41.000Z');

test('what was remarked beside facts is recorded with them, about the money that it concerns', () => {
  const facts = toldFacts({
    facts: [FIRST, SECOND],
    remarks: [remark('fee_unreadable', 'TXN2', '1,95'), remark('more_transactions')],
  });
  expect(facts.slice(0, 2)).toEqual([FIRST, SECOND]);
  expect(facts.slice(2)).toEqual([
    {
      kind: 'remark_noted',
      gatewayReference: 'TXN2',
      qualifier: 'fee_unreadable',
      amount: null,
      currency: null,
      reason: 'fee_unreadable',
      wrote: '1,95',
      occurredAt: SECOND.occurredAt,
    },
    {
      kind: 'remark_noted',
      gatewayReference: 'TXN1',
      qualifier: 'more_transactions',
      amount: null,
      currency: null,
      reason: 'more_transactions',
      wrote: null,
      occurredAt: FIRST.occurredAt,
    },
  ]);
});

test('a remark about money of which nothing else was told has no time of its own', () => {
  const [, noted] = toldFacts({ facts: [FIRST], remarks: [remark('unreadable_amount', 'TXN3', 'x')] });
  expect(noted).toMatchObject({ gatewayReference: 'TXN3', occurredAt: null });
});

test('remarks without a fact are no facts', () => {
  expect(toldFacts({ facts: [], remarks: [remark('unknown_status', 'TXN1', 'Surprising')] })).toEqual([]);
});

test('the reason of a message is the first thing that was remarked beside its facts, in the word of its payment’s attention', () => {
  const { facts } = {
    facts: toldFacts({ facts: [FIRST], remarks: [remark('fee_negative'), remark('more_transactions')] }),
  };
  expect(reasonOf(facts)).toBe('fee_unreadable');
  expect(reasonOf(toldFacts({ facts: [FIRST], remarks: [remark('more_transactions')] }))).toBe('more_transactions');
  expect(reasonOf([FIRST])).toBeNull();
});

test.each([
  ['1,95', '1,95'],
  ['  1,95\r\n', '1,95'],
  ['a\u0000b\tc', 'a b c'],
  ['a\u2028b', 'a b'],
  ['\ud800', '\ufffd'],
  ['x'.repeat(500), 'x'.repeat(100)],
  [`${'x'.repeat(99)}\u{1f600}`, 'x'.repeat(99)],
  ['', null],
  [' \n', null],
])('of what a gateway wrote, %j is kept as %j', (wrote, kept) => {
  expect(remark('fee_unreadable', null, wrote).wrote).toBe(kept);
});

test('a remark without a fact to lay it beside is noted of the payment that was asked about', () => {
  const told = { facts: [], remarks: [remark('unreadable_amount', null, '30,00')] };
  expect(toldFacts(told, 'pay_1')).toMatchObject([{ kind: 'remark_noted', gatewayReference: 'pay_1', wrote: '30,00' }]);
  expect(toldFacts(told)).toEqual([]);
});
