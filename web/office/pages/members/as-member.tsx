import { setupI18n } from '@lingui/core';
import { writeDay, writeMoney } from '../../../../words/figures';
import { balanceInWords } from '../../../../words/first-look';
import type { PageLanguage } from '../../../../words/language';
import { messages as english } from '../../../generated/en';
import { messages as french } from '../../../generated/fr';
import type { Schema } from '../../api';
import { language } from '../../words';

interface AsMemberProps {
  readonly cart: Schema<'Cart'>;
  readonly locale: Schema<'Member'>['locale'];
}

/** The account as the member sees it, in their language and in the words of their pages; nothing can be pressed. */
export default function AsMember({ cart, locale }: AsMemberProps) {
  const spoken = locale ?? language();
  const say = wordsOfMembers(spoken);
  const { charges, paylines, currency, due, more } = cart;
  const sum = (amount: number) => writeMoney({ amount, currency }, spoken);
  const isAnyBack = paylines.some(({ amount }) => amount < 0);
  return (
    <div lang={spoken} className="as-member">
      <section className="card">
        <h2 className="big">{balanceInWords(cart, spoken)}</h2>
        <p className="note">{cart.merchantName}</p>
      </section>
      <section className="card">
        <h2>{say('charges.title')}</h2>
        {due > 0 && isAnyBack && <p className="note">{say('charges.due_again')}</p>}
        <ul className="figures">
          {more.charges !== null && <li className="note">{say('charges.older')}</li>}
          {charges.map((charge) => (
            <li key={charge.id}>
              <span>
                {charge.label} <span className="note">{aboutCharge(charge)}</span>
              </span>
              <span className="figure">
                {sum(charge.amount)} <span className="note">{stateOf(charge)}</span>
              </span>
            </li>
          ))}
          {charges.length === 0 && <li className="note">{say('charges.none')}</li>}
        </ul>
      </section>
      {paylines.length > 0 && (
        <section className="card">
          <h2>{say(isAnyBack ? 'paylines.title_back' : 'paylines.title')}</h2>
          <ul className="figures">
            {paylines.toReversed().map(({ id, kind, amount, at }) => (
              <li key={id}>
                <span>
                  {writeDay(at, spoken)}{' '}
                  {kind !== 'payment' && kind !== 'attachment' && (
                    <span className="note">{say(`payline.${kind}`)}</span>
                  )}
                </span>
                <span className="figure">{sum(amount)}</span>
              </li>
            ))}
            {more.paylines !== null && <li className="note">{say('paylines.older')}</li>}
          </ul>
        </section>
      )}
    </div>
  );

  function aboutCharge({ label, category, dueOn, cancelledAt }: Schema<'Charge'>): string {
    if (cancelledAt !== null) return say('charge.cancelled_on', { day: writeDay(cancelledAt, spoken) });
    if (dueOn !== undefined) return say('charge.due_on', { day: writeDay(dueOn, spoken) });
    return category.toLowerCase() === label.toLowerCase() ? '' : category;
  }

  function stateOf({ status, amount, paid }: Schema<'Charge'>): string {
    return status === 'partly_paid' ? say('charge.partly', { money: sum(amount - paid) }) : say(`charge.${status}`);
  }
}

function wordsOfMembers(locale: PageLanguage) {
  const words = setupI18n({ locale, messages: { en: english, fr: french } });
  return (id: string, values: Readonly<Record<string, string>> = {}) => words._(id, { ...values });
}
