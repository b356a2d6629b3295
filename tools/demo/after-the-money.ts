import type { Place } from './club';
import { Telling } from './telling';
import type { Say } from './telling';

/** What happens after the money came: one cart, story after story, each with its cart and at the end the books. Every step is checked. */
export async function tellOfMoneyBack(place: Place, say: Say): Promise<void> {
  const club = await Telling.of(
    place,
    { name: 'Demo choir', currency: 'EUR', memberName: 'Lena Weber', gateways: ['paypal-checkout'] },
    say,
  );
  await club.charge('Membership 2027', 'membership', 5_000);
  await club.charge('Concert trip', 'trip', 2_000);
  club.heading('Lena pays 70.00 EUR: her membership and the concert trip');
  const first = await club.open('paypal-checkout');
  await club.pay(first, 'anne');
  await club.cart({ due: 0, credit: 0, paylines: 1 });

  club.heading('The trip does not take place: its charge is cancelled, and 20.00 EUR go back');
  await club.refund(first, { cancelCharges: [await club.chargeOf('trip')] }, 'partially_refunded');
  await club.cart({ due: 0, credit: 0, paylines: 2 });

  club.heading('The treasurer gives 10.00 EUR more back: the membership is due again by as much');
  await club.refund(first, { amount: 1_000 }, 'partially_refunded');
  await club.cart({ due: 1_000, credit: 0, paylines: 3 });

  club.heading('Somebody gives the rest back at PayPal’s own site: it is adopted');
  await club.happens(first, { kind: 'refund', amount: '40.00' }, 'refunded');
  await club.cart({ due: 5_000, credit: 0, paylines: 4 });

  club.heading('Lena pays again; her bank takes it back, and she loses the case');
  const won = await club.open('paypal-checkout');
  await club.pay(won, 'anne');
  await club.happens(won, { kind: 'dispute' }, 'disputed');
  await club.happens(won, { kind: 'reverse' }, 'disputed');
  await club.happens(won, { kind: 'win' }, 'paid');
  await club.cart({ due: 0, credit: 0, paylines: 5 });

  await club.charge('Sheet music', 'goods', 1_500);
  club.heading('She pays for sheet music; this case the club loses, and the music is due again');
  const lost = await club.open('paypal-checkout');
  await club.pay(lost, 'anne');
  await club.happens(lost, { kind: 'dispute' }, 'disputed');
  await club.happens(lost, { kind: 'reverse' }, 'disputed');
  await club.happens(lost, { kind: 'lose' }, 'charged_back');
  await club.cart({ due: 1_500, credit: 0, paylines: 7 });

  club.heading('The music is given to her: its charge is cancelled');
  await club.cancelCharge(await club.chargeOf('goods'));
  await club.cart({ due: 0, credit: 0, paylines: 7 });

  club.heading('What stands in the books of the choir');
  await club.books();
}
