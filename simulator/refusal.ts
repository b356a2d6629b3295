/** What the simulator will not do, as its control API says it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: 400 | 404 | 409,
    readonly code: 'invalid_request' | 'not_found' | 'nothing_left' | 'not_possible' | 'invoice_used' | 'invalid_form',
    readonly detail: string,
  ) {
    super(detail);
  }
}
