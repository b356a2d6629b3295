import type { Schema } from '../../api';
import { isSaid, language, t } from '../../words';

type ActionKind = Schema<'Payment'>['actions'][number]['kind'];
interface Refused {
  readonly code: string | null;
  readonly detail: string | null;
}

/** Why something cannot be done, in the reader's language, by the code with which the API would refuse it. */
export function whyNot({ code, detail }: Refused): string {
  if (code === 'forbidden') return t('payments.why.forbidden');
  const id = `problem.${code ?? ''}`;
  const isElsewhere = code === 'refund_at_gateway_only' || code === 'agreement_at_gateway_only';
  if (isSaid(id)) return isElsewhere && detail !== null ? `${t(id)} ${detail}` : t(id);
  return language() === 'en' && detail !== null ? detail : t('payments.why.other');
}

/** Whether this caller may do it now, and else why not. */
export function verdict(
  payment: Schema<'Payment'>,
  kind: ActionKind,
): { readonly allowed: boolean; readonly reason: string | null } {
  const action = payment.actions.find((one) => one.kind === kind);
  if (action === undefined) return { allowed: false, reason: t('payments.why.other') };
  return { allowed: action.allowed, reason: action.allowed ? null : whyNot(action) };
}
