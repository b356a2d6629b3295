import { z } from 'zod';

const moment = z
  .union([z.iso.datetime(), z.iso.date()])
  .refine((text) => text >= '1970', 'not before 1970')
  .meta({ example: '2027-01-31' });

/** The two filters by which a period is asked for. */
export const period = {
  from: moment.optional().describe("a moment, or a day in the merchant's time zone"),
  to: moment.optional().describe('the same, exclusive'),
};
