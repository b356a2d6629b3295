import type { Fields } from '../../form-encoding';
import type { Message } from '../../message';
import { writeAmount } from '../amounts';
import { nameOf } from '../buyers';
import { writeInstant } from '../nvp-views';
import { NvpError } from '../nvp-error';
import { cancel, reactivate, suspend, type CourseDeps, type Told } from './course';
import { nounOf } from './period';
import { nextPaymentAt, stateOf, type Subscription } from './subscriptions';

interface Action {
  readonly from: readonly ReturnType<typeof stateOf>[];
  /** PayPal's error in any other state. */
  readonly refusal: readonly [code: string, message: string];
  readonly act: (subscription: Subscription, told: Told, deps: CourseDeps) => Message | null;
}

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  [
    'cancel',
    {
      from: ['Active', 'Suspended'],
      refusal: ['11556', 'Invalid profile status for cancel action; profile should be active or suspended'],
      act: cancel,
    },
  ],
  [
    'suspend',
    {
      from: ['Active'],
      refusal: ['11557', 'Invalid profile status for suspend action; profile should be active'],
      act: suspend,
    },
  ],
  [
    'reactivate',
    {
      from: ['Suspended'],
      refusal: ['11558', 'Invalid profile status for reactivate action; profile should be suspended'],
      act: reactivate,
    },
  ],
]);

/** `ManageRecurringPaymentsProfileStatus`: as the seller does it at PayPal's pages, and told as such. */
export function manageProfile(asked: Fields, subscription: Subscription, deps: CourseDeps): Fields {
  const action = ACTIONS.get((asked['ACTION'] ?? '').toLowerCase());
  if (action === undefined) throw new NvpError('10004', 'ACTION is not Cancel, Suspend or Reactivate');
  if (!action.from.includes(stateOf(subscription))) throw new NvpError(...action.refusal);
  action.act(subscription, {}, deps);
  return { ACK: 'Success', PROFILEID: subscription.id };
}

/** `GetRecurringPaymentsProfileDetails`. */
export function profileFields(subscription: Subscription): Fields {
  const { id, form, buyer, startedAt, cycles, failures, outstanding, amount, payments } = subscription;
  const next = nextPaymentAt(subscription);
  const last = payments.at(-1);
  const text = (units: number) => writeAmount(units, form.currency);
  const times = form.times ?? 0;
  return {
    ACK: 'Success',
    PROFILEID: id,
    STATUS: stateOf(subscription),
    DESC: form.item.name,
    AUTOBILLOUTAMT: 'NoAutoBill',
    MAXFAILEDPAYMENTS: form.isReattempted ? '3' : '1',
    SUBSCRIBERNAME: nameOf(buyer),
    PROFILESTARTDATE: writeInstant(startedAt),
    PROFILEREFERENCE: form.invoice,
    ...(next !== null && { NEXTBILLINGDATE: writeInstant(next) }),
    NUMCYCLESCOMPLETED: String(cycles),
    // Without an end PayPal counts on below zero.
    NUMCYCLESREMAINING: String(times - cycles),
    OUTSTANDINGBALANCE: text(outstanding),
    FAILEDPAYMENTCOUNT: String(failures),
    ...(last && { LASTPAYMENTDATE: writeInstant(last.at), LASTPAYMENTAMT: text(last.form.total) }),
    BILLINGPERIOD: nounOf(form.period),
    BILLINGFREQUENCY: String(form.period.count),
    TOTALBILLINGCYCLES: String(times),
    CURRENCYCODE: form.currency,
    AMT: text(amount),
  };
}
