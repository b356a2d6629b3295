import { money } from '../words';

interface Sum {
  readonly amount: number;
  readonly currency: string;
}

/** A sum, never broken over lines. */
export function Money({ amount, currency }: Sum) {
  return <span className="money">{money(amount, currency)}</span>;
}
