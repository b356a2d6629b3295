import { randomBytes } from 'node:crypto';

const NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_REQUEST',
  401: 'AUTHENTICATION_FAILURE',
  403: 'NOT_AUTHORIZED',
  404: 'RESOURCE_NOT_FOUND',
  409: 'RESOURCE_CONFLICT',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'UNPROCESSABLE_ENTITY',
};

export interface Link {
  readonly href: string;
  readonly rel: string;
  readonly method: string;
}

/** Why PayPal's REST API does not do it. Thrown; answered with PayPal's words. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: 400 | 403 | 404 | 409 | 415 | 422,
    /** The word to decide by: `ORDER_NOT_APPROVED`. */
    readonly issue: string,
    readonly more: {
      /** For a person. */
      readonly description?: string;
      /** Where in the body, as a JSON pointer. */
      readonly field?: string;
      /** Instead of the usual name for this status. */
      readonly name?: string;
      readonly links?: readonly Link[];
    } = {},
  ) {
    super(issue);
  }

  body(): object {
    const { description = `${this.issue.toLowerCase().replaceAll('_', ' ')}.`, field, name, links = [] } = this.more;
    return {
      name: name ?? NAMES[this.status] ?? 'INVALID_REQUEST',
      message: 'The simulator refuses as PayPal would: see details.',
      debug_id: newDebugId(),
      details: [{ issue: this.issue, description, ...(field === undefined ? {} : { field, location: 'body' }) }],
      links,
    };
  }
}

/** The same in the older words of Payments v1: the name alone says why. */
export class OlderProblem extends Problem {
  constructor(
    status: 400 | 404,
    name: string,
    private readonly sentence: string,
  ) {
    super(status, name);
  }

  override body(): object {
    return {
      name: this.issue,
      message: this.sentence,
      debug_id: newDebugId(),
      information_link: `https://developer.paypal.com/docs/api/payments/v1/#error-${this.issue}`,
    };
  }
}

function newDebugId(): string {
  return randomBytes(7).toString('hex').slice(0, 13);
}

/** The answer for what does not exist, or belongs to another app: PayPal tells neither from the other. */
export function notFound(): Problem {
  return new Problem(404, 'INVALID_RESOURCE_ID', { description: 'Specified resource ID does not exist.' });
}
