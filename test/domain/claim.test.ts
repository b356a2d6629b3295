import { claimOf, mostQuestions } from '../../workflows/domain/claim';
import { captured, fee } from './builders';

const told = { references: ['TX1', 'TX0'], facts: [captured('TX1'), fee('TX1')] };

test.each(['ipn', 'webhook'] as const)('a message by %s claims its facts, and nothing of when they were', (channel) => {
  expect(claimOf(channel, told)).toMatchObject({
    references: ['TX1', 'TX0'],
    facts: [
      { gatewayReference: 'TX1', kind: 'payment_captured', qualifier: '', amount: 5000, currency: 'EUR' },
      { gatewayReference: 'TX1', kind: 'fee_charged' },
    ],
  });
  expect(JSON.stringify(claimOf(channel, told))).not.toContain('occurredAt');
});

test.each(['pdt', 'poll'] as const)('what a browser brings back by %s claims only that its money exists', (channel) => {
  expect(claimOf(channel, told)).toMatchObject({ money: { reference: 'TX1', kind: 'payment_captured' } });
  expect(claimOf(channel, told)).not.toHaveProperty('facts');
  expect(claimOf(channel, { references: [], facts: [] })).toMatchObject({ money: { reference: null } });
});

test.each(['ipn', 'webhook', 'pdt', 'poll'] as const)(
  'any of them, also by %s, may bring a fee that could not be read',
  (channel) => {
    expect(claimOf(channel, told)).toMatchObject({
      remarks: ['fee_unreadable', 'fee_negative', 'fee_in_other_currency'],
      answers: ['fee_charged', 'payer_fee_charged'],
    });
  },
);

test('only a hint that comes back with its payer is asked about again after it was answered', () => {
  expect((['ipn', 'webhook', 'pdt', 'poll'] as const).map(mostQuestions)).toEqual([null, null, null, 20]);
});
