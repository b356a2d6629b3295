import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { FailureDetails } from '../activities/failures';

const QUICKLY: LocalActivityOptions = {
  startToCloseTimeout: '4 seconds', // well inside the 10 s of a workflow task, which a longer one would have to extend
  retry: { maximumAttempts: 1 }, // the durable call below is the retry, where an operator can see it
};

const UNTIL_IT_ANSWERS: ActivityOptions = {
  startToCloseTimeout: '30 seconds', // a gateway call gives up after 8 s by itself, and one activity makes at most three
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 1.5,
    maximumInterval: '1 minute', // an outage of hours is followed by its money within a minute
    // No maximum of attempts: money waits as long as it takes.
  },
};

/** One call that keeps asking costs three events, however often it asks; a timer per question would cost five each. */
const UNTIL_IT_IS_DECIDED: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '72 hours', // mobile money is decided within minutes, an eCheck within days; then a person looks
  retry: {
    initialInterval: '3 seconds',
    backoffCoefficient: 1.6, // 3, 5, 8, 12, 20, 31 s to a minute and a half, then minutes, then hours
    maximumInterval: '1 hour',
  },
};

const patiently = proxyActivities<Pick<Activities, 'watchPayment'>>({
  ...UNTIL_IT_IS_DECIDED,
  summary: 'Ask the gateway until it has decided',
});

/** A refund is on its way for minutes or for days: asked about within the minute, then hourly; after a week a person looks. */
const UNTIL_IT_IS_BACK: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '7 days',
  retry: { initialInterval: '20 seconds', backoffCoefficient: 2, maximumInterval: '1 hour' },
};
const ONCE_A_DAY: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '30 days', // and then begun anew
  retry: { initialInterval: '1 hour', backoffCoefficient: 24, maximumInterval: '1 day' },
};
const refunds = proxyActivities<Pick<Activities, 'watchRefund'>>({
  ...UNTIL_IT_IS_BACK,
  summary: 'Ask the gateway until the refund is done',
});
const slowRefunds = proxyActivities<Pick<Activities, 'watchRefundDaily'>>({
  ...ONCE_A_DAY,
  summary: 'Ask the gateway about the refund once a day',
});

/**
 * Most activities are tried inside the workflow task first, which costs one event on a good day; when that fails for whatever
 * reason, the same function runs as a regular activity: retried for as long as it takes, visible to an operator.
 */
export const hands: Activities = {
  loadPayment: localFirst('loadPayment', 'Read what was recorded'),
  loadUnmatched: localFirst('loadUnmatched', 'Read what was recorded'),
  verifyNotification: localFirst('verifyNotification', 'Ask the gateway whether a message is true'),
  recordFacts: localFirst('recordFacts', 'Write facts and books'),
  lookUpPayment: localFirst('lookUpPayment', 'Ask the gateway before the time is over'),
  capturePayment: localFirst('capturePayment', 'Take the money that the payer approved'),
  openCheckout: localFirst('openCheckout', 'Open the checkout at the gateway'),
  watchPayment: patiently.watchPayment,
  refundPayment: localFirst('refundPayment', 'Give money back'),
  checkRefund: localFirst('checkRefund', 'Ask the gateway whether a refund has moved'),
  watchRefund: refunds.watchRefund,
  watchRefundDaily: slowRefunds.watchRefundDaily,
  openAgreement: localFirst('openAgreement', 'Hand the agreement to its payer'),
  takeAgreementMessage: localFirst('takeAgreementMessage', 'Ask the gateway whether a message is true, and take it in'),
  lookUpAgreement: localFirst('lookUpAgreement', 'Ask the gateway how the agreement stands'),
  obeyAgreementCommand: localFirst('obeyAgreementCommand', 'Have the gateway do what was asked'),
  endWithdrawnAgreement: localFirst('endWithdrawnAgreement', 'End at the gateway what was withdrawn here'),
  expireAgreement: localFirst('expireAgreement', 'Record that nobody approved it in time'),
};

/** `summary`: what an operator reads beside the call. */
function localFirst<Name extends keyof Activities>(name: Name, summary: string): Activities[Name];
function localFirst(name: keyof Activities, summary: string): (...args: unknown[]) => Promise<unknown> {
  const quick = proxyLocalActivities({ ...QUICKLY, summary })[name];
  const durable = proxyActivities({ ...UNTIL_IT_ANSWERS, summary })[name];
  if (!quick || !durable) throw new Error(`no such activity: ${name}`);
  const isUrgent = name !== 'verifyNotification'; // a message that asks its gateway waits for what is being booked, not the other way round
  return (...args) => oneAtATime(isUrgent, () => quick(...args)).catch(orElse(() => durable(...args)));
}

/** Local calls that wait for the one before them, and whether there is one. A run has its own copy of every module. */
const waiting: { readonly isUrgent: boolean; readonly begin: () => void }[] = [];
let isCalling = false;

/**
 * Makes local calls one after the other. Of several at once, a replay ends each where it began and not where it ended: the run would go on
 * in another order than it went, ask for other things, and be stuck for good. Durable calls have no such fault, and run side by side.
 */
async function oneAtATime<Result>(isUrgent: boolean, call: () => Promise<Result>): Promise<Result> {
  if (isCalling) await new Promise<void>((begin) => waiting.push({ isUrgent, begin }));
  isCalling = true;
  try {
    return await call();
  } finally {
    const urgent = waiting.findIndex((one) => one.isUrgent);
    const [next] = waiting.splice(Math.max(0, urgent), 1);
    if (next) next.begin();
    else isCalling = false;
  }
}

function orElse<Result>(again: () => Promise<Result>): (failure: unknown) => Promise<Result> {
  return async (failure) => {
    if (isCancellation(failure)) throw failure;
    const cause = failure instanceof ActivityFailure ? failure.cause : failure;
    if (cause instanceof ApplicationFailure && cause.nonRetryable) throw failure;
    // A gateway that asked to be left alone for a while did not mean the next try to come at once.
    const [details] = (cause instanceof ApplicationFailure ? (cause.details ?? []) : []) as FailureDetails[];
    if (details?.pauseMs !== undefined) await sleep(details.pauseMs, { summary: 'A pause before the next try' });
    return again();
  };
}
