import { z } from 'zod';
import { GatewayFailure } from '../port';
import type { Answer, Question } from '../http';

type Asked = Pick<Question, 'attempt' | 'moves'>;

/** Why PayPal refuses (PayPal REST, "API responses"). `issue` is the word to decide by: one `name` stands for many of them. */
export interface Problem {
  readonly status: number;
  readonly name: string;
  readonly issue: string | null;
  /** PayPal's own sentence, for a person. */
  readonly text: string;
}

const problemBody = z.object({
  name: z.string().min(1),
  message: z.string().catch(''),
  details: z.unknown().optional(),
});
const details = z.array(z.object({ issue: z.string().min(1), description: z.string().catch('') })).min(1);
// The token endpoint, and whoever checks tokens, speak OAuth 2 instead (RFC 6749, 5.2).
const oauthBody = z.object({ error: z.string().min(1), error_description: z.string().catch('') });

/** Reads a refusal; null when the body is not one of PayPal's, so that a door-keeper's page is never taken for its word. */
export function readProblem(answer: Answer): Problem | null {
  const body = readJson(answer.body);
  const problem = problemBody.safeParse(body);
  if (problem.success) {
    const { name, message } = problem.data;
    const detail = details.safeParse(problem.data.details).data?.[0];
    return {
      status: answer.status,
      name,
      issue: detail?.issue ?? null,
      text: sentence(detail?.description ?? '', message, name),
    };
  }
  const oauth = oauthBody.safeParse(body);
  if (!oauth.success) return null;
  return {
    status: answer.status,
    name: oauth.data.error,
    issue: null,
    text: sentence(oauth.data.error_description, oauth.data.error),
  };
}

// Our token, our haste, or another call of ours: these say nothing about what was asked for (RFC 9110, 6585, 8470).
const NO_VERDICT: ReadonlySet<number> = new Set([401, 408, 409, 425, 429]);

/** Whether a 4xx is a no to what was asked for, and not a matter of when or by whom it was asked. */
export function isVerdict(status: number): boolean {
  return status >= 400 && status < 500 && !NO_VERDICT.has(status);
}

/**
 * Reads a refusal whatever its form, for a call where no answer but a refusal can come with such a status. A page with 403 or
 * 404 is a door-keeper's, and no refusal: PayPal itself says these in JSON.
 */
export function readAnyRefusal(answer: Answer): Problem | null {
  const problem = readProblem(answer);
  if (problem || !isVerdict(answer.status)) return problem;
  if ((answer.status === 403 || answer.status === 404) && readJson(answer.body) === undefined) return null;
  return { status: answer.status, name: `HTTP_${answer.status}`, issue: null, text: 'PayPal gave no reason' };
}

/** The failure that a refusal is wherever it is not understood as an answer. Nothing has moved where PayPal did not let us in. */
export function failureOf({ attempt, moves }: Asked, { status, name, issue, text }: Problem): GatewayFailure {
  const closed = status === 401 || status === 403;
  return new GatewayFailure({
    code: closed ? 'not_authorized' : `http_${status}`,
    message: `${attempt}: HTTP ${status} ${[name, issue].filter(Boolean).join(' ')}: ${text}`,
    moved: moves && !closed ? 'perhaps' : 'no',
  });
}

/** Parses an answer's body. A page, garbage or nothing with a good status is no answer. */
export function readBody<Schema extends z.ZodType>(asked: Asked, body: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, code }) => path.join('.') || code).join(', ');
  throw unreadableAnswer(asked, `the answer does not read as it should (${where})`);
}

/** PayPal said something that is no answer: neither a yes nor a no, so the question stays open. */
export function unreadableAnswer({ attempt, moves }: Asked, what: string): GatewayFailure {
  return new GatewayFailure({
    code: 'unreadable_answer',
    message: `${attempt}: ${what}`,
    moved: moves ? 'perhaps' : 'no',
  });
}

/** JSON in UTF-8; undefined for anything else. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** PayPal's word in lower snake case: `PENDING_REVIEW` is `pending_review`. */
export function word(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
}

/** The first text that says something, on one line and not endless. */
function sentence(...texts: readonly string[]): string {
  const lines = texts.map((text) =>
    text
      .slice(0, 300)
      .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
      .trim(),
  );
  return lines.find(Boolean) ?? 'no reason given';
}
