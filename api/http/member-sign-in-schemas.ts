import { z } from 'zod';
import { id, text } from './schemas';

export const askForLetter = z.strictObject({
  merchant: text(64).describe('id or slug'),
  email: z.email().max(254),
});
export const tokenOfLink = z.strictObject({ token: z.string().max(200) });
export const chosenMember = z.strictObject({ member: z.string().max(64) });
export const signedIn = z.object({
  member: id('mem').nullable().describe('null: several have this address; choose one with PUT'),
  members: z.array(z.object({ id: id('mem'), name: z.string() })),
});
