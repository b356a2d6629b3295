import { z } from 'zod';
import { ACTOR_KINDS } from '../../books/audit';
import { period } from './period-schemas';
import { paging } from './schemas';

const id = z
  .string()
  .max(64)
  .regex(/^[\w-]+$/, 'an id');

export const auditFilter = z.strictObject({
  ...paging,
  actor: id.optional().describe('the id of an actor; `operator` or `clock`, which have none'),
  action: z
    .string()
    .max(64)
    .regex(/^[a-z_]+\.[a-z_]+$/, 'an action, such as refund.requested')
    .optional()
    .describe('only what was done so'),
  object: id.optional().describe('the id of an object; of a gateway account, its gateway'),
  ...period,
});

/** Names are those of the API; what is withheld is named and not told. */
const state = z.record(z.string(), z.unknown()).nullable();

export const auditRow = z.object({
  id: z.string().meta({ example: 'aud_4711' }),
  at: z.iso.datetime(),
  action: z.string().describe('noun.verb_past').meta({ example: 'refund.requested' }),
  object: z.object({ kind: z.string(), id: z.string() }),
  actor: z.object({ kind: z.enum(ACTOR_KINDS), id: z.string().nullable() }),
  actorName: z.string().nullable().describe('what a person, a key or a member is called now'),
  objectName: z.string().nullable().describe('the same'),
  before: state.describe('what differs, as it was'),
  after: state.describe('as it is now; `withheld` names what changed and is secret or personal'),
  source: z.object({ ip: z.string().nullable(), userAgent: z.string().nullable() }),
});
