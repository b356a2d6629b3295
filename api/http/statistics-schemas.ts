import { z } from 'zod';
import { STATISTICS_KEYS } from '../../books/statistics';
import { period } from './period-schemas';
import { currency, minor } from './schemas';

export const statisticsFilter = z.strictObject({
  ...period,
  by: z
    .enum(STATISTICS_KEYS)
    .default('day')
    .describe("days, ISO weeks and months of the merchant's time zone, by when we recorded"),
});

const sums = {
  collected: minor.describe('what gateways took of payers, whether it fits or not'),
  fees: minor.describe('what gateways kept, less what they returned of it'),
  refunded: minor,
  chargedBack: minor.describe('taken back for good; what is only held is not in it'),
  net: minor.describe('collected − fees − refunded − chargedBack'),
  count: z.int().describe('sums collected'),
};
export const statistics = z.object({
  currency,
  data: z
    .array(
      z.object({
        key: z
          .string()
          .nullable()
          .describe('by category null: fees, credit, and money in suspense')
          .meta({ example: '2027-01-31' }),
        ...sums,
      }),
    )
    .describe('in the order of their keys; without those of which nothing was recorded'),
  total: z.object(sums),
});
