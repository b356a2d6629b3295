export interface Try {
  readonly rate: number;
  readonly held: boolean;
}

/** Beyond this the load generator is what is measured. */
const MOST = 20_000;

/** Doubles the rate until it is not held, then halves the gap so many times; begins from what is known already. */
export async function findHighestRate(
  known: readonly Try[],
  halvings: number,
  attempt: (rate: number) => Promise<boolean>,
): Promise<void> {
  const tries = [...known];
  const highestHeld = (): number => Math.max(0, ...tries.filter(({ held }) => held).map(({ rate }) => rate));
  const lowestLost = (): number => Math.min(Infinity, ...tries.filter(({ held }) => !held).map(({ rate }) => rate));
  const tryOut = async (rate: number): Promise<void> => {
    tries.push({ rate, held: await attempt(rate) });
  };

  while (lowestLost() === Infinity && highestHeld() < MOST) await tryOut(highestHeld() * 2 || 100);
  for (let halving = 0; halving < halvings && lowestLost() < Infinity; halving++)
    await tryOut(Math.round((highestHeld() + lowestLost()) / 2));
}
