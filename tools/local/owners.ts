import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { call } from './seed-call';
import { waitUntil } from './piece';

const lettersSchema = z.object({ data: z.array(z.object({ text: z.string() })) });
/** A letter leaves within a second where the worker is at work. */
const LETTER_PATIENCE_MS = 30_000;

/** Where owners of the demo's clubs are invited, and where their letters arrive. */
export interface Platform {
  readonly baseUrl: string;
  readonly operatorKey: string;
  readonly simulatorUrl: string;
}

/** A club's first owner. Without a name the invitation is left to the person who tries this out. */
export interface Owner {
  readonly email: string;
  readonly name: string | null;
}

/** Has a club's first owner come in, or only invites them; gives the line to print. The password is kept nowhere. */
export async function bringInOwner(platform: Platform, secretKey: string, { email, name }: Owner): Promise<string> {
  const { baseUrl, operatorKey } = platform;
  const { id } = await call<{ id: string }>(baseUrl, secretKey, 'GET', '/v1/merchant');
  await call(baseUrl, operatorKey, 'POST', `/v1/merchants/${id}/invitations`, { email });
  const link = await linkOfLetter(platform, email);
  if (name === null) return `Come in as its owner, once: ${link}`;
  const password = randomBytes(12).toString('base64url');
  const token = new URL(link).pathname.split('/').at(-1);
  await call(baseUrl, null, 'POST', '/v1/invitations/acceptance', { token, name, password });
  return `Its owner is ${email}, password (shown this once): ${password}`;
}

async function linkOfLetter({ simulatorUrl }: Platform, email: string): Promise<string> {
  const mailbox = new URL(`/control/mailbox/letters?to=${encodeURIComponent(email)}`, simulatorUrl);
  let link: string | undefined;
  await waitUntil(
    async () => {
      const { data } = lettersSchema.parse(await (await fetch(mailbox)).json());
      link = /https?:\/\/\S+\/invitation\/\w+/.exec(data[0]?.text ?? '')?.[0];
      return link !== undefined;
    },
    { patienceMs: LETTER_PATIENCE_MS, everyMs: 200 },
  );
  if (link === undefined) throw new Error(`no letter to ${email} came to the mailbox`);
  return link;
}
