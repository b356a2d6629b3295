import { z } from 'zod';
import { RECEIPT_LOCALES } from '../../words/receipt';

export const receiptQuery = z.strictObject({
  locale: z.enum(RECEIPT_LOCALES).optional().describe("without: the member's language, else the merchant's"),
});
