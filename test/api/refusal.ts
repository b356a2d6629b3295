import { PROBLEMS } from '../../api/http/problems';
import type { ProblemCode } from '../../api/http/problems';
import type { Reply } from '../support/client';

export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly may?: { readonly roles: readonly string[]; readonly scopes: readonly string[] };
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** Checks that the answer is this problem of the closed list, whole and without our insides, and gives it. */
export function refused(reply: Reply, code: ProblemCode): ProblemView {
  const body = reply.body as ProblemView;
  const [status, title] = PROBLEMS[code];
  expect({ ...body, status: reply.status }).toMatchObject({ status, code });
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toEqual({
    type: `/docs/problems#${code}`,
    title,
    status,
    code,
    detail: expect.stringMatching(/./),
    ...(body.may && { may: { roles: expect.any(Array), scopes: expect.any(Array) } }),
    ...(body.errors && {
      errors: expect.arrayContaining([{ path: expect.any(String), message: expect.stringMatching(/./) }]),
    }),
  });
  expect(JSON.stringify(body)).not.toMatch(/\.[jt]s:\d+|node_modules|SELECT |INSERT |prisma/i);
  return body;
}

/** Checks that the answer is a 400 that names this field, in words and as data. */
export function refusedField(reply: Reply, field: string): ProblemView {
  const problem = refused(reply, 'invalid_request');
  expect(problem.errors?.map((error) => error.path)).toContain(field);
  if (problem.errors?.[0]?.path === field) expect(problem.detail).toContain(field);
  return problem;
}
