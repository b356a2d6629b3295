import { z } from 'zod';
import { text } from './schemas';

export const searchFilter = z.strictObject({
  q: text(200).describe(
    'beginnings of words of a name, or of e-mail, phone or reference of a member; an id; what a gateway calls it; an amount such as 47.11 or 47,11',
  ),
});

export const searchResult = z.object({
  data: z.array(
    z.object({
      kind: z.enum(['member', 'payment', 'refund', 'notification']),
      id: z.string(),
      title: z.string(),
      subtitle: z.string(),
    }),
  ),
});
