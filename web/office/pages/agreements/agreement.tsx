import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useObjectId } from '../../address';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Money } from '../../ui/money';
import { Answered, Page, Section } from '../../ui/page';
import { When } from '../../ui/time';
import { isSaid, money, moment, t } from '../../words';
import { Happened } from '../payments/timeline';
import { AgreementActions } from './agreement-actions';
import { AgreementStanding } from './agreement-status';
import { Attention } from './attention';
import { HandOver, linkOf } from './hand-over';
import { Instalments } from './instalments';
import { dateOf, numberOf, termsOf, whoOf } from './sayings';

type Agreement = Schema<'Agreement'>;
interface OfAgreement {
  readonly agreement: Agreement;
}
const OPENING_MS = 1_500;

/** One agreement: what is agreed, where it stands and why, what came of it, and what can be done about it. */
export function AgreementPage() {
  const id = useObjectId();
  const query = useQuery({
    ...reading('/v1/agreements/{id}', { path: { id } }),
    // No event tells that the gateway has given its link.
    refetchInterval: ({ state }) => (state.data?.status === 'created' ? OPENING_MS : false),
  });
  return (
    <Page
      title={query.data === undefined ? t('agreements.one') : whoOf(query.data)}
      actions={<Link to="/agreements">{t('agreements.all')}</Link>}
    >
      <Answered query={query}>{(agreement) => <Parts agreement={agreement} />}</Answered>
    </Page>
  );
}

function Parts({ agreement }: OfAgreement) {
  const link = linkOf(agreement);
  return (
    <>
      <Head agreement={agreement} />
      {link !== null && (
        <Section title={t('agreements.hand_over')}>
          <p>{handOverText(agreement)}</p>
          <HandOver agreement={agreement} link={link} />
        </Section>
      )}
      <Instalments agreement={agreement} />
      <Happened facts={agreement.timeline} say={(fact) => sayFact(fact, agreement)} />
    </>
  );
}

/** What is agreed, where it stands, and what can be done. */
function Head({ agreement }: OfAgreement) {
  const { gateway, label, category, member, createdAt, reason, nextDueOn, startsOn, collected, currency } = agreement;
  const { planned, failed } = agreement.instalments;
  const facts = [
    ['agreements.next', dateOf(nextDueOn)],
    ['agreements.starts', dateOf(startsOn)],
    ['agreements.how_many', numberOf(planned)],
    ...(agreement.endsOn === null ? [] : [['agreements.ends', dateOf(agreement.endsOn)] as const]),
    ...(failed === 0 ? [] : [['agreements.failed', String(failed)] as const]),
  ] as const;
  return (
    <section className="card" aria-label={t('agreements.standing')}>
      <p className="actions">
        <span className="big">{termsOf(agreement)}</span>
        <AgreementStanding of={agreement} />
      </p>
      <p>
        {sayStatus(agreement)}
        {reason !== null && (
          <span className="note"> {t('payments.reason', { reason: reason.replaceAll('_', ' ') })}</span>
        )}
      </p>
      <p className="note">
        {label} · {category} · {t(`gateway.${gateway}`)} · {t('agreements.begun_at')} <When at={createdAt} /> ·{' '}
        <Link to="/members/$id" params={{ id: member }}>
          {t('payments.to_member')}
        </Link>
      </p>
      <dl className="gross-net">
        <div>
          <dt>{t('agreements.collected')}</dt>
          <dd>
            <Money amount={collected} currency={currency} />
          </dd>
        </div>
        {facts.map(([title, text]) => (
          <div key={title}>
            <dt>{t(title)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Attention agreement={agreement} />
      <AgreementActions agreement={agreement} />
    </section>
  );
}

const valuesOf = (agreement: Agreement) => ({
  name: whoOf(agreement),
  gateway: t(`gateway.${agreement.gateway}`),
  time: moment(agreement.approveBy),
  sum: money(agreement.amount, agreement.currency),
});

/** Where it stands, as a sentence. */
const sayStatus = (agreement: Agreement): string => t(`agreements.stands.${agreement.status}`, valuesOf(agreement));

/** Why the member is to be given a link: to agree at all, or to agree to another amount. */
function handOverText(agreement: Agreement): string {
  const isBegun = agreement.status !== 'created' && agreement.status !== 'awaiting_payer';
  return t(isBegun ? 'agreements.hand_over_again' : 'agreements.hand_over_text', valuesOf(agreement));
}

function sayFact({ kind, amount, currency }: Agreement['timeline'][number], agreement: Agreement): string {
  const id = `agreements.fact.${kind}`;
  const sum = amount === null || currency === null ? '' : money(amount, currency);
  return t(isSaid(id) ? id : 'payments.fact.other', { ...valuesOf(agreement), sum });
}
