/** Every order in which these can be laid, once each: what is in it twice may change places unseen. */
export function distinctOrders<Card extends string | number>(deck: readonly Card[]): Card[][] {
  if (deck.length === 0) return [[]];
  return [...new Set(deck)].flatMap((first) => {
    const at = deck.indexOf(first);
    return distinctOrders(deck.filter((_, index) => index !== at)).map((rest) => [first, ...rest]);
  });
}

/** Lets no more than so many through at once, whoever comes. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function gate(most: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside < most) inside += 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}
