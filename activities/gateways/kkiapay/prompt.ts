import { GatewayFailure } from '../port';
import type { CheckoutOrder, GatewayContext, Payer, StartedCheckout } from '../port';
import { planPrompt } from './checkout';
import { KEYS_REFUSED, requestPrompt } from './client';
import { readFailure, readTransactionId } from './codec';
import type { KkiapayCredentials } from './credentials';

/**
 * Sends the prompt to the payer's phone. Refused is what KKiaPay refuses in JSON, without an id; after anything else the
 * prompt may be on the phone, and its {@link GatewayFailure} says that it must not be sent again. Only where the request
 * never left is it retried.
 */
export async function startCheckout(
  order: CheckoutOrder,
  context: GatewayContext<KkiapayCredentials>,
): Promise<StartedCheckout> {
  const plan = planPrompt(order, context.credentials);
  if (!plan.ok) return refused(plan.reason, plan.detail);
  const { phoneNumber, amount, reason, nextAction } = plan;
  const prompt = {
    phoneNumber,
    amount,
    reason,
    partnerId: order.paymentId,
    stateData: order.paymentId,
    ...nameOf(order.payer),
  };
  const answer = await requestPrompt(prompt, context).catch(asRefusedKeys);
  if (answer === null)
    return refused(KEYS_REFUSED, `KKiaPay does not accept the keys in the ${context.environment} environment`);

  const { status, fields } = answer;
  // Old answers call it one way, newer ones the other.
  const written = fields['internalTransactionId'] ?? fields['transactionId'] ?? null;
  const reference = readTransactionId(written);
  const word = readWord(fields['status']);
  // An answer that may have opened something is never taken for a no, whatever its status.
  if (status !== 200 && written === null && word !== 'SUCCESS' && word !== 'PENDING')
    return refused(word?.toLowerCase() ?? `http_${status}`, `KKiaPay refused the prompt: ${word ?? `HTTP ${status}`}`);
  if (status === 200 && word === 'FAILED') {
    const failure = readFailure(fields);
    return refused(failure, `KKiaPay answered that the prompt failed: ${failure}`);
  }
  if (status === 200 && reference !== null) return { opened: true, nextAction, reference };
  throw new GatewayFailure({
    code: 'unreadable_answer',
    message: `asking KKiaPay to prompt the payer of ${order.paymentId}: HTTP ${status} without an id and without a clear no`,
    moved: 'perhaps',
    retry: 'never',
  });
}

/** KKiaPay wants two names and a person may have one: what follows the first space is the last name. */
function nameOf({ name, email }: Payer): { firstname: string; lastname: string; email: string } {
  const [firstname = '', ...rest] = (name ?? '').trim().split(/\s+/);
  return { firstname, lastname: rest.join(' '), email: email ?? '' };
}

function asRefusedKeys(failure: unknown): null {
  if (failure instanceof GatewayFailure && failure.code === KEYS_REFUSED) return null;
  throw failure;
}

function readWord(status: unknown): string | null {
  return typeof status === 'string' && /^[A-Za-z_]{1,64}$/.test(status) ? status.toUpperCase() : null;
}

function refused(reason: string, detail: string): StartedCheckout {
  return { opened: false, reason, detail };
}
