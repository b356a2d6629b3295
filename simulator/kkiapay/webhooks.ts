import { html } from '../html';
import type { Channel, Message, Parcel } from '../message';
import type { Outbox } from '../outbox';
import type { Account, Accounts } from './accounts';
import type { Transaction } from './transactions';

// KKiaPay, Webhook: "5 tries at an interval of 500 ms, incremental".
const RESEND_AFTER_MS = [500, 1000, 1500, 2000];

/** KKiaPay's only messages. It has no page that sends one again. */
export const WEBHOOK: Channel = {
  kind: 'sending',
  name: 'kkiapay_webhook',
  isTaken: (status) => status >= 200 && status < 300,
  resendLabel: null,
  show: (body) =>
    html`<details>
      <summary>Its bytes</summary>
      <pre>${body.toString('utf8')}</pre>
    </details>`,
};

/** Tells merchants what has happened, at the address of their dashboard. */
export class Webhooks {
  readonly #resendAfterMs: readonly number[];

  constructor(
    private readonly accounts: Accounts,
    private readonly outbox: Outbox,
    speed: number,
  ) {
    this.#resendAfterMs = RESEND_AFTER_MS.map((ms) => Math.round(ms / speed));
  }

  /** Null when the account has no address. Nothing is told of refunds: KKiaPay has no webhook for them. */
  tell(transaction: Transaction, fate: 'sent' | 'lost' = 'sent'): Message | null {
    const { webhook } = this.accounts.of(transaction.order.publicKey);
    if (webhook === null) return null;
    const fields = webhookFields(transaction);
    const parcel = this.#parcel(webhook, { about: transaction.id, label: fields.event, fields, genuine: true });
    return fate === 'lost' ? this.outbox.lose(parcel) : this.outbox.send(parcel);
  }

  /** A webhook that KKiaPay never wrote. */
  forge(webhook: NonNullable<Account['webhook']>, about: string, fields: Readonly<Record<string, unknown>>): Parcel {
    return this.#parcel(webhook, { about, label: 'forged', fields, genuine: false });
  }

  #parcel(webhook: NonNullable<Account['webhook']>, letter: Letter): Parcel {
    const { about, label, fields, genuine } = letter;
    return {
      channel: WEBHOOK,
      about,
      label,
      url: webhook.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'KKiaPay webhook (simulator)',
        'x-kkiapay-secret': webhook.secret,
      },
      body: Buffer.from(JSON.stringify(fields)),
      genuine,
      resendAfterMs: this.#resendAfterMs,
      copyOf: null,
    };
  }
}

interface Letter {
  readonly about: string;
  readonly label: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly genuine: boolean;
}

/** The body of a webhook, with the spelling `isPaymentSucces` that is KKiaPay's own. */
export function webhookFields({ id, order, payer, source, fees, status, failureCode, performedAt }: Transaction) {
  const succeeded = status !== 'FAILED';
  return {
    transactionId: id,
    isPaymentSucces: succeeded,
    account: payer.phone,
    label: order.reason,
    method: source,
    amount: order.amount,
    fees,
    partnerId: order.partnerId,
    performedAt: performedAt.toISOString(),
    stateData: order.data,
    event: succeeded ? 'transaction.success' : 'transaction.failed',
    ...(!succeeded && { failureCode, failureMessage: failureCode }),
  };
}
