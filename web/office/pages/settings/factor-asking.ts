import { Refusal } from '../../../shared/client';
import { answerOf, api } from '../../api';
import type { Session } from '../../session';
import { askSignIn } from '../../shell/signing';
import { isSaid, t } from '../../words';

/** What changes when somebody proves themself otherwise than before. */
export const FACTOR_CHANGES = ['/v1/session', '/v1/sessions', '/v1/people'];

/** Asks the sign-in something that begins the session anew, and has the new one work where the one before did. */
export async function askAnew(path: string, body: object, session: Session): Promise<void> {
  await askSignIn(path, body);
  if (session.merchant === null) return;
  await answerOf(api.PUT('/v1/session/merchant', { body: { merchant: session.merchant } }));
}

/** Why the sign-in refused, which says so in codes of its own; else what is given. */
export function factorTrouble(refusal: string | null, trouble: string | null): string | null {
  const id = `factor_refused.${refusal ?? ''}`;
  return isSaid(id) ? t(id) : trouble;
}

/** Throws where what the sign-in answers lacks what it was asked for. */
export function mustHave<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Refusal(502, { code: 'internal_error' }, 0);
  return value;
}
