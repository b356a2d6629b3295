import type { Payment, Place } from './club';
import { DemoFailure } from './failure';
import { Telling } from './telling';
import type { Say } from './telling';

/** One cart, paid through PayPal Standard and PayPal Checkout. Every step is checked. */
export async function tellOfEuros(place: Place, say: Say): Promise<void> {
  const club = await Telling.of(
    place,
    {
      name: 'Demo tennis club',
      currency: 'EUR',
      memberName: 'Anne Martin',
      gateways: ['paypal-standard', 'paypal-checkout'],
    },
    say,
  );
  await club.charge('Membership 2027', 'membership', 12_000);
  await club.charge('Insurance', 'insurance', 2_350);
  club.heading('A club whose books are in euros');
  await club.options();
  await club.cart({ due: 14_350, credit: 0, paylines: 0 });

  club.heading('PayPal Standard: Anne pays a part, 50.00 EUR; the oldest charge first');
  await club.pay(await club.open('paypal-standard', { amount: 5_000 }), 'anne');
  await club.cart({ due: 9_350, credit: 0, paylines: 1 });

  club.heading('PayPal Standard: she pays all that is due');
  await club.pay(await club.open('paypal-standard'), 'anne');
  await club.cart({ due: 0, credit: 0, paylines: 2 });

  club.heading('PayPal Standard: she pays in advance, 30.00 EUR, and owes nothing');
  await club.pay(await club.open('paypal-standard', { amount: 3_000 }), 'anne');
  await club.cart({ due: 0, credit: 3_000, paylines: 3 });

  club.heading('A new charge uses up her credit');
  await club.charge('Spring outing', 'outing', 4_500);
  await club.cart({ due: 1_500, credit: 0, paylines: 3 });

  club.heading('PayPal Standard: 15.00 EUR are asked and 10.00 EUR come; the money waits for a person');
  const misfit = await club.open('paypal-standard');
  await club.payMisfit(withFormField(misfit, { amount: '10.00' }), 'anne');
  await club.cart({ due: 1_500, credit: 0, paylines: 3 });

  club.heading('The treasurer accepts it');
  await club.accept(misfit, 'The rest is paid at the desk');
  await club.cart({ due: 500, credit: 0, paylines: 4 });

  await club.charge('Summer camp', 'camp', 8_000);
  club.heading('PayPal Checkout, the same cart: she pays a part, 25.00 EUR, and comes back');
  await club.pay(await club.open('paypal-checkout', { amount: 2_500 }), 'anne');
  await club.cart({ due: 6_000, credit: 0, paylines: 5 });

  club.heading('PayPal Checkout: she approves all that is due and closes the tab; the webhook tells');
  await club.pay(await club.open('paypal-checkout'), 'hana');
  await club.cart({ due: 0, credit: 0, paylines: 6 });

  club.heading('PayPal Checkout: 20.00 EUR in advance; her card is declined, another one pays');
  const declined = await club.open('paypal-checkout', { amount: 2_000 });
  await club.tryInVain(declined, 'denis');
  await club.pay(declined, 'denis');
  await club.cart({ due: 0, credit: 2_000, paylines: 7 });

  club.heading('What stands in the books of the club in euros');
  await club.books();
}

/** A merchant's books have one currency, and KKiaPay takes XOF only: a club of its own. Every step is checked. */
export async function tellOfFrancs(place: Place, say: Say): Promise<void> {
  const club = await Telling.of(
    place,
    { name: 'Demo club de Cotonou', currency: 'XOF', memberName: 'Koffi Adjovi', gateways: ['kkiapay'] },
    say,
  );
  await club.charge('Cotisation 2027', 'membership', 15_000);
  await club.charge('Assurance', 'insurance', 2_500);
  club.heading('A club whose books are in CFA francs');
  await club.options();
  await club.cart({ due: 17_500, credit: 0, paylines: 0 });

  club.heading('KKiaPay: Koffi pays a part, 5000 XOF; a first try fails, the second succeeds');
  const part = await club.open('kkiapay', { amount: 5_000 });
  await club.tryInVain(part, 'celine');
  await club.pay(part, 'awa');
  await club.cart({ due: 12_500, credit: 0, paylines: 1 });

  club.heading('KKiaPay: the treasurer asks for the rest on his phone, and he agrees');
  await club.pay(await club.open('kkiapay', { method: 'mobile_money', phone: '+229 01 61 00 00 77' }), 'koffi');
  await club.cart({ due: 0, credit: 0, paylines: 2 });

  club.heading('KKiaPay: he pays in advance, 2000 XOF');
  await club.pay(await club.open('kkiapay', { amount: 2_000 }), 'awa');
  await club.cart({ due: 0, credit: 2_000, paylines: 3 });

  club.heading('What stands in the books of the club in francs');
  await club.books();
}

/** A payer can change every field of a form before it is posted. */
function withFormField(payment: Payment, fields: Readonly<Record<string, string>>): Payment {
  const { nextAction } = payment;
  if (nextAction?.kind !== 'form') throw new DemoFailure(`${payment.id} should have a form to pay with.`);
  return { ...payment, nextAction: { ...nextAction, fields: { ...nextAction.fields, ...fields } } };
}
