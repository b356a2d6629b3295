import { z } from 'zod';
import { PAGE_LANGUAGES } from '../../words/language';

export const receiptQuery = z.strictObject({
  locale: z.enum(PAGE_LANGUAGES).optional().describe("without: the member's language, else the merchant's"),
});
