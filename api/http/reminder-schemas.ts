import { z } from 'zod';
import { LEFT_OUT_REASONS, REMINDER_STATES } from '../../books/reminders';
import { isId } from '../../workflows/domain/ids';

const MOST_MEMBERS = 1_000;

export const newReminders = z.strictObject({
  members: z
    .array(z.string().refine((text) => isId('mem', text), 'not an id of the form mem_…'))
    .min(1)
    .max(MOST_MEMBERS)
    .optional()
    .describe('who is to be reminded; without it all who owe something'),
  notAgainDays: z.int().min(0).max(365).default(7).describe('who was reminded within so many days is left out'),
});
export const askedReminders = z.object({
  asked: z.int().describe('members for whom a reminder was queued; one who has one waiting is not counted again'),
});
export const reminder = z.object({
  id: z.string().meta({ example: 'rem_…' }),
  member: z.string().meta({ example: 'mem_…' }),
  memberName: z.string(),
  due: z.int().describe('what was due when it was asked for'),
  state: z.enum(REMINDER_STATES),
  reason: z.enum(LEFT_OUT_REASONS).nullable().describe('why the member was left out'),
  createdAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
});
