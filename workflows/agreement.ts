import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { hands } from './activity-options';
import { dueOn, hasEnded, isOpen, summarizeAgreement } from './domain/agreement';
import type { Agreement, AgreementCommandEnd, AgreementStatus } from './domain/agreement';
import { describeMoney } from './domain/money';
import { unreachable } from './domain/unreachable';
import type { AgreementStart } from './messages';
import { lookAgain, notificationReceived, obeyAgreement } from './messages';

/** An instalment that nothing was heard of for so long is asked about. */
const SILENCE_MS = 2 * 86_400_000;
/** While the gateway knows nothing new, it is asked again so often. */
const ASK_AGAIN_MS = 86_400_000;
/** A history of a year or two is read in a moment; a longer one is begun anew. */
const LONGEST_HISTORY = 2_000;

/** What waits for its turn. */
type Item =
  | { readonly kind: 'message'; readonly notificationId: string }
  | { readonly kind: 'command'; readonly commandId: string }
  | { readonly kind: 'look' }
  /** The payer approved there what had been withdrawn here. */
  | { readonly kind: 'end_there' };

/**
 * An agreement's life: opened, approved, collected again and again, and ended. The money of an instalment is handed over to a payment of its
 * own, whose run books it. It ends when nothing is collected any more, and whatever comes later starts a new run of the same workflow id.
 *
 * What comes is taken in side by side, so that one message about which the gateway is silent holds up no other: each is recorded on what
 * stands then, or tried anew.
 */
export async function agreement({ agreementId }: AgreementStart): Promise<{ status: AgreementStatus }> {
  const queue: Item[] = [];
  const heard = new Set<string>();
  const answers = new Map<string, AgreementCommandEnd>();
  setHandler(notificationReceived, ({ notificationId }) => {
    if (heard.has(notificationId)) return; // told twice while the first is under way
    heard.add(notificationId);
    queue.push({ kind: 'message', notificationId });
  });
  setHandler(lookAgain, () => void queue.push({ kind: 'look' }));
  setHandler(obeyAgreement, async ({ commandId }) => {
    queue.push({ kind: 'command', commandId });
    await condition(() => answers.has(commandId));
    return answers.get(commandId) ?? { outcome: 'accepted' };
  });

  let current = await hands.openAgreement(agreementId);
  let underWay = 0;
  let hasNews = false;
  let broken: { readonly by: unknown } | null = null;
  let askedAt = 0;
  let wasToldToEnd = false;

  /** The agreement as it stands after the item. */
  async function take(item: Item): Promise<Agreement> {
    switch (item.kind) {
      case 'message': {
        const { notificationId } = item;
        const seen = await hands.takeAgreementMessage({ agreementId, notificationId });
        heard.delete(notificationId); // from now on it may be announced again
        return seen;
      }
      case 'command': {
        const obeyed = await hands.obeyAgreementCommand(item.commandId);
        answers.set(item.commandId, obeyed.end);
        return obeyed.agreement;
      }
      case 'look': {
        const seen = await hands.lookUpAgreement(agreementId);
        const isLate = Date.parse(seen.terms.approveBy) <= Date.now();
        return isLate && isOpen(summarizeAgreement(seen).status) ? hands.expireAgreement(agreementId) : seen;
      }
      case 'end_there':
        return hands.endWithdrawnAgreement(agreementId);
      default:
        return unreachable(item);
    }
  }

  function begin(item: Item): void {
    underWay++;
    void take(item)
      .then((seen) => {
        if (seen.facts.length >= current.facts.length) current = seen; // what began earlier may end later
      })
      .catch((failure: unknown) => {
        broken = { by: failure };
      })
      .finally(() => {
        underWay--;
        hasNews = true;
      });
  }

  const isIdle = (): boolean => queue.length === 0 && underWay === 0;
  for (;;) {
    hasNews = false;
    throwIf(broken);
    setCurrentDetails(describe(current));
    for (const item of queue.splice(0)) begin(item);
    if (isIdle() && mustBeEndedThere(current) && !wasToldToEnd) {
      wasToldToEnd = true;
      begin({ kind: 'end_there' });
    }
    if (isIdle() && hasEnded(summarizeAgreement(current).status)) {
      await condition(allHandlersFinished);
      if (isIdle()) return { status: summarizeAgreement(current).status };
    }
    if (isIdle() && isLong()) await goOn(agreementId, isIdle);

    const called = () => queue.length > 0 || hasNews;
    const at = underWay > 0 ? null : nextQuestion(current, askedAt);
    if (at === null) await condition(called);
    else if (at <= Date.now() || !(await condition(called, at - Date.now()))) {
      askedAt = Date.now();
      begin({ kind: 'look' });
    }
  }
}

/** A run that fails is begun anew from the record. */
function throwIf(broken: { readonly by: unknown } | null): void {
  if (broken) throw broken.by;
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > LONGEST_HISTORY || continueAsNewSuggested;
}

/** Whether the payer approved at the gateway what had been withdrawn here. */
function mustBeEndedThere({ facts }: Agreement): boolean {
  const standings = facts.filter((fact) => fact.kind === 'standing_told');
  return (
    facts.some(({ kind }) => kind === 'agreement_withdrawn') &&
    standings.some(({ standing }) => standing === 'active') &&
    !standings.some(({ standing }) => standing === 'cancelled' || standing === 'completed')
  );
}

/** When the gateway is asked by itself, ms since 1970; null: not before somebody tells something. */
function nextQuestion(current: Agreement, askedAt: number): number | null {
  const { status, nextDueOn, instalments } = summarizeAgreement(current);
  if (isOpen(status)) return Date.parse(current.terms.approveBy);
  const retryOn = status === 'past_due' ? (instalments.at(-1)?.nextAttemptOn ?? null) : null;
  const expectedOn = nextDueOn ?? retryOn;
  return expectedOn === null ? null : Math.max(Date.parse(expectedOn) + SILENCE_MS, askedAt + ASK_AGAIN_MS);
}

/** It goes on in a new run, once nothing waits and nothing is under way: what is recorded is all that the new one needs. */
async function goOn(agreementId: string, isIdle: () => boolean): Promise<void> {
  await condition(allHandlersFinished);
  if (isIdle()) await continueAsNew<typeof agreement>({ agreementId });
}

/** What an operator reads of the run, as Markdown. */
function describe(current: Agreement): string {
  const { terms } = current;
  const { status, reason, amount, nextDueOn, instalments, attention } = summarizeAgreement(current);
  const sum = describeMoney({ amount, currency: terms.currency });
  return [
    `**${status}**${reason === null ? '' : ` (${reason})`}: ${sum} every ${terms.every === 1 ? '' : `${terms.every} `}${terms.interval} by ${terms.gateway} from ${terms.memberId}, since ${dueOn(terms, 1)}`,
    ...(attention ? [`**A person must look:** ${attention.code}. ${attention.detail}`] : []),
    ...(nextDueOn === null ? [] : [`Next on ${nextDueOn}`]),
    ...instalments.map(
      (one) =>
        `- ${one.number}. of ${one.dueOn}: ${one.status}${one.paymentId === null ? '' : ` as ${one.paymentId}`}${one.failures === 0 ? '' : `, ${one.failures} tries in vain (${one.reason ?? 'no reason given'})`}`,
    ),
  ].join('\n\n');
}
