import { GATEWAYS } from '../../activities/gateways/registry';
import { findEnabledGateways } from '../../books/accounts';
import { readAgreementCommand, storeAgreementCommand } from '../../books/agreement-commands';
import type { AgreementOrder } from '../../books/agreement-commands';
import { createAgreement, loadAgreement } from '../../books/agreements';
import type { RecordedAgreement } from '../../books/agreements';
import { noteChange } from '../../books/audit';
import type { Author } from '../../books/audit';
import { findOffer } from '../../books/offers';
import type { Offer } from '../../books/offers';
import { readSituation } from '../../books/payments';
import type { Sql } from '../../books/sql';
import type { Runs } from '../../outbox/runs';
import { newId } from '../../platform/ids';
import type { Vault } from '../../vault/vault';
import { hasEnded, isOpen, numberOn, summarizeAgreement } from '../../workflows/domain/agreement';
import type { AgreementCommandEnd, AgreementTerms, Rhythm } from '../../workflows/domain/agreement';
import type { GatewayName } from '../../workflows/domain/gateway';
import { describeMoney } from '../../workflows/domain/money';
import type * as schemas from '../http/agreement-schemas';
import type { Caller } from '../http/auth';
import { checkOrigin } from '../http/origins';
import { erased, notFound, Problem } from '../http/problems';
import type { Once } from '../http/routing';
import { notificationUrl } from './checkout';

/** How long the committer has to start the run, before the sweeper does. */
const LEASE_MS = 5_000;
/** How long an answer waits for the gateway; a caller who waits longer should look again, not hang. */
const PATIENCE_MS = 5_000;

export interface AgreementDeskDependencies {
  readonly db: Sql;
  readonly vault: Vault;
  readonly runs: Runs;
  readonly publicUrl: string;
}
type Wish = ReturnType<(typeof schemas.newAgreement)['parse']>;
type Beginner = Extract<Caller, { kind: 'key' | 'staff' | 'member' }>;

/** Checks what is wished, and writes the agreement with the run to start; gives its id. */
export async function beginAgreement(
  { publicUrl }: Pick<AgreementDeskDependencies, 'publicUrl'>,
  db: Sql,
  { caller, author }: { readonly caller: Beginner; readonly author: Author },
  wish: Wish,
): Promise<string> {
  const { merchantId } = caller;
  const memberId = memberOf(caller, wish);
  const offer = wish.offer === undefined ? null : await findOffer(db, merchantId, wish.offer);
  if (wish.offer !== undefined && (!offer || offer.withdrawnAt !== null)) throw notFound('offer');
  if (caller.kind === 'member' && !offer) throw wrongField('offer', 'required');
  const gateway = wish.gateway ?? (await firstThatCan(db, merchantId));
  const situation = await readSituation(db, merchantId, memberId, gateway, []);
  if (!situation) throw notFound('merchant');
  const { merchant, member, account } = situation;
  if (!member) throw notFound('member');
  if (member.erased) throw erased();

  const verbs = GATEWAYS[gateway].gateway.agreements;
  if (!verbs) throw new Problem('recurring_not_supported', `${gateway} collects nothing by itself`);
  if (wish.currency !== undefined && wish.currency !== merchant.currency)
    throw new Problem(
      'currency_not_supported',
      `this merchant's books are in ${merchant.currency}, not ${wish.currency}`,
    );
  const agreed = offer ? asOffered(offer, wish) : asWished(wish);
  const money = { amount: agreed.amount, currency: merchant.currency };
  const refused = verbs.refuse({ ...agreed, money });
  if (refused) throw new Problem(refused.reason, refused.detail);
  for (const field of ['returnUrl', 'cancelUrl'] as const) checkOrigin(field, wish[field], merchant.returnOrigins);
  if (!account) throw new Problem('gateway_not_configured', `this merchant has no account at ${gateway}`);
  if (!account.enabled)
    throw new Problem(
      'gateway_not_enabled',
      `this merchant's account at ${gateway} is disabled${account.disabledReason === null ? '' : `: ${account.disabledReason}`}`,
    );

  const id = newId('agr');
  const terms: AgreementTerms = {
    ...{ id, merchantId, memberId, accountId: account.id, gateway, ...money, ...agreed },
    approveBy: new Date(Date.now() + wish.expiresInMs).toISOString(),
  };
  const opening = {
    description: merchant.name,
    startsOn: wish.startsOn !== undefined && wish.startsOn > today() ? wish.startsOn : null,
    returnUrl: `${publicUrl}/return/${id}`,
    cancelUrl: `${publicUrl}/cancel/${id}`,
    notificationUrl: notificationUrl(publicUrl, gateway, account.pathToken),
  };
  const { returnUrl = null, cancelUrl = null } = wish;
  await createAgreement(db, author, terms, { offer: offer?.id ?? null, returnUrl, cancelUrl, opening }, LEASE_MS);
  return id;

  function asOffered(from: Offer, { amount }: Wish) {
    const chosen = amount ?? (typeof from.amount === 'number' ? from.amount : null);
    if (chosen === null) throw wrongField('amount', 'the member chooses it, within what is offered');
    const { min, max } = typeof from.amount === 'number' ? { min: from.amount, max: from.amount } : from.amount;
    if (chosen < min || chosen > max) {
      const [least, most] = [min, max].map((sum) => describeMoney({ amount: sum, currency: from.currency }));
      throw new Problem(
        'amount_not_supported',
        least === most ? `the offer is of ${least}` : `the offer is of ${least} to ${most}`,
      );
    }
    const { label, category, interval, every, instalments } = from;
    return { label, category, interval, every, instalments, amount: chosen, startsOn: wish.startsOn ?? today() };
  }
}

