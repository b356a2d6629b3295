import { z } from 'zod';
import { NAMED } from './openapi-names';

/** A request's schema is told as what is sent, an answer's as what comes. */
export type Side = 'input' | 'output';

const COMPONENTS = '#/components/schemas/';

/** As JSON Schema; what has a name is referred to by it, at every depth. */
export function toJsonSchema(schema: z.ZodType, side: Side): unknown {
  return toldOf(schema, side).schema;
}

/** What every name stands for, with its example. */
export function componentSchemas(): Readonly<Record<string, object>> {
  const schemas: Record<string, object> = {};
  for (const [name, { schema, side, example }] of Object.entries(NAMED)) {
    const { names } = toldOf(schema, side);
    schemas[name] = { ...names[name], examples: [example] };
  }
  return schemas;
}

function toldOf(schema: z.ZodType, side: Side): { schema: unknown; names: Readonly<Record<string, object>> } {
  // A name is told by reference wherever it stands inside another schema, and so also at the top.
  const { properties, $defs } = z.toJSONSchema(z.object({ it: schema }), { io: side, unrepresentable: 'any' });
  const written = JSON.stringify({ schema: properties?.['it'], names: $defs ?? {} });
  return JSON.parse(written.replaceAll('"#/$defs/', `"${COMPONENTS}`)) as ReturnType<typeof toldOf>;
}
