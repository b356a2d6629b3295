import { eventsOfAgreement, evolveAgreement, freshOf, summarizeAgreement } from '../workflows/domain/agreement';
import type { Agreement, AgreementCommandEnd, AgreementFact } from '../workflows/domain/agreement';
import type { Telling } from '../workflows/domain/event';
import type { Fact } from '../workflows/domain/fact';
import type { NextAction } from '../workflows/domain/gateway';
import type { PaymentTerms } from '../workflows/domain/payment';
import { toRow } from './facts';
import { call } from './functions';
import type { Sql } from './sql';

/** What is recorded beside facts. */
export interface Beside {
  /** The gateway's id of the agreement; what was learned first stays. */
  readonly reference?: string | null;
  /** What its payer does next; null: nothing any more. */
  readonly nextAction?: NextAction | null;
  readonly notification?: {
    readonly id: string;
    readonly state: 'applied' | 'duplicate' | 'attention';
    readonly reason: string | null;
  };
  readonly command?: { readonly id: string; readonly outcome: AgreementCommandEnd };
}

/**
 * Writes what of these facts is new, with what stands beside them, in one transaction; gives the agreement as it stands then, or null where
 * it moved on meanwhile and nothing was written.
 */
export async function recordAgreement(
  db: Sql,
  before: Agreement,
  facts: readonly AgreementFact[],
  { reference, ...beside }: Beside = {},
): Promise<Agreement | null> {
  const fresh = freshOf(before, facts);
  const after = evolveAgreement(before, fresh);
  const answer = await call(db, 'record_agreement', {
    agreement: before.terms.id,
    known: before.facts.length,
    facts: fresh.map(toRow),
    ...standingOf(before, after),
    ...(reference === undefined || reference === null ? {} : { reference }),
    ...beside,
  });
  return answer === 'recorded' ? after : null;
}

/** Money that became a payment of its own. */
export interface HandedOver {
  readonly fact: AgreementFact & { readonly kind: 'instalment_handed_over' };
  readonly terms: PaymentTerms;
  readonly status: string;
  readonly method: string;
  readonly opened: Fact;
  /** Sealed, of the account as it is now. */
  readonly receivers: Buffer;
  /** The message that told of it; null: the gateway was asked. */
  readonly message: string | null;
}

/** Makes the payment once; gives its id, or null where the agreement moved on meanwhile and nothing was written. */
export async function handOverInstalment(
  db: Sql,
  before: Agreement,
  { fact, terms, status, method, opened, receivers, message }: HandedOver,
): Promise<string | null> {
  const fresh = freshOf(before, [fact]);
  const { merchantId: merchant, memberId: member, accountId: account } = terms;
  return call(
    db,
    'hand_over_instalment',
    {
      agreement: before.terms.id,
      known: before.facts.length,
      facts: fresh.map(toRow),
      ...standingOf(before, evolveAgreement(before, fresh)),
      reference: fact.gatewayReference,
      number: fact.number,
      payment: {
        ...terms,
        merchant,
        member,
        account,
        status,
        method,
        nextAction: null,
        opening: null,
        returnUrl: null,
        cancelUrl: null,
        opened: toRow(opened),
      },
      ...(message !== null && { message }),
    },
    receivers,
  );
}

/** How an agreement stands, as its row and its merchant are told. */
export interface AgreementStanding {
  readonly standing: {
    readonly status: string;
    readonly reason: string | null;
    readonly amount: number;
    readonly nextDueOn: string | null;
    readonly cancelledAt: string | null;
    readonly attention: string | null;
    readonly attentionDetail: string | null;
  };
  readonly events: readonly Telling[];
}

function standingOf(before: Agreement, after: Agreement): AgreementStanding {
  const { status, reason, amount, nextDueOn, cancelledAt, attention } = summarizeAgreement(after);
  return {
    standing: {
      ...{ status, reason, amount, nextDueOn, cancelledAt },
      attention: attention?.code ?? null,
      attentionDetail: attention?.detail ?? null,
    },
    events: eventsOfAgreement(before, after),
  };
}
