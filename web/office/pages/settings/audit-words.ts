import { browserOf } from '../../../shared/browser';
import type { Schema } from '../../api';
import { isSaid, money, moment, t } from '../../words';

type Row = Schema<'AuditRow'>;

/** What is done in an office, for the filter; an action that is not among them is shown all the same. */
export const ACTIONS = [
  'agreement.cancel_requested',
  'agreement.change_amount_requested',
  'agreement.opened',
  'agreement.resolution_requested',
  'agreement.resume_requested',
  'agreement.suspend_requested',
  'charge.added',
  'charge.cancelled',
  'connection.arrived',
  'connection.confirmed',
  'connection.invited',
  'dispute.resolution_requested',
  'gateway_account.changed',
  'gateway_account.created',
  'gateway_account.disabled',
  'gateway_account.enabled',
  'import.begun',
  'import.taken_back',
  'invitation.accepted',
  'invitation.created',
  'invitation.withdrawn',
  'key.created',
  'key.revoked',
  'member.changed',
  'member.created',
  'member.erased',
  'member.signed_in',
  'member.signed_out',
  'member_token.minted',
  'merchant.changed',
  'merchant.created',
  'merchant.test_twin_created',
  'notification.attached',
  'notification.dismissed',
  'offer.changed',
  'offer.created',
  'offer.withdrawn',
  'passkey.added',
  'passkey.removed',
  'pay_link.created',
  'pay_link.withdrawn',
  'payment.cancel_requested',
  'payment.opened',
  'payment.resolution_requested',
  'person.joined',
  'person.removed',
  'person.role_changed',
  'recovery.ended',
  'recovery.planned',
  'refund.cancel_requested',
  'refund.requested',
  'refund.retry_requested',
  'reminders.requested',
  'view.created',
  'view.removed',
  'webhook_delivery.resent',
  'webhook_endpoint.changed',
  'webhook_endpoint.created',
  'webhook_endpoint.removed',
  'webhook_endpoint.rotated',
  'webhook_endpoint.tested',
] as const;

/** The sentence of this id, or else the word itself: the API may know more words than the office. */
const sayOr = (id: string, word: string): string => (isSaid(id) ? t(id) : word);

export const actionWord = (action: string): string => sayOr(`action.${action}`, action);

/** A person or key by its name; the others by what they are. */
export function actorWord({ actor: { kind, id }, actorName }: Row): string {
  const word = sayOr(`actor.${kind}`, kind);
  return actorName ?? (kind === 'gateway' && id !== null ? sayOr(`gateway.${id}`, id) : word);
}

export function objectWord({ object: { kind, id }, objectName }: Row): string {
  const word = sayOr(`object.${kind}`, kind);
  if (objectName !== null) return `${word} ${objectName}`;
  return kind === 'gateway_account' ? `${word} ${sayOr(`gateway.${id}`, id)}` : word;
}

/** One field, as it was and as it is; null: there is nothing to be told of that side. */
interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What is otherwise, field by field. Of what is secret or personal only the name is told. */
export function changesOf({ before, after }: Pick<Row, 'before' | 'after'>): readonly FieldChange[] {
  const { withheld: hidden = [], ...was } = before ?? {};
  const { withheld = hidden, ...is } = after ?? {};
  const told = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => name !== 'currency');
  return [
    ...told.map((name) => ({
      field: sayOr(`field.${name}`, name),
      before: name in was ? valueWord(name, was[name], was) : null,
      after: name in is ? valueWord(name, is[name], is) : null,
    })),
    ...(Array.isArray(withheld) ? withheld : []).map((name) => ({
      field: sayOr(`field.${String(name)}`, String(name)),
      before: null,
      after: t('audit.withheld'),
    })),
  ];
}

/** So much is shown of what a program calls itself that nobody knows. */
const LONGEST_NAME = 40;
const MOMENT = /^\d{4}-\d\d-\d\dT/;

function valueWord(name: string, value: unknown, among: Readonly<Record<string, unknown>>): string {
  if (value === null || value === undefined) return t('shell.none');
  if (typeof value === 'boolean') return t(value ? 'shell.yes' : 'shell.no');
  if (Array.isArray(value))
    return value.length === 0 ? t('shell.none') : value.map((one) => valueWord(name, one, among)).join(', ');
  const { currency } = among;
  if (typeof value === 'number')
    return name === 'amount' && typeof currency === 'string' ? money(value, currency) : String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (MOMENT.test(value)) return moment(value);
  const families: Readonly<Record<string, string>> = {
    role: 'role',
    scopes: 'scope',
    types: 'event',
    chartOfAccounts: 'chart',
    latePayments: 'late',
    refundFees: 'fees',
    locale: 'language',
    gateway: 'gateway',
  };
  const family = families[name];
  return family === undefined ? sayOr(`value.${value}`, value) : sayOr(`${family}.${value}`, value);
}

/** Which program somebody used, in two words; null: none that is known. */
export function browserWord(userAgent: string | null): string | null {
  const { browser, system } = browserOf(userAgent);
  const known = [browser, system].filter((name) => name !== undefined);
  return known.length > 0 ? known.join(' · ') : (userAgent?.slice(0, LONGEST_NAME) ?? null);
}
