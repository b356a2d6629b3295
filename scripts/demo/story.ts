import type { GatewayName } from '../../workflows/domain/gateway';
import { describeMoney } from '../../workflows/domain/money';
import { Club } from './club';
import type { Cart, Place } from './club';
import { DemoFailure } from './failure';
import { PAYERS } from './payers';
import { balancesTable, cartTable, entriesTable, paymentStory, title } from './print';

type Say = (text: string) => void;

/** One member pays through one gateway: a part, the rest, in advance, and a sum that does not fit. Every step is checked. */
export async function tellStory(place: Place, gateway: GatewayName, say: Say): Promise<void> {
  const payer = PAYERS[gateway];
  const club = await Club.found(place, { name: `Demo club (${payer.title})`, gateway, account: payer.account });
  await club.charge('Membership 2027', 'membership', 12_000);
  await club.charge('Insurance', 'insurance', 2_350);
  say(title(`${payer.title}: before`));
  await showCart({ due: 14_350, credit: 0, paylines: 0 });

  say(title('Anne pays a part: 50.00 EUR; the oldest charge first'));
  await pay(5_000);
  await showCart({ due: 9_350, credit: 0, paylines: 1 });

  say(title('She pays all that is due'));
  await pay();
  await showCart({ due: 0, credit: 0, paylines: 2 });

  say(title('She pays in advance: 30.00 EUR, and owes nothing'));
  await pay(3_000);
  await showCart({ due: 0, credit: 3_000, paylines: 3 });

  say(title('A new charge uses up her credit'));
  await club.charge('Spring outing', 'outing', 4_500);
  await showCart({ due: 1_500, credit: 0, paylines: 3 });

  say(title('She is asked for 15.00 EUR and 10.00 EUR come: the money waits for a person'));
  const misfit = await club.openPayment();
  await payer.pay(misfit, '10.00');
  const waiting = await club.until('needs_review', misfit);
  say(paymentStory(waiting));
  await showCart({ due: 1_500, credit: 0, paylines: 3 });

  say(title('The treasurer accepts it'));
  await club.accept(waiting, 'The rest is paid at the desk');
  say(paymentStory(await club.until('paid', misfit)));
  await showCart({ due: 500, credit: 0, paylines: 4 });

  say(title('What stands in the books'));
  say(entriesTable(await club.entries(), payer.title));
  const balances = await club.balances();
  say(`\n${balancesTable(balances, payer.title)}`);
  const off = balances.reduce((sum, { balance }) => sum + balance, 0);
  if (off !== 0) throw new DemoFailure(`The books are off by ${describeMoney({ amount: off, currency: 'EUR' })}.`);

  async function pay(amount?: number): Promise<void> {
    const payment = await club.openPayment(amount);
    await payer.pay(payment);
    say(paymentStory(await club.until('paid', payment)));
  }

  async function showCart(expected: Pick<Cart, 'due' | 'credit'> & { readonly paylines: number }): Promise<void> {
    const cart = await club.cart();
    say(cartTable(cart));
    const found = { due: cart.due, credit: cart.credit, paylines: cart.paylines.length };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new DemoFailure(`The cart is not what it should be: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}.`);
  }
}
