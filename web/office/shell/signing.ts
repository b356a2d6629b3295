import { Refusal, Unreachable } from '../../shared/client';

/** What the sign-in answers; a second factor may be wanted still, or is being set up. */
export interface SignedIn {
  readonly twoFactorRedirect?: boolean;
  readonly twoFactorMethods?: readonly string[];
  readonly totpURI?: string;
  readonly backupCodes?: readonly string[];
}

/** Asks the sign-in, which has manners of its own: its refusals carry no code of ours. */
export async function askSignIn(path: string, body: object = {}): Promise<SignedIn> {
  const answer = await fetch(`/auth/${path}`, {
    method: 'POST',
    cache: 'no-store',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  const said = (await answer.json().catch(() => ({}))) as SignedIn & { readonly code?: string };
  if (!answer.ok) throw new Refusal(answer.status, { code: said.code ?? '' }, 0);
  return said;
}

/** Ends the session, and shows the door again. */
export function signOut(): void {
  void askSignIn('sign-out').finally(() => location.assign('/office'));
}
