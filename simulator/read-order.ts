import type { z } from 'zod';
import { Refusal } from './refusal';

/** So many mistakes are named: whoever asks mends one after the other. */
const MOST_ISSUES = 20;

/** What somebody asked of the simulator, as its schema has it; otherwise a {@link Refusal} that names the fields. */
export function readOrder<T>(schema: z.ZodType<T>, order: unknown): T {
  const reading = schema.safeParse(order ?? {});
  if (reading.success) return reading.data;
  const detail = reading.error.issues
    .slice(0, MOST_ISSUES)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
  throw new Refusal(400, 'invalid_request', detail);
}
