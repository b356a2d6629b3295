import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useFilters, useObjectId } from '../../address';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Button } from '../../ui/button';
import { Answered, Page } from '../../ui/page';
import { money, moment, t } from '../../words';
import { About } from './about';
import { Charges, Paylines } from './cart';
import { MemberActions } from './member-actions';
import { MemberAgreements } from './member-agreements';
import { MemberPayments } from './member-payments';
import { nameOf } from './name';

// The member's own words, in both languages: few people look at them.
const AsMember = lazy(() => import('./as-member'));

type Member = Schema<'Member'>;
type Cart = Schema<'Cart'>;

/** One member: what they owe, what they paid, and who they are. */
export function MemberPage() {
  const id = useObjectId();
  const member = useQuery(reading('/v1/members/{id}', { path: { id } }));
  const cart = useQuery(reading('/v1/members/{id}/cart', { path: { id } }));
  const [{ view = '' }, filter] = useFilters();
  return (
    <Answered query={member}>
      {(known) => (
        <Page title={nameOf(known)} actions={<Link to="/members">{t('members.all')}</Link>}>
          <Answered query={cart}>
            {(owed) =>
              view === 'member' ? (
                <>
                  <p className="banner">{t('members.as_member_text')}</p>
                  <p>
                    <Button onPress={() => filter({ view: '' })}>{t('members.as_member_end')}</Button>
                  </p>
                  <Suspense>
                    <AsMember cart={owed} locale={known.locale} />
                  </Suspense>
                </>
              ) : (
                <Standing member={known} cart={owed} />
              )
            }
          </Answered>
        </Page>
      )}
    </Answered>
  );
}

function Standing({ member, cart }: { readonly member: Member; readonly cart: Cart }) {
  return (
    <>
      <section className="card standing" data-tone={cart.due > 0 ? 'waiting' : 'good'}>
        <p className="big">{balanceOf(member, cart)}</p>
        {member.erasedAt !== null && <p>{t('members.erased_since', { time: moment(member.erasedAt) })}</p>}
        <MemberActions member={member} cart={cart} />
      </section>
      <Charges member={member} cart={cart} />
      <div className="columns">
        <Paylines cart={cart} />
        <MemberPayments member={member.id} />
      </div>
      <MemberAgreements member={member} />
      <About member={member} />
    </>
  );
}

/** How the account stands, in one sentence about the member. */
function balanceOf(member: Member, { due, credit, pending, currency, charges, paylines }: Cart): string {
  const known = { name: nameOf(member), due: money(due, currency) };
  if (due > 0)
    return pending > 0
      ? t('members.sentence_owes_pending', { ...known, pending: money(pending, currency) })
      : t('members.sentence_owes', known);
  if (credit > 0) return t('members.sentence_credit', { ...known, credit: money(credit, currency) });
  return t(charges.length === 0 && paylines.length === 0 ? 'members.sentence_nothing' : 'members.sentence_paid', known);
}
