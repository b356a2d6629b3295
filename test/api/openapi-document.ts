export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  readonly $ref?: string;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
interface Response {
  readonly description: string;
  readonly content?: Content;
  readonly headers?: object;
}
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
  readonly security?: readonly object[];
}
export interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
  readonly security: readonly Readonly<Record<string, unknown>>[];
}

/** Every call with its method and its path. */
export function operationsOf(document: Document): readonly (readonly [string, string, Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method, path, operationOf(document, method, path)!] as const),
  );
}

/** One call, with the answers that it has in common with others in their place. */
export function operationOf({ paths, components }: Document, method: string, path: string): Operation | undefined {
  const operation = paths[path]?.[method];
  if (!operation) return undefined;
  const inPlace = (response: Response & { readonly $ref?: string }): Response =>
    response.$ref === undefined
      ? response
      : components.responses[response.$ref.replace('#/components/responses/', '')]!;
  const responses = Object.entries(operation.responses).map(([status, response]) => [status, inPlace(response)]);
  return { ...operation, responses: Object.fromEntries(responses) as Operation['responses'] };
}

/** The codes of one of the refusals of a call; none where it has no such refusal. */
export function codesOf(operation: Operation, status: string): readonly unknown[] {
  const { schema } = operation.responses[status]?.content?.['application/problem+json'] ?? {};
  return schema?.allOf?.flatMap(({ properties }) => properties?.['code']?.enum ?? []) ?? [];
}

/** Compares values with schemas of a document; gives where one is not what its schema says: types, fields too many, fields too few. */
export function comparing({ components }: Pick<Document, 'components'>) {
  return differences;

  function differences(schema: Schema, value: unknown, where = ''): string[] {
    if (schema.$ref !== undefined)
      return differences(components.schemas[schema.$ref.replace('#/components/schemas/', '')]!, value, where);
    if ('const' in schema) return schema.const === value ? [] : [`${where}: is not ${String(schema.const)}`];
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices)
      return choices.some((choice) => differences(choice, value, where).length === 0)
        ? []
        : [`${where}: fits no choice`];
    if (schema.enum && !schema.enum.includes(value)) return [`${where}: ${JSON.stringify(value)} is not listed`];
    const { type, properties } = schema;
    if (typeof type === 'object')
      return type.some((one) => differences({ ...schema, type: one }, value, where).length === 0)
        ? []
        : [`${where}: none of ${type.join()}`];
    switch (type) {
      case undefined:
        return [];
      case 'null':
        return value === null ? [] : [`${where}: not null`];
      case 'integer':
        return Number.isSafeInteger(value) ? [] : [`${where}: not an integer`];
      case 'array':
        return Array.isArray(value)
          ? value.flatMap((item, i) => differences(schema.items ?? {}, item, `${where}/${i}`))
          : [`${where}: no list`];
      case 'object': {
        if (typeof value !== 'object' || value === null) return [`${where}: no object`];
        if (!properties) return [];
        const missing = (schema.required ?? [])
          .filter((name) => !(name in value))
          .map((name) => `${where}/${name}: missing`);
        const each = Object.entries(value).flatMap(([name, inner]) =>
          properties[name]
            ? differences(properties[name], inner, `${where}/${name}`)
            : [`${where}/${name}: not documented`],
        );
        return [...missing, ...each];
      }
      default:
        return typeof value === type ? [] : [`${where}: ${typeof value} instead of ${type}`];
    }
  }
}
