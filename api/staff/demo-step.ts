import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';

/**
 * Begins a session of a person whom the demo's link has named. Nobody reaches it over HTTP: it has no path, and only the route of that link
 * asks for it. It is a part of better-auth, since the session and its cookie are.
 */
export function demoStep() {
  return {
    id: 'demo-step',
    endpoints: {
      enterDemo: createAuthEndpoint.serverOnly(
        { method: 'POST', body: z.object({ personId: z.string() }) },
        async (ctx) => {
          const user = await ctx.context.internalAdapter.findUserById(ctx.body.personId);
          if (!user) throw new APIError('UNAUTHORIZED', { message: 'nobody has this link' });
          const session = await ctx.context.internalAdapter.createSession(user.id, false);
          await setSessionCookie(ctx, { session, user });
          return ctx.json({ user: { id: user.id } });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}
