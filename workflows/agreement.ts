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
import type { Agreement, AgreementStatus } from './domain/agreement';
import { describeMoney } from './domain/money';
import type { AgreementCommandOutcome, AgreementStart } from './messages';
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
  | { readonly kind: 'look' };

/**
 * An agreement's life: opened, approved, collected again and again, and ended. What comes has its turn, one after the other; the money of an
 * instalment is handed over to a payment of its own, whose run books it. It ends when nothing is collected any more, and whatever comes
 * later starts a new run of the same workflow id.
 */
export async function agreement(start: AgreementStart): Promise<{ status: AgreementStatus }> {
  const queue: Item[] = (start.unverified ?? []).map((notificationId) => ({ kind: 'message', notificationId }));
  const isIdle = (): boolean => queue.length === 0;
  const answers = new Map<string, AgreementCommandOutcome>();
  setHandler(notificationReceived, ({ notificationId }) => {
    const isHeard = queue.some((item) => item.kind === 'message' && item.notificationId === notificationId);
    if (!isHeard) queue.push({ kind: 'message', notificationId });
  });
  setHandler(lookAgain, () => void queue.push({ kind: 'look' }));
  setHandler(obeyAgreement, async ({ commandId }) => {
    queue.push({ kind: 'command', commandId });
    await condition(() => answers.has(commandId));
    return answers.get(commandId) ?? { outcome: 'accepted' };
  });

  let current = await hands.openAgreement(start.agreementId);
  let askedAt = 0;
  for (;;) {
    const { status } = summarizeAgreement(current);
    setCurrentDetails(describe(current));
    if (isIdle() && hasEnded(status)) {
      if (mustBeEndedThere(current)) {
        current = await hands.endWithdrawnAgreement(start.agreementId);
        continue;
      }
      await condition(allHandlersFinished);
      if (isIdle()) return { status };
    }
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength > LONGEST_HISTORY || continueAsNewSuggested) await goOn(start.agreementId, queue);

    const at = nextQuestion(current, askedAt);
    const waitMs = at === null ? null : at - Date.now();
    const called = () => !isIdle();
    const isCalled =
      waitMs === null
        ? await condition(called).then(() => true)
        : waitMs > 0
          ? await condition(called, waitMs)
          : called();
    const item = isCalled ? queue.shift() : undefined;
    if (item === undefined) {
      askedAt = Date.now();
      current = await hands.lookUpAgreement(start.agreementId);
      if (isOpen(summarizeAgreement(current).status) && Date.parse(current.terms.approveBy) <= Date.now())
        current = await hands.expireAgreement(start.agreementId);
      continue;
    }
    switch (item.kind) {
      case 'message':
        current = await hands.takeAgreementMessage({
          agreementId: start.agreementId,
          notificationId: item.notificationId,
        });
        break;
      case 'command': {
        const obeyed = await hands.obeyAgreementCommand(item.commandId);
        current = obeyed.agreement;
        answers.set(item.commandId, obeyed.end);
        break;
      }
      case 'look':
        current = await hands.lookUpAgreement(start.agreementId);
        break;
    }
  }
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
  const { status, nextDueOn } = summarizeAgreement(current);
  if (isOpen(status)) return Date.parse(current.terms.approveBy);
  if (nextDueOn === null) return null;
  return Math.max(Date.parse(nextDueOn) + SILENCE_MS, askedAt + ASK_AGAIN_MS);
}

/** It goes on in a new run, which is told what this one was told of and did not come to; a command is given again by those who wait for it. */
async function goOn(agreementId: string, queue: readonly Item[]): Promise<void> {
  if (queue.some(({ kind }) => kind === 'command')) return;
  await condition(allHandlersFinished);
  const unverified = queue.flatMap((item) => (item.kind === 'message' ? [item.notificationId] : []));
  await continueAsNew<typeof agreement>({ agreementId, unverified });
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
