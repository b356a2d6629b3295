import { consequenceOf } from '../../workflows/domain/webhook';

const PAUSES = [5_000, 300_000];

test.each([
  [200, 1, { outcome: 'succeeded' }],
  [204, 3, { outcome: 'succeeded' }],
  [410, 1, { outcome: 'gone' }],
  [301, 1, { outcome: 'later', pauseMs: 5_000 }],
  [500, 2, { outcome: 'later', pauseMs: 300_000 }],
  [null, 1, { outcome: 'later', pauseMs: 5_000 }],
  [500, 3, { outcome: 'failed' }],
  [null, 9, { outcome: 'failed' }],
])('an answer of %s to try %i', (status, tries, consequence) => {
  expect(consequenceOf({ status }, tries, PAUSES, 0.5)).toEqual(consequence);
});

test('what failed together is not tried together: a fifth sooner, or a fifth later', () => {
  expect(consequenceOf({ status: 500 }, 1, PAUSES, 0)).toEqual({ outcome: 'later', pauseMs: 4_000 });
  expect(consequenceOf({ status: 500 }, 1, PAUSES, 1)).toEqual({ outcome: 'later', pauseMs: 6_000 });
});
