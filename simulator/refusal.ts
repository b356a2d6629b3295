/** More than any sentence of ours: what is cut is what somebody else wrote. */
const LONGEST_DETAIL = 2_000;

/** What the simulator will not do, as its control API says it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly detail: string;

  constructor(
    readonly status: 400 | 403 | 404 | 409,
    readonly code:
      | 'invalid_request'
      | 'foreign_page'
      | 'not_found'
      | 'nothing_left'
      | 'not_possible'
      | 'invoice_used'
      | 'invalid_form',
    detail: string,
  ) {
    super(detail);
    this.detail = detail.length <= LONGEST_DETAIL ? detail : `${detail.slice(0, LONGEST_DETAIL - 1)}…`;
  }
}
