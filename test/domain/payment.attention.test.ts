import { decide, evolve, summarize } from '../../workflows/domain/payment';
import { refundInFlight } from '../../workflows/domain/refund';
import { refundNews, refundRequested } from '../../workflows/domain/refunding';
import { captured, eur, NOON, noted, paymentWith, refunded } from './builders';

test('a refund without an outcome for seven days is shown until it has one', () => {
  const paid = paymentWith([captured()]);
  const order = { refundId: 'ref_1', capture: 'TX1', amount: 5000, charges: [], origin: 'merchant', at: NOON } as const;
  const asked = evolve(paid, refundRequested(paid, order));
  const refund = refundInFlight(asked);
  if (!refund) throw new Error('no refund is in flight');
  expect(summarize(asked).attention).toBeNull();

  const slow = refundNews(asked, refund, { outcome: 'undecided' }, NOON).reduce(evolve, asked);
  expect(summarize(slow)).toMatchObject({ status: 'paid', attention: { code: 'refund_slow' } });

  const done = evolve(slow, { ...refunded('RF1', eur(5000)), refundId: 'ref_1' });
  expect(summarize(done)).toMatchObject({ status: 'refunded', attention: null });
});

test('a remark is shown until a person has read it', () => {
  const remarked = paymentWith([captured(), noted('unknown_status', 'BRAND_NEW')]);
  expect(summarize(remarked)).toMatchObject({ status: 'paid', attention: { code: 'gateway_remark' } });

  const read = decide(remarked, { kind: 'resolve', commandId: 'cmd_1', at: NOON });
  if (read.outcome !== 'accepted') throw new Error(`the person was refused: ${read.outcome}`);
  expect(summarize(read.facts.reduce(evolve, remarked))).toMatchObject({ status: 'paid', attention: null });
});
