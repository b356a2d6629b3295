import { APIError, createAuthEndpoint } from 'better-auth/api';
import { expireCookie, setSessionCookie } from 'better-auth/cookies';
import type { BetterAuthPlugin, GenericEndpointContext } from 'better-auth';
import { z } from 'zod';
import { assertion } from '../http/passkey-schemas';
import type { Passkeys } from './passkeys';

/** The cookie that the sign-in's own second step gives a browser whose password was right. */
export const HALF_SIGNED_IN = 'two_factor';

/**
 * The second step of the sign-in, by a passkey in the place of a code: the same cookie leads here, and the same session begins. It is a part of
 * better-auth, since the session and its cookie are.
 */
export function passkeyStep(passkeys: Pick<Passkeys, 'ask' | 'isAnswer'>) {
  /** Who has given the right password, and by what that is known. */
  async function readChallenged(ctx: GenericEndpointContext) {
    const cookie = ctx.context.createAuthCookie(HALF_SIGNED_IN);
    const challenge = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
    const kept = challenge ? await ctx.context.internalAdapter.findVerificationValue(challenge) : null;
    const user =
      kept && kept.expiresAt > new Date() ? await ctx.context.internalAdapter.findUserById(kept.value) : null;
    if (!challenge || !user) throw refusal('INVALID_TWO_FACTOR_COOKIE', 'sign in with your password first');
    return { cookie, challenge, user };
  }

  return {
    id: 'passkey-step',
    endpoints: {
      askPasskey: createAuthEndpoint('/two-factor/passkey-options', { method: 'POST' }, async (ctx) => {
        const { challenge, user } = await readChallenged(ctx);
        const options = await passkeys.ask(challenge, user.id, 'sign_in');
        if (!options) throw refusal('NO_PASSKEY', 'you have no passkey: use a code');
        return ctx.json(options);
      }),
      verifyPasskey: createAuthEndpoint(
        '/two-factor/verify-passkey',
        { method: 'POST', body: z.object({ passkey: assertion }) },
        async (ctx) => {
          const { cookie, challenge, user } = await readChallenged(ctx);
          if (!(await passkeys.isAnswer(challenge, user.id, 'sign_in', ctx.body.passkey)))
            throw refusal('INVALID_PASSKEY', 'this is not the answer of one of your passkeys');
          const consumed = await ctx.context.internalAdapter.consumeVerificationValue(challenge);
          if (consumed?.value !== user.id)
            throw refusal('INVALID_TWO_FACTOR_COOKIE', 'sign in with your password first');
          const session = await ctx.context.internalAdapter.createSession(user.id, false);
          await setSessionCookie(ctx, { session, user });
          expireCookie(ctx, cookie);
          return ctx.json({ user: { id: user.id, name: user.name, email: user.email } });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

function refusal(code: string, message: string): APIError {
  return new APIError('UNAUTHORIZED', { code, message });
}