function asWished({ amount, interval, every = 1, label, category, startsOn = today(), instalments, endsOn }: Wish) {
  if (amount === undefined || interval === undefined || label === undefined || category === undefined)
    throw new Error('the schema lets nobody leave these out');
  const rhythm: Rhythm & { readonly startsOn: string } = { interval, every, startsOn };
  return {
    ...rhythm,
    amount,
    label,
    category,
    instalments: instalments ?? (endsOn === undefined ? null : numberOn(rhythm, endsOn)),
  };
}

function memberOf(caller: Beginner, { member }: Wish): string {
  if (caller.kind === 'member') {
    if (member !== undefined && member !== caller.memberId) throw notFound('member');
    return caller.memberId;
  }
  if (member === undefined) throw wrongField('member', 'required');
  return member;
}

/** The first gateway, in the order in which a member is offered them, whose account can collect by itself. */
async function firstThatCan(db: Sql, merchantId: string): Promise<GatewayName> {
  const enabled = await findEnabledGateways(db, merchantId);
  const offered = Object.entries(GATEWAYS).filter(([, { gateway }]) => gateway.agreements);
  const able = offered.flatMap(([name]) => enabled.filter((one) => one === name));
  if (able[0]) return able[0];
  throw new Problem('recurring_not_supported', 'this merchant has no account that collects by itself');
}

function wrongField(path: string, message: string): Problem {
  return new Problem('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** Starts the run of an agreement that was just committed; gives the agreement once it is in its payer's hands, or after a short patience without. */
export async function untilHanded({ db, runs }: Pick<AgreementDeskDependencies, 'db' | 'runs'>, id: string) {
  const begun = await readAgreement(db, id);
  if (summarizeAgreement(begun).status !== 'created') return begun; // by a request before that had the same key
  void runs.startAgreement(id, begun.terms).catch(() => undefined); // Temporal is away: the sweeper starts it
  return waitUntil(db, id, (agreement) => summarizeAgreement(agreement).status !== 'created');
}

async function waitUntil(
  db: Sql,
  id: string,
  isSo: (agreement: RecordedAgreement) => boolean,
): Promise<RecordedAgreement> {
  const end = Date.now() + PATIENCE_MS;
  for (let waitMs = 40; ; waitMs = Math.min(waitMs * 1.5, 400)) {
    const agreement = await readAgreement(db, id);
    if (isSo(agreement) || Date.now() >= end) return agreement;
    await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  }
}

async function readAgreement(db: Sql, id: string): Promise<RecordedAgreement> {
  const agreement = await loadAgreement(db, id);
  if (!agreement) throw new Error(`agreement ${id} is gone`);
  return agreement;
}

/** Why this is refused of an agreement as it stands, with the code and words of the refusal; null where it can be asked. `credentials`: of its account. */
export function refusalOfCommand(
  agreement: RecordedAgreement,
  kind: AgreementOrder['kind'],
  credentials: unknown,
): {
  readonly code: 'agreement_ended' | 'agreement_not_active' | 'agreement_at_gateway_only';
  readonly detail: string;
} | null {
  const { status } = summarizeAgreement(agreement);
  if (hasEnded(status)) return { code: 'agreement_ended', detail: `the agreement is ${status}` };
  if (isOpen(status))
    return kind === 'cancel' ? null : { code: 'agreement_not_active', detail: 'its payer has not approved it yet' };
  const isThere = (kind === 'suspend' && status === 'suspended') || (kind === 'resume' && status !== 'suspended');
  if (isThere) return { code: 'agreement_not_active', detail: `the agreement is ${status}` };
  const only = GATEWAYS[agreement.terms.gateway].gateway.agreements?.atGatewayOnly(kind, credentials);
  return only ? { code: 'agreement_at_gateway_only', detail: only } : null;
}

/** Stores a command once, with who asked, sends it, and gives how it ended; null: it will be obeyed, and the gateway does not answer. */
export async function commandAgreement(
  deps: Pick<AgreementDeskDependencies, 'db' | 'runs'>,
  {
    caller,
    author,
    once,
    forget,
  }: Once & { readonly caller: { readonly merchantId: string }; readonly author: Author },
  agreementId: string,
  order: AgreementOrder,
): Promise<AgreementCommandEnd | null> {
  const commandId = await once(async (tx) => {
    const command = { id: newId('cmd'), agreementId, order };
    await storeAgreementCommand(tx, command, LEASE_MS);
    await noteChange(tx, author, {
      merchantId: caller.merchantId,
      action: `agreement.${order.kind}_requested`,
      object: { kind: 'agreement', id: agreementId },
      ...(order.kind === 'change_amount' && { after: { amount: order.amount } }),
    });
    return command.id;
  });
  const stored = await readAgreementCommand(deps.db, commandId);
  if (!stored) throw new Error(`command ${commandId} is gone`);
  const sent = stored.outcome ? Promise.resolve(stored.outcome) : deps.runs.commandAgreement(stored).catch(() => null); // Temporal is away: the sweeper sends it again
  const heard = await Promise.race([
    sent,
    new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null).unref()),
  ]);
  // An answer may be lost on its way, with a run that ends: what was stored counts.
  const end = heard ?? (await readAgreementCommand(deps.db, commandId))?.outcome ?? null;
  if (end?.outcome === 'rejected') {
    await forget();
    const code =
      end.reason === 'agreement_ended' || end.reason === 'agreement_not_active' ? end.reason : 'gateway_refused';
    throw new Problem(code, code === 'gateway_refused' ? `${end.reason}: ${end.detail}` : end.detail);
  }
  return end;
}
